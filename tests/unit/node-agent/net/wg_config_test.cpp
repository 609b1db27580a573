#include "node-agent/net/wg_config.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

const std::string key = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";

}  // namespace

TEST_CASE("a home's tunnel dials its edge and lets the whole cluster through") {
    const auto text = wg_config({.private_key = key,
                                 .peers = {{.key = WgPublicKey(key),
                                            .endpoint = "198.18.1.11:51820",
                                            .allowed = {"fd50:f0e:1::/48"},
                                            .keepalive_s = 15}}});
    REQUIRE(text.ok());
    CHECK(text.value() == "[Interface]\nPrivateKey = " + key + "\n[Peer]\nPublicKey = " + key +
                              "\nEndpoint = 198.18.1.11:51820\nPersistentKeepalive = "
                              "15\nAllowedIPs = fd50:f0e:1::/48\n");
}

TEST_CASE("an edge listens and dials nobody") {
    const auto text =
        wg_config({.private_key = key,
                   .listen_port = 51820,
                   .peers = {{.key = WgPublicKey(key), .allowed = {"fd50:f0e:1:a::/64"}}}});
    REQUIRE(text.ok());
    CHECK(text.value().find("ListenPort = 51820\n") != std::string::npos);
    CHECK(text.value().find("Endpoint") == std::string::npos);
}

TEST_CASE("nothing can be smuggled into the configuration") {
    const WgPeer good{.key = WgPublicKey(key), .endpoint = "h:1", .allowed = {"fd50::/16"}};
    WgPeer bad = good;
    bad.key = WgPublicKey("short");
    CHECK_FALSE(wg_config({.private_key = key, .peers = {bad}}).ok());
    bad = good;
    bad.endpoint = "h:1\nPrivateKey = x";
    CHECK_FALSE(wg_config({.private_key = key, .peers = {bad}}).ok());
    bad = good;
    bad.allowed = {"0.0.0.0/0"};
    CHECK_FALSE(wg_config({.private_key = key, .peers = {bad}}).ok());
    CHECK_FALSE(wg_config({.private_key = "", .peers = {good}}).ok());
}

TEST_CASE("handshakes that never were are absent") {
    const auto found = parse_handshakes("a=\t1700000000\nb=\t0\n");
    CHECK(found == std::map<WgPublicKey, std::int64_t>{{WgPublicKey("a="), 1'700'000'000}});
}

TEST_CASE("the box's address is the first of its network") {
    CHECK(first_address("fd50:f0e:1:a::/64").value() == "fd50:f0e:1:a::");
    CHECK(first_address("fd50:f0e:1:a::5/64").value() == "fd50:f0e:1:a::");
    CHECK_FALSE(first_address("fd50::").ok());
    CHECK_FALSE(first_address("10.0.0.0/8").ok());
}

TEST_CASE("an edge's own network is the longest it may speak for") {
    OverlayPeer peer;
    CHECK_FALSE(own_prefix(peer));
    peer.allowed = {"fd50:f0e:1::/48", "fd50:f0e:1:1::/64"};
    CHECK(own_prefix(peer) == "fd50:f0e:1:1::/64");
}

TEST_CASE("a key that wg itself would not print is refused") {
    std::string odd = key;
    odd[5] = '=';
    const std::string loose = key.substr(0, 42) + "n=";  // other bits behind the last byte
    for (const std::string& text : {odd, loose, key.substr(1), key + "=", std::string(44, 'x')})
        CHECK_FALSE(wg_config({.private_key = key, .peers = {{.key = WgPublicKey(text)}}}).ok());
}
