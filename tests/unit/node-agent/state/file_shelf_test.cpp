#include "node-agent/state/file_shelf.h"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include "common/tls/certificate.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::agent;
using foyer::test::TempFolder;

namespace {

constexpr WallTime noon{1'772'366'400'000};
constexpr Duration day = std::chrono::hours(24);
const std::string name = "erp.acme.example";

AcmeClient::Issued issue(Duration life) {
    SeededRng rng{7};
    const auto root = tls::make_authority("Test", {noon, noon + day * 99}, rng).value();
    AcmeClient::Issued issued;
    issued.key_pem = tls::make_key().value();
    tls::CertificateSpec spec;
    spec.common_name = "x";
    spec.dns_names = {name};
    spec.validity = {noon, noon + life};
    const auto request = tls::make_server_request(issued.key_pem, name).value();
    issued.chain_pem = tls::sign_request(root, request, spec, rng).value() + root.certificate_pem;
    issued.span = {noon, noon + life};
    return issued;
}

struct World {
    TempFolder temp;
    SystemClock clock;
    CapturingSink sink;
    Log log{sink, clock};
    FileShelf shelf{temp.path() + "/certificates", log};
};

}  // namespace

TEST_CASE("a certificate that was put on the shelf is there for the next agent, for root alone") {
    World world;
    CHECK(world.shelf.file(name).empty());
    REQUIRE(world.shelf.put(name, issue(day)).ok());
    REQUIRE(world.shelf.put(name, issue(2 * day)).ok());
    const std::string file = world.shelf.file(name);
    struct stat facts = {};
    REQUIRE(::stat(file.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777U) == 0600U);
    FileShelf next(world.temp.path() + "/certificates", world.log);
    const NameRecords records = next.load();
    REQUIRE(records.contains(name));
    CHECK(records.at(name).held == CertificateSpan{noon, noon + 2 * day});
    REQUIRE(next.erase(name).ok());
    CHECK(next.load().empty());
}

TEST_CASE("what became of orders outlives the agent, so that it asks no sooner") {
    World world;
    SeededRng rng(7);
    REQUIRE(world.shelf.put(name, issue(day)).ok());
    NameRecords records = world.shelf.load();
    records.at(name) = refused(records.at(name), "no", false, {}, noon, rng);
    records["none.acme.example"] = refused({}, "neither", false, {}, noon, rng);
    REQUIRE(world.shelf.note(records).ok());
    CHECK(world.shelf.load() == records);
}

TEST_CASE("a file that is damaged is as if it never was") {
    World world;
    REQUIRE(world.shelf.put(name, issue(day)).ok());
    std::ofstream(world.shelf.file(name)) << "not a certificate";
    std::ofstream(world.temp.path() + "/certificates/orders.json") << "not JSON";
    CHECK(world.shelf.load().empty());
    CHECK(world.shelf.file(name).empty());
    CHECK(world.shelf.put(name, issue(day)).ok());
}
