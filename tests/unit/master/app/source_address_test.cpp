#include "master/app/source_address.h"

#include "tests/support/catch.h"

using foyer::master::source_of;
using foyer::master::source_of_peer;

TEST_CASE("a home is one source, whatever of its addresses it comes from") {
    CHECK(source_of("203.0.113.9") == "203.0.113.9");
    CHECK(source_of("::ffff:203.0.113.9") == "203.0.113.9");
    CHECK(source_of("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
    CHECK(source_of("2001:db8:1:2::1") == "2001:db8:1:2::/64");
    CHECK(source_of("2001:db8::1") == source_of("2001:db8::ffff:2"));
    CHECK(source_of("2001:db8:0:1::1") != source_of("2001:db8::1"));
    CHECK(source_of("::1") == "::/64");
    CHECK(source_of("nobody").compare("nobody") == 0);
    CHECK(source_of("").empty());
}

TEST_CASE("the address of a peer is whole, without its port") {
    using foyer::master::address_of_peer;
    CHECK(address_of_peer("ipv4:203.0.113.9:40122") == "203.0.113.9");
    CHECK(address_of_peer("ipv6:%5B2001:db8:1:2::7%5D:40122") == "2001:db8:1:2::7");
    CHECK(address_of_peer("ipv6:%5B::ffff:203.0.113.9%5D:40122") == "203.0.113.9");
    CHECK(address_of_peer("odd") == "odd");
}

TEST_CASE("it is the same source at both doors") {
    CHECK(source_of_peer("ipv4:203.0.113.9:40122") == source_of("203.0.113.9"));
    CHECK(source_of_peer("ipv6:%5B2001:db8::1%5D:40122") == source_of("2001:db8::2"));
    CHECK(source_of_peer("ipv6:%5B::ffff:203.0.113.9%5D:40122") == "203.0.113.9");
    CHECK(source_of_peer("unix:").empty());
    CHECK(source_of_peer("odd") == "odd");
}
