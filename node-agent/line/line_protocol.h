// How a machine measures its line against an edge (`foyer-node check --line`). Spoken to anybody:
// who asks is no box yet. Nothing is told that he does not know, and no answer is longer than its
// question.
//
//   TCP  "foyer-line 1 down\n"  →  bytes without end; the asker closes
//        "foyer-line 1 up\n" and bytes, then the end of writing
//                               →  "<bytes> <milliseconds>\n": what arrived after the first second
//        anything, when too many measure  →  "busy\n"
//   UDP  "foyer-line 1 seen <nonce>", padded to 128 bytes or more
//                               →  "foyer-line 1 seen <nonce> <address> <port>"
//        at the same port, and at the one above it: two of them tell what kind of NAT there is
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/time.h"
#include "node-agent/line/line_facts.h"

namespace foyer::agent {

inline constexpr std::string_view ask_down = "foyer-line 1 down\n";
inline constexpr std::string_view ask_up = "foyer-line 1 up\n";
inline constexpr std::string_view ask_seen = "foyer-line 1 seen ";
inline constexpr std::string_view too_many = "busy\n";
inline constexpr std::size_t greeting_bytes_max = 32;
inline constexpr std::size_t question_bytes = 128;
inline constexpr std::size_t nonce_bytes = 16;
// A line takes so long until it is as fast as it gets.
inline constexpr Duration warm_up{1'000};

// What is asked for, once a line is whole.
enum class Greeting { Unfinished, Down, Up, Nonsense };
Greeting parse_greeting(std::string_view text);

struct UpAnswer {
    std::int64_t bytes = 0;
    Duration span{0};
};
std::string print_answer(const UpAnswer& answer);
// Of a whole line without its end.
std::optional<UpAnswer> parse_answer(std::string_view line);

// question_bytes long; the nonce has nonce_bytes.
std::string seen_question(std::string_view nonce);
// Nothing: the question is none, or too short for its answer.
std::optional<std::string> seen_answer(std::string_view question, const Seen& from);
struct SeenAnswer {
    std::string nonce;
    Seen seen;
};
std::optional<SeenAnswer> parse_seen(std::string_view answer);

}  // namespace foyer::agent
