// The configuration of the mail relay (Exim). Pure text.
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/units.h"

namespace foyer::agent {

// Where mail goes from here.
enum class MailDelivery { Off, Mx, Smarthost };

struct EximSettings {
    std::string program = "/usr/sbin/exim4";
    std::string hostname;  // with which it greets: "paris-1.ns.cloud.example.org"
    std::string zone;      // of who tells senders of failures
    std::string zone_selector;
    std::string folder;      // its configuration and keys: it only reads there
    std::string spool;       // what waits; the program's own
    std::string log_folder;  // files that are there already
    std::string ask_socket;  // where the agent answers (domain/mail_gate.h)
    MailDelivery delivery = MailDelivery::Off;
    std::string smarthost;  // a name, or an address
    int smarthost_port = 587;
    bool plain = false;  // without TLS: where the smarthost is this machine
    bool login = false;  // with the name and password of login_file()
    Bytes message_max = mebibytes(20);
    int recipients_max = 50;

    std::string config_file() const { return folder + "/exim.conf"; }
    std::string keys() const { return folder + "/keys"; }
    std::string key_file(const std::string& domain) const { return keys() + "/" + domain + ".pem"; }
    std::string login_file() const { return folder + "/login"; }
};

// Takes mail from whom the agent lets through, signs it, and delivers it; nothing else: no local
// delivery, no program, no address of this machine or of a private network where it looks for MX.
// InvalidArgument for what could say something else to it.
Result<std::string> exim_config(const EximSettings& settings);

// "mail.isp.example:587", "[2001:db8::1]:25" -> name and port. InvalidArgument: neither.
struct SmtpHost {
    std::string host;
    int port = 587;
    friend bool operator==(const SmtpHost&, const SmtpHost&) = default;
};
Result<SmtpHost> parse_smtp_host(const std::string& text);

// The login as its file has it: name on the first line, password on the second. InvalidArgument:
// it has not two lines, or letters that could say something else.
Result<std::string> exim_login(const std::string& file_text);

}  // namespace foyer::agent
