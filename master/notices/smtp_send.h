// Mails to one server (RFC 5321), many at once on the thread that turns: always over TLS with the
// certificate verified, each over a connection of its own, time and answers bounded.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/time.h"
#include "common/log/secret.h"

namespace foyer::master {

class CurlCalls;

enum class SmtpTls {
    StartTls,  // the connection begins in plain and is given up if the server knows no STARTTLS
    Implicit,  // TLS from the first byte
};

struct SmtpServer {
    std::string host;
    int port = 587;
    SmtpTls tls = SmtpTls::StartTls;
    std::string user;  // empty: without
    Secret<std::string> password{std::string()};
    std::string sender;   // name@host
    std::string ca_file;  // empty: the roots of this machine
    Duration connect{10'000};
    Duration whole{60'000};
    std::size_t answer_bytes = 65'536;  // all answers together; what is more ends the call
};

enum class SmtpOutcome {
    Taken,
    Later,    // not now, or not by this server
    Refused,  // this recipient, or this mail to him, for good: 5xx to RCPT or DATA
};

struct SmtpResult {
    SmtpOutcome outcome = SmtpOutcome::Later;
    std::string why;  // for people; empty when it was taken
};

// How a dialogue that ended in an answer to this command is read: "550 5.1.1 no such user" to
// RCPT is Refused; what speaks of us (authentication, policy 5.7) is Later, whoever the recipient
// is. Pure.
SmtpOutcome outcome_of_answer(std::string_view command, std::string_view answer);

class SmtpMails {
public:
    using Done = std::function<void(const SmtpResult&)>;

    explicit SmtpMails(SmtpServer server);
    ~SmtpMails();  // calls under way end unanswered; no `done` runs

    // `message`: header and body, lines ended by CRLF.
    void start(const std::string& to, std::string message, Done done);
    void turn(Duration wait);
    std::size_t under_way() const;

private:
    SmtpServer server_;
    std::unique_ptr<CurlCalls> calls_;
};

}  // namespace foyer::master
