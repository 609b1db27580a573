#include "node-agent/line/line_protocol.h"

#include <arpa/inet.h>

#include "common/base/text.h"

namespace foyer::agent {
namespace {

bool is_address(const std::string& text) {
    in6_addr parsed = {};
    return text.find('\0') == std::string::npos &&
           (::inet_pton(AF_INET, text.c_str(), &parsed) == 1 ||
            ::inet_pton(AF_INET6, text.c_str(), &parsed) == 1);
}

}  // namespace

Greeting parse_greeting(std::string_view text) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos)
        return text.size() < greeting_bytes_max ? Greeting::Unfinished : Greeting::Nonsense;
    const std::string_view line = text.substr(0, end + 1);
    if (line == ask_down) return Greeting::Down;
    return line == ask_up ? Greeting::Up : Greeting::Nonsense;
}

std::string print_answer(const UpAnswer& answer) {
    return std::to_string(answer.bytes) + " " + std::to_string(answer.span.count()) + "\n";
}

std::optional<UpAnswer> parse_answer(std::string_view line) {
    const std::vector<std::string> words = split(line, ' ');
    if (words.size() != 2) return std::nullopt;
    const auto bytes = parse_int(words[0]);
    const auto span = parse_int(words[1]);
    // More than any line carries in the time of a session would not be worth a sum.
    constexpr std::int64_t bytes_max = std::int64_t{1} << 40;
    constexpr std::int64_t span_max = 3'600'000;
    if (!bytes || !span || *bytes < 0 || *bytes > bytes_max || *span < 0 || *span > span_max)
        return std::nullopt;
    return UpAnswer{*bytes, Duration(*span)};
}

std::string seen_question(std::string_view nonce) {
    std::string question = std::string(ask_seen) + std::string(nonce);
    question.resize(question_bytes, ' ');
    return question;
}

std::optional<std::string> seen_answer(std::string_view question, const Seen& from) {
    if (question.size() < question_bytes || !question.starts_with(ask_seen)) return std::nullopt;
    return std::string(question.substr(0, ask_seen.size() + nonce_bytes)) + " " + from.address +
           " " + std::to_string(from.port);
}

std::optional<SeenAnswer> parse_seen(std::string_view answer) {
    if (!answer.starts_with(ask_seen) || answer.size() > question_bytes) return std::nullopt;
    const std::vector<std::string> words = split(answer.substr(ask_seen.size()), ' ');
    if (words.size() != 3 || words[0].size() != nonce_bytes) return std::nullopt;
    const auto port = parse_int(words[2]);
    if (!port || *port < 1 || *port > 65535 || !is_address(words[1])) return std::nullopt;
    return SeenAnswer{words[0], {words[1], static_cast<int>(*port)}};
}

}  // namespace foyer::agent
