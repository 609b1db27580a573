#include "node-agent/link/enrol.h"

#include <sys/stat.h>
#include <unistd.h>

#include "common/tls/enrol_token.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_master.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

struct World {
    test::FakeMaster master;
    test::TempFolder disk;
    IdentityFolder folder{disk.path() + "/identity"};
    SystemClock clock;
    SystemRng rng;

    Result<Identity> try_with(const std::string& token, const Clock& with) {
        return enrol(
            {.token = token,
             .capacity = {Millicores(4000), gibibytes(8), gibibytes(100), KbitPerSecond(20'000)},
             .agent_version = "test"},
            folder, with, rng);
    }
    Result<Identity> try_with(const std::string& token) { return try_with(token, clock); }
};

bool says(const Result<Identity>& result, const std::string& text) {
    return !result.ok() && result.failure().message.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("a token makes an identity whose key never left the box") {
    World world;
    const auto identity = world.try_with(world.master.token("lille-1")).value();
    CHECK(identity.node == NodeId("lille-1"));
    CHECK(world.folder.is_enrolled());
    const auto loaded = world.folder.load().value();
    CHECK(loaded.node == identity.node);
    CHECK(loaded.addresses == std::vector<std::string>{world.master.address()});
    CHECK(loaded.capacity == identity.capacity);
    for (const char* secret : {"/node.key", "/wg.key"}) {
        struct stat facts{};
        REQUIRE(::stat((world.disk.path() + "/identity" + secret).c_str(), &facts) == 0);
        CHECK((facts.st_mode & 0777U) == 0600U);
    }
    CHECK(says(world.try_with(world.master.token("lille-2")), "enrolled already"));
}

TEST_CASE("refusals speak to the host") {
    World world;
    CHECK(says(world.try_with("nonsense"), "not a usable enrolment token"));
    auto token = tls::decode_enrol_token(world.master.token("lille-1")).value();
    token.secret = Secret(std::string("t-used"));
    CHECK(says(world.try_with(tls::encode_enrol_token(token)), "unknown or used up"));
    token.ca_sha256 = std::string(64, 'c');
    CHECK(says(world.try_with(tls::encode_enrol_token(token)), "for another master"));
    CHECK_FALSE(world.folder.is_enrolled());
}

TEST_CASE("the first address that presents the right CA is taken") {
    World world;
    const test::FakeMaster other;
    auto token = tls::decode_enrol_token(world.master.token("lille-1")).value();
    token.addresses.insert(token.addresses.begin(), {"127.0.0.1:1", other.address()});
    CHECK(world.try_with(tls::encode_enrol_token(token)).ok());
}

TEST_CASE("a clock that is wrong by years is named as the cause") {
    World world;
    test::FakeClock early(WallTime{0});
    const auto refused = world.try_with(world.master.token("lille-1"), early);
    CHECK(says(refused, "clock of this box"));
    CHECK(says(refused, "1970-01-01"));
}

TEST_CASE("a clock outside the life of the master's own certificate is named too") {
    World world;
    // The authority of the fake master lives a year, its server's certificate a day.
    test::FakeClock late(world.clock.wall() + std::chrono::hours(48));
    const auto refused = world.try_with(world.master.token("lille-1"), late);
    CHECK(says(refused, "clock of this box"));
    CHECK(says(refused, "certificate of 'master' expired"));
    CHECK_FALSE(world.folder.is_enrolled());
}

TEST_CASE("a repeated enrolment presents the same key") {
    World world;
    const std::string token = world.master.token("lille-1");
    REQUIRE(world.try_with(token).ok());
    const auto first = world.folder.load().value();
    // As if the answer had been lost before it was written.
    REQUIRE(::unlink((world.disk.path() + "/identity/node.json").c_str()) == 0);
    REQUIRE(world.try_with(token).ok());
    CHECK(world.folder.load().value().key_pem == first.key_pem);
}

TEST_CASE("an identity others may read, or that does not fit together, is refused") {
    World world;
    REQUIRE(world.folder.load().failure().code == ErrorCode::NotFound);
    REQUIRE(world.try_with(world.master.token("lille-1")).ok());
    const std::string key = world.disk.path() + "/identity/node.key";
    ::chmod(key.c_str(), 0640);
    CHECK(world.folder.load().failure().code == ErrorCode::FailedPrecondition);
    ::chmod(key.c_str(), 0600);
    CHECK(world.folder.load().ok());
}
