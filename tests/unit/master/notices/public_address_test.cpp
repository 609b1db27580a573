#include "master/notices/public_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

namespace {

bool may_call(const AddressRules& rules, const char* text) {
    sockaddr_in6 in6{};
    in6.sin6_family = AF_INET6;
    if (::inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
        return rules.may_call(reinterpret_cast<const sockaddr&>(in6));
    sockaddr_in in4{};
    in4.sin_family = AF_INET;
    REQUIRE(::inet_pton(AF_INET, text, &in4.sin_addr) == 1);
    return rules.may_call(reinterpret_cast<const sockaddr&>(in4));
}

}  // namespace

TEST_CASE("only the public internet is called") {
    const AddressRules rules = AddressRules::make({}, {"2a00:f0e::/48"}).value();
    for (const char* open : {"1.1.1.1", "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0",
                             "100.63.0.1", "100.128.0.1", "2a00:1450::1", "::ffff:1.1.1.1"}) {
        INFO(open);
        CHECK(may_call(rules, open));
    }
    for (const char* closed : {"127.0.0.1",   "127.255.0.9",      "0.0.0.0",
                               "10.0.0.1",    "172.16.0.1",       "172.31.255.255",
                               "192.168.1.1", "169.254.169.254",  "100.64.0.1",
                               "224.0.0.1",   "255.255.255.255",  "::1",
                               "::",          "::ffff:127.0.0.1", "::ffff:10.0.0.1",
                               "::127.0.0.1", "64:ff9b::7f00:1",  "2002:7f00:1::",
                               "2001:0:1::1", "fe80::1",          "fd50:f0e:1::1",
                               "fc00::1",     "ff02::1",          "2a00:f0e::5"}) {
        INFO(closed);
        CHECK_FALSE(may_call(rules, closed));
    }
}

TEST_CASE("what the operator allows is called, and nothing beside it") {
    const AddressRules rules = AddressRules::make({"127.0.0.0/8", "fd00:1::/33"}, {}).value();
    CHECK(may_call(rules, "127.0.0.1"));
    CHECK(may_call(rules, "::ffff:127.0.0.1"));
    CHECK_FALSE(may_call(rules, "::1"));
    CHECK_FALSE(may_call(rules, "10.0.0.1"));
    CHECK(may_call(rules, "fd00:1:7fff::1"));
    CHECK_FALSE(may_call(rules, "fd00:1:8000::1"));
    sockaddr other{};
    other.sa_family = AF_UNIX;
    CHECK_FALSE(rules.may_call(other));
}

TEST_CASE("what is no network is refused") {
    for (const char* bad : {"", "127.0.0.1", "127.0.0.1/33", "127.0.0.1/-1", "::/129", "a/8", "/8"})
        CHECK_FALSE(AddressRules::make({bad}, {}).ok());
}
