#include "master/notices/smtp_send.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "common/base/utf8.h"
#include "master/notices/curl_calls.h"

namespace foyer::master {
namespace {

constexpr std::size_t answer_shown_max = 200;

std::string_view first_word(std::string_view line) {
    return line.substr(0, line.find_first_of(" \r\n"));
}

// One line of text that nobody's terminal takes for anything else.
std::string shown(std::string_view line) {
    std::string text = plain_text(line, answer_shown_max);
    std::erase(text, '\r');
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text;
}

struct Call {
    CurlList recipients;
    std::string message;
    std::size_t sent = 0;
    std::size_t left = 0;
    bool too_long = false;
    bool over = false;    // libcurl said goodbye, also after a refusal
    std::string command;  // the last one we gave; of AUTH only that
    std::string answer;   // the last line that came

    static std::size_t read(char* into, std::size_t size, std::size_t count, void* data) {
        auto& call = *static_cast<Call*>(data);
        const std::size_t bytes = std::min(size * count, call.message.size() - call.sent);
        std::memcpy(into, call.message.data() + call.sent, bytes);
        call.sent += bytes;
        return bytes;
    }

    static std::size_t receive(char* from, std::size_t size, std::size_t count, void* data) {
        auto& call = *static_cast<Call*>(data);
        const std::size_t bytes = size * count;
        if (bytes > call.left) {
            call.too_long = true;
            return 0;
        }
        call.left -= bytes;
        if (!call.over) call.answer.assign(from, std::min(bytes, answer_shown_max));
        return bytes;
    }

    // What libcurl tells of the dialogue. The arguments of commands are not kept: passwords are
    // among them.
    static int watch(CURL*, curl_infotype type, char* from, std::size_t bytes, void* data) {
        if (type != CURLINFO_HEADER_OUT) return 0;
        auto& call = *static_cast<Call*>(data);
        const std::string_view word = first_word({from, bytes});
        if (word == "MAIL" || word == "RCPT" || word == "DATA" || word == "EHLO" ||
            word == "HELO" || word == "AUTH" || word == "STARTTLS") {
            call.command = word;
            call.answer.clear();
        }
        if (word == "QUIT") call.over = true;
        return 0;
    }

    SmtpResult result(CURLcode code) const {
        if (code == CURLE_OK) return {SmtpOutcome::Taken, {}};
        if (too_long) return {SmtpOutcome::Later, "the server's answers were too long"};
        if (code == CURLE_LOGIN_DENIED)
            return {SmtpOutcome::Later, "the server refused our user or password"};
        // An answer that ended the dialogue, and not one before the connection broke.
        const bool refused = code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR ||
                             code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_UPLOAD_FAILED;
        const bool bad = !answer.empty() && (answer[0] == '4' || answer[0] == '5');
        if (refused && bad) return {outcome_of_answer(command, answer), shown(answer)};
        return {SmtpOutcome::Later, ::curl_easy_strerror(code)};
    }
};

}  // namespace

SmtpOutcome outcome_of_answer(std::string_view command, std::string_view answer) {
    const bool of_recipient = command == "RCPT" || command == "DATA";
    const std::string_view words = answer.substr(std::min<std::size_t>(answer.size(), 4));
    const bool of_us = answer.starts_with("53") || words.starts_with("5.7.");
    return answer.starts_with("5") && of_recipient && !of_us ? SmtpOutcome::Refused
                                                             : SmtpOutcome::Later;
}

SmtpMails::SmtpMails(SmtpServer server)
    : server_(std::move(server)),
      calls_(std::make_unique<CurlCalls>(
          CallLimits{server_.connect, server_.whole, server_.ca_file})) {}

SmtpMails::~SmtpMails() = default;

void SmtpMails::start(const std::string& to, std::string message, Done done) {
    const auto call = std::make_shared<Call>();
    call->recipients = curl_list({"<" + to + ">"});
    call->message = std::move(message);
    call->left = server_.answer_bytes;
    CurlHandle made = calls_->make();
    CURL* handle = made.get();
    const bool implicit = server_.tls == SmtpTls::Implicit;
    const bool v6 = server_.host.find(':') != std::string::npos;
    // Behind the slash is the name we greet with.
    const std::string url = std::string(implicit ? "smtps://" : "smtp://") + (v6 ? "[" : "") +
                            server_.host + (v6 ? "]:" : ":") + std::to_string(server_.port) + "/" +
                            server_.sender.substr(server_.sender.rfind('@') + 1);
    set_option(handle, CURLOPT_URL, url.c_str());
    set_option(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set_option(handle, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    if (!server_.user.empty()) {
        set_option(handle, CURLOPT_USERNAME, server_.user.c_str());
        set_option(handle, CURLOPT_PASSWORD, server_.password.reveal().c_str());
    }
    set_option(handle, CURLOPT_MAIL_FROM, ("<" + server_.sender + ">").c_str());
    set_option(handle, CURLOPT_MAIL_RCPT, call->recipients.get());
    set_option(handle, CURLOPT_UPLOAD, 1L);
    set_option(handle, CURLOPT_READFUNCTION, &Call::read);
    set_option(handle, CURLOPT_READDATA, call.get());
    set_option(handle, CURLOPT_WRITEFUNCTION, &Call::receive);
    set_option(handle, CURLOPT_WRITEDATA, call.get());
    set_option(handle, CURLOPT_HEADERFUNCTION, &Call::receive);
    set_option(handle, CURLOPT_HEADERDATA, call.get());
    set_option(handle, CURLOPT_DEBUGFUNCTION, &Call::watch);
    set_option(handle, CURLOPT_DEBUGDATA, call.get());
    set_option(handle, CURLOPT_VERBOSE, 1L);
    calls_->start(std::move(made),
                  [call, done = std::move(done)](CURLcode code) { done(call->result(code)); });
}

void SmtpMails::turn(Duration wait) { calls_->turn(wait); }

std::size_t SmtpMails::under_way() const { return calls_->under_way(); }

}  // namespace foyer::master
