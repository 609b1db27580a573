#include "node-agent/line/line_protocol.h"

#include "common/base/random.h"
#include "tests/support/catch.h"
#include "tests/support/test_seed.h"

using namespace foyer;
using namespace foyer::agent;

namespace {
const std::string nonce(nonce_bytes, 'n');
}  // namespace

TEST_CASE("a greeting is one of two lines") {
    CHECK(parse_greeting("") == Greeting::Unfinished);
    CHECK(parse_greeting("foyer-line 1 do") == Greeting::Unfinished);
    CHECK(parse_greeting(ask_down) == Greeting::Down);
    CHECK(parse_greeting(std::string(ask_up) + "bytes") == Greeting::Up);
    CHECK(parse_greeting("GET / HTTP/1.1\n") == Greeting::Nonsense);
    CHECK(parse_greeting(std::string(greeting_bytes_max, 'x')) == Greeting::Nonsense);
}

TEST_CASE("an answer is never longer than its question") {
    const Seen longest{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535};
    const std::string question = seen_question(nonce);
    CHECK(question.size() == question_bytes);
    const auto answer = seen_answer(question, longest);
    REQUIRE(answer);
    CHECK(answer->size() <= question.size());
    const auto read = parse_seen(*answer);
    REQUIRE(read);
    CHECK(read->nonce == nonce);
    CHECK(read->seen == longest);
    CHECK_FALSE(parse_seen(std::string(ask_seen) + nonce + " 198.18.1.2\x1b[8m 7"));
    CHECK_FALSE(parse_seen(std::string(ask_seen) + nonce + " 198.18.1.2 70000"));
    CHECK_FALSE(seen_answer(question.substr(0, question_bytes - 1), longest));
    CHECK_FALSE(seen_answer(std::string(question_bytes, 'x'), longest));
}

TEST_CASE("what arrived is read back; what no line carries is not") {
    const auto read = parse_answer("43750000 5000");
    REQUIRE(read);
    CHECK(read->bytes == 43'750'000);
    CHECK(read->span == Duration(5'000));
    CHECK(print_answer(*read) == "43750000 5000\n");
    for (const char* bad :
         {"", "busy", "1", "1 2 3", "-1 5", "1 -5", "9223372036854775807 1", "1 9999999999"})
        CHECK_FALSE(parse_answer(bad));
}

TEST_CASE("bytes from outside are read or refused, whatever they are") {
    SeededRng rng(test::test_seed());
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes = rng.below(2) == 0 ? std::string(ask_seen) : std::string();
        for (std::uint64_t left = rng.below(200); left > 0; --left)
            bytes += rng.below(3) == 0 ? ' ' : static_cast<char>(rng.below(256));
        parse_greeting(bytes);
        parse_answer(bytes);
        seen_answer(bytes, {"::1", 1});
        const auto seen = parse_seen(bytes);
        if (seen) CHECK((seen->seen.port >= 1 && seen->seen.port <= 65535));
    }
}

TEST_CASE("the kind of a NAT is told by two ports of an edge") {
    const Seen own{"192.168.1.10", 5000};
    CHECK(nat_kind(own, own, own) == NatKind::None);
    CHECK(nat_kind(own, {"198.18.1.2", 5000}, {"198.18.1.2", 5000}) == NatKind::Friendly);
    CHECK(nat_kind(own, {"198.18.1.2", 5000}, {"198.18.1.2", 5001}) == NatKind::Strict);
    CHECK(nat_kind(own, {"198.18.1.2", 5000}, {"198.18.1.3", 5000}) == NatKind::Strict);
}
