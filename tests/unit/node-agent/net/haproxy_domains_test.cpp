#include "node-agent/net/haproxy_domains.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

const std::string thumbprint_a(43, 'A');
const std::string thumbprint_b(43, 'b');

EdgeDomains domains() {
    EdgeDomains made;
    made.thumbprints = {thumbprint_a, thumbprint_b};
    made.turn = Duration(60'000);
    made.hostnames = {{"erp.acme.example", "acme.cloud.example.org"}};
    made.certificates = {{"erp.acme.example", {"/d/erp.acme.example.pem", {}}}};
    return made;
}

}  // namespace

TEST_CASE("haproxy is told whose turn is how long, and which") {
    CHECK(haproxy_turns(domains()) ==
          "turn 60\n0 " + thumbprint_a + "\n1 " + thumbprint_b + "\nedges 2\n");
    // Nothing to divide by, so no challenge is answered.
    CHECK(haproxy_turns(EdgeDomains{}) == "turn 60\n");
}

TEST_CASE("a name leads to its instance's hostname, with a certificate of its own") {
    CHECK(haproxy_domains(domains()) == "erp.acme.example acme.cloud.example.org\n");
    CHECK(haproxy_certificates(domains()) == "/d/erp.acme.example.pem erp.acme.example\n");
}

TEST_CASE("what could be read as anything but a name never reaches a file of haproxy's") {
    for (const char* name : {"", "localhost", "a b.example", "a.example\nb", "A.example",
                             "-a.example", ".example", "a..example", "a.example#"}) {
        CAPTURE(name);
        CHECK_FALSE(is_domain_text(name));
        EdgeDomains odd = domains();
        odd.hostnames = {{name, "acme.cloud.example.org"}};
        odd.certificates = {{name, {"/d/x.pem", {}}}};
        CHECK(haproxy_domains(odd).empty());
        CHECK(haproxy_certificates(odd).empty());
    }
    EdgeDomains odd = domains();
    odd.thumbprints = {"two words"};
    CHECK(haproxy_turns(odd) == "turn 60\n0 -\nedges 1\n");
}

TEST_CASE("plain HTTP is served only where there is a port for it") {
    HaproxySettings settings{.folder = "/e", .socket = "/s"};
    CHECK(haproxy_config(settings, {}).find("frontend http\n") == std::string::npos);
    settings.http = true;
    const std::string config = haproxy_config(settings, {});
    CHECK(config.find("bind fd@4\n") != std::string::npos);
    CHECK(config.find("redirect code 308 location https://") != std::string::npos);
}

TEST_CASE("which certificates haproxy lists is read from its words") {
    CHECK(haproxy_listed("# /e/domains.list\n/d/a.pem a.example\n/d/b.pem b.example") ==
          std::vector<std::string>{"/d/a.pem", "/d/b.pem"});
    CHECK(haproxy_listed("# /e/domains.list").empty());
    CHECK(haproxy_listed("").empty());
}

TEST_CASE("no blank line ends a payload early") {
    CHECK(haproxy_payload("a\n\n\nb\n\n") == "a\nb\n");
}
