#include "node-agent/selftest/read_home.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;
using Texts = std::vector<std::string>;

TEST_CASE("what iproute2 prints is read") {
    CHECK(gateways_in(R"([{"dst":"default","gateway":"192.168.1.1","dev":"eth0"},
                          {"dst":"default","dev":"ppp0"},
                          {"dst":"10.0.0.0/8","gateway":"10.0.0.1"}])") == Texts{"192.168.1.1"});
    CHECK(neighbours_in(R"([{"dst":"192.168.1.20","dev":"eth0","lladdr":"02:00:00:00:00:01"},
                            {"dst":"192.168.1.99","dev":"eth0","state":["FAILED"]},
                            {"dst":"fe80::1","dev":"eth0","lladdr":"02:00:00:00:00:02"}])") ==
          Texts{"192.168.1.20"});
    CHECK(addresses_in(R"([{"addr_info":[{"local":"127.0.0.1","scope":"host"},
                                         {"local":"192.168.1.5","scope":"global"},
                                         {"local":"fe80::5","scope":"link"}]},{"ifname":"x"}])") ==
          Texts{"192.168.1.5"});
    CHECK(resolvers_in("# made by dhcp\nsearch home\nnameserver 127.0.0.53\nnameserver "
                       "192.168.1.1\nnameserver fe80::1%eth0\n") ==
          Texts{"192.168.1.1", "fe80::1"});
}

TEST_CASE("what cannot be read tells nothing") {
    for (const char* text : {"", "{", "[]", "[1]", R"([{"dst":5,"gateway":[]}])", "null"}) {
        CAPTURE(text);
        CHECK(gateways_in(text).empty());
        CHECK(neighbours_in(text).empty());
        CHECK(addresses_in(text).empty());
    }
}
