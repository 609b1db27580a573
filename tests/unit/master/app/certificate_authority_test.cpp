#include "master/app/certificate_authority.h"

#include "common/tls/certificate.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::master;

namespace {

constexpr Duration day{std::int64_t{24} * 3600 * 1000};

struct World {
    test::TempFolder folder;
    SeededRng rng{7};
    WallTime now = SystemClock().wall();

    CertificateAuthority open(Duration node_life) {
        CertificateLives lives;
        lives.node = node_life;
        return CertificateAuthority::open(folder.path(), lives, now, rng).value();
    }
    std::string node_certificate(const CertificateAuthority& authority) {
        const auto request = tls::make_request(tls::make_key().value(), "box").value();
        return authority.sign_node(NodeId("box-1"), request, now, authority.node_expiry(now))
            .value();
    }
};

}  // namespace

TEST_CASE("a box whose clock is a day behind or ahead still gets through, to be told") {
    World world;
    const CertificateAuthority authority = world.open(day * 90);
    const std::string server = authority.make_server({"m"}, world.now).value().chain_pem;
    for (const Duration wrong : {-day, day}) {
        const WallTime there = world.now + wrong;
        for (const std::string& shown :
             {authority.certificate_pem(), world.node_certificate(authority), server})
            CHECK(tls::verify_certificate(shown, authority.certificate_pem(), there).ok());
    }
    const auto early = tls::verify_certificate(authority.certificate_pem(),
                                               authority.certificate_pem(), world.now + day * -30);
    CHECK(early.failure().code == ErrorCode::FailedPrecondition);
}

TEST_CASE("a certificate that lives shortly is not two thirds over when it begins") {
    World world;
    const CertificateAuthority authority = world.open(day);
    const auto facts = tls::read_certificate(world.node_certificate(authority)).value();
    const Duration life = facts.not_after - facts.not_before;
    CHECK(world.now < facts.not_before + life * 2 / 3);
}

TEST_CASE("an edge serves every instance of the zone, for a life of its own") {
    World world;
    CertificateLives lives;
    lives.serving = Duration(60'000);
    const auto authority =
        CertificateAuthority::open(world.folder.path(), lives, world.now, world.rng).value();
    const auto request = tls::make_request(tls::make_key().value(), "e").value();
    const auto facts = tls::read_certificate(
        authority.sign_zone(NodeId("edge-1"), "foyer.test", request, world.now).value());
    CHECK(facts.value().dns_names == std::vector<std::string>{"*.foyer.test", "foyer.test"});
    CHECK(facts.value().not_after <= world.now + Duration(60'000));
    CHECK(facts.value().not_after > world.now + Duration(58'000));
}
