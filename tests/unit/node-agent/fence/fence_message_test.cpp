#include "node-agent/fence/fence_message.h"

#include <string>

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

FenceRequest hold() {
    FenceRequest made{.verb = FenceVerb::Hold, .until = MonoTime{123'456}};
    REQUIRE(made.partition.assign("acme-0"));
    REQUIRE(made.folders[0].assign("/sys/fs/cgroup/pids/foyer/box/acme-0"));
    REQUIRE(made.folders[1].assign("/sys/fs/cgroup/freezer/foyer/box/acme-0"));
    return made;
}

std::string bytes_of(const FenceRequest& request) {
    const FenceRequestBytes bytes = encode(request);
    return {bytes.data(), bytes.size()};
}

bool is_taken(const FenceRequest& request) { return request_from(bytes_of(request)).has_value(); }

}  // namespace

TEST_CASE("a request arrives as it was sent") {
    CHECK(request_from(bytes_of(hold())) == hold());
    FenceRequest other = hold();
    other.verb = FenceVerb::Drop;
    CHECK(request_from(bytes_of(other)) == other);
    CHECK(request_from(bytes_of(FenceRequest{})) == FenceRequest{});
    for (const FenceAnswer answer : {FenceAnswer::Done, FenceAnswer::Full, FenceAnswer::Refused}) {
        const FenceAnswerBytes bytes = encode(answer);
        CHECK(answer_from({bytes.data(), bytes.size()}) == answer);
    }
}

TEST_CASE("another size, another version, another word is refused") {
    const std::string good = bytes_of(hold());
    for (std::size_t size = 0; size < good.size(); ++size)
        REQUIRE_FALSE(request_from(good.substr(0, size)));
    CHECK_FALSE(request_from(good + '\0'));
    for (std::size_t at = 0; at < 8; ++at) {  // magic, version, verb
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 0x40);
        CHECK_FALSE(request_from(bad));
    }
    CHECK_FALSE(answer_from(good));
    const FenceAnswerBytes answer = encode(FenceAnswer::Done);
    std::string bad(answer.data(), answer.size());
    bad[6] = 9;
    CHECK_FALSE(answer_from(bad));
}

TEST_CASE("bytes behind the end of a text are no message of ours") {
    const std::string good = bytes_of(hold());
    for (std::size_t at = 16; at < good.size(); ++at) {
        if (good[at] != '\0' || good[at - 1] != '\0') continue;
        std::string bad = good;
        bad[at] = 'x';
        REQUIRE_FALSE(request_from(bad));
    }
    std::string unended = good;
    unended.replace(16, fence_name_max + 1, fence_name_max + 1, 'a');
    CHECK_FALSE(request_from(unended));
}

TEST_CASE("only what can be killed is held") {
    FenceRequest bad = hold();
    bad.until = MonoTime{0};
    CHECK_FALSE(is_taken(bad));
    bad = hold();
    bad.folders = {};
    CHECK_FALSE(is_taken(bad));
    for (const char* name : {"", "-a", "../x", "A", "a/b", "a b"}) {
        bad = hold();
        REQUIRE(bad.partition.assign(name));
        CHECK_FALSE(is_taken(bad));
    }
    for (const char* folder : {"sys", "/a/../b", "/a/.."}) {
        bad = hold();
        REQUIRE(bad.folders[1].assign(folder));
        CHECK_FALSE(is_taken(bad));
    }
}

TEST_CASE("a text that is too long, or is two, is not cut but refused") {
    FixedText<4> text;
    CHECK(text.assign("four"));
    CHECK(text.view() == "four");
    CHECK_FALSE(text.assign("fives"));
    CHECK(text.empty());
    CHECK_FALSE(text.assign(std::string_view("a\0b", 3)));
}
