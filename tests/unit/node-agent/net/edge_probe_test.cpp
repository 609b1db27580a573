#include "node-agent/net/edge_probe.h"

#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/one_shot_server.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::agent;
using foyer::test::OneShotServer;

namespace {

constexpr Duration patience = std::chrono::seconds(20);

Status probe(const OneShotServer& server, const std::string& roots_pem) {
    const test::TempFolder folder;
    const std::string file = folder.path() + "/ca.crt";
    std::ofstream(file) << roots_pem;
    return probe_edge("127.0.0.1", server.port(), "cloud.example.org", file, patience,
                      SystemClock());
}

}  // namespace

TEST_CASE("an edge is who serves the zone's names with a certificate of our CA") {
    const OneShotServer edge(true, {"*.cloud.example.org"});
    CHECK(probe(edge, edge.ca_pem()).ok());
}

TEST_CASE("a stranger at an edge's address is no edge") {
    const OneShotServer other_zone(true, {"*.example.org"});
    CHECK(probe(other_zone, other_zone.ca_pem()).failure().code == ErrorCode::PermissionDenied);
    const OneShotServer other_cloud(true, {"*.cloud.example.org"});
    SeededRng rng(3);
    const SystemClock clock;
    const auto our_ca =
        tls::make_authority(
            "Foyer test",
            {clock.wall() + std::chrono::hours(-1), clock.wall() + std::chrono::hours(1)}, rng)
            .value();
    CHECK(probe(other_cloud, our_ca.certificate_pem).failure().code == ErrorCode::PermissionDenied);
    const OneShotServer no_tls(false);
    CHECK(probe(no_tls, our_ca.certificate_pem).failure().code == ErrorCode::Unavailable);
}

TEST_CASE("nobody there is no edge, of either kind of address") {
    for (const char* address : {"127.0.0.1", "::1"}) {
        CAPTURE(address);
        CHECK_FALSE(
            probe_edge(address, 1, "cloud.example.org", "/nowhere", patience, SystemClock()).ok());
    }
}
