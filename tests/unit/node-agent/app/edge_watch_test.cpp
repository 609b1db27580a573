#include "node-agent/app/edge_watch.h"

#include "common/leadership/record_text.h"
#include "tests/support/fake_clock.h"
#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;
namespace lead = foyer::leadership;

namespace {

constexpr MonoTime start{50'000};

EdgeRoutes routes_of(const lead::Record& first) {
    EdgeRoute route;
    route.hostname = "acme.foyer.localhost";
    route.instance = InstanceName("acme");
    route.web_port = 8000;
    for (int index = 0; index < 3; ++index)
        route.voters.push_back({{index}, "fd50::" + std::to_string(index + 1)});
    route.first = {lead::to_text(first), "the master's"};
    return {{route.hostname, route}};
}

// An edge, and three voters that know who leads.
struct Scene {
    bool by_master = true;
    EdgeWatch edge{lead::test::verifier(),
                   [this](const InstanceName&, WallTime, const FirstRecord&) -> Status {
                       if (by_master) return ok_status();
                       return error(ErrorCode::PermissionDenied, "not the master's");
                   }};
    std::uint64_t state = 1;
    SeededRng rng{7};
    std::vector<lead::Read> asked;

    // The backend after one round of questions and answers.
    std::string backend(MonoTime now) {
        std::vector<std::pair<ReplicaIndex, lead::Read>> questions;
        edge.tick(rng, now, [&](const std::string&, const lead::Letter& letter) {
            questions.emplace_back(letter.message.envelope.to,
                                   letter.message.body.get<lead::Read>());
        });
        for (const auto& [to, read] : questions) answer(to, read, now);
        return edge.proven(now).at("acme.foyer.localhost").backend;
    }
    void answer(ReplicaIndex from, const lead::Read& read, MonoTime now) {
        asked.push_back(read);
        lead::Record record = lead::test::record_of_three();
        record.config_hash = lead::test::first_of_three().config_hash;
        lead::ReadAnswer said;
        said.nonce = read.nonce;
        said.fence = lead::fence_of(record.ballot);
        said.holder = record.leader;
        said.record = record;
        lead::Letter letter;
        letter.message.envelope.group = InstanceName("acme");
        letter.message.envelope.from = from;
        letter.message.envelope.to = lead::outsider;
        letter.message.body = said;
        edge.hear(letter, {"", "key" + std::to_string(from.number), {}}, now);
    }
};

}  // namespace

TEST_CASE("an edge verifies from the master's first record, and asks for what comes after it") {
    Scene scene;
    scene.edge.follow(routes_of(lead::test::first_of_three()));
    CHECK(scene.backend(start) == "[fd50::1]:8000");
    REQUIRE_FALSE(scene.asked.empty());
    CHECK(scene.asked[0].chain_tip == lead::test::first_of_three().config_hash);
}

TEST_CASE("a first record that the master did not sign begins nothing") {
    Scene scene;
    scene.by_master = false;
    scene.edge.follow(routes_of(lead::test::first_of_three()));
    CHECK(scene.backend(start).empty());
    // The same text is not looked at again, another one is.
    scene.by_master = true;
    scene.edge.follow(routes_of(lead::test::first_of_three()));
    CHECK(scene.backend(start + Duration(2'000)).empty());
    lead::Record second = lead::test::first_of_three();
    second.ballot.generation = Generation(2);
    second.config_hash = lead::config_hash({}, second, lead::test::verifier().hash);
    scene.edge.follow(routes_of(second));
    CHECK(scene.backend(start + Duration(4'000)).empty());  // they are of the first generation
    CHECK(scene.asked.back().chain_tip == second.config_hash);
}
