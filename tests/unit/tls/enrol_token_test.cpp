#include "common/tls/enrol_token.h"

#include "common/base/text.h"
#include "common/tls/address.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::tls;

namespace {

EnrolToken sample() {
    return {{"master.example:7443", "[fd50::1]:7443"},
            Secret(std::string("t1.s3cret")),
            std::string(64, 'a')};
}

std::string token_of(std::string_view json) { return "foyer1." + to_base64url(as_bytes(json)); }

bool refused_with(std::string_view text, std::string_view reason) {
    const auto token = decode_enrol_token(text);
    return !token.ok() && token.failure().code == ErrorCode::InvalidArgument &&
           token.failure().message.find(reason) != std::string::npos;
}

}  // namespace

TEST_CASE("a token reads back as it was written, blanks around it forgiven") {
    const std::string text = encode_enrol_token(sample());
    CHECK(text.starts_with("foyer1."));
    CHECK(decode_enrol_token(text).value() == sample());
    CHECK(decode_enrol_token("  \n" + text + "\r\n").value() == sample());
}

TEST_CASE("a token cut short anywhere is refused") {
    const std::string text = encode_enrol_token(sample());
    for (std::size_t length = 0; length < text.size(); ++length)
        CHECK_FALSE(decode_enrol_token(text.substr(0, length)).ok());
}

TEST_CASE("a refusal says what is wrong with the token") {
    CHECK(refused_with("", "empty"));
    CHECK(refused_with("hello", "does not begin with"));
    CHECK(refused_with("foyer2.AAAA", "another version"));
    CHECK(refused_with("foyer1.@@@@", "altered"));
    CHECK(refused_with(std::string("foyer1.") + std::string(5000, 'A'), "too long"));
    CHECK(refused_with(token_of("[]"), "altered"));
    CHECK(refused_with(token_of(R"({"t":"x"})"), "no master"));
    CHECK(refused_with(token_of(R"({"a":[7],"t":"x"})"), "not text"));
    CHECK(refused_with(token_of(R"({"a":["nohost"],"t":"x"})"), "host:port"));
    CHECK(refused_with(token_of(R"({"a":["h:1"],"t":""})"), "no secret"));
    CHECK(refused_with(token_of(R"({"a":["h:1"],"t":"x"})"), "CA"));
    CHECK(refused_with(token_of(R"({"a":["h:1"],"t":"x","ca":"zz"})"), "hex"));
}

TEST_CASE("addresses are taken apart strictly") {
    CHECK(split_address("a.example:7443").value() == HostPort{"a.example", 7443});
    CHECK(split_address("[fd50::1]:1").value() == HostPort{"fd50::1", 1});
    for (const char* bad :
         {"", "a", ":1", "a:", "a:0", "a:65536", "a:1x", "fd50::1:80", "a b:1", "u@h:1"}) {
        CAPTURE(bad);
        CHECK_FALSE(split_address(bad).ok());
    }
}
