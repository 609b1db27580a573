// The long poll, certificates and blobs of a real agent.
#include <fstream>
#include <sstream>

#include "node-agent/link/blob_fetch.h"
#include "tests/unit/node-agent/link/link_world.h"

using namespace foyer;
using namespace foyer::agent;
using foyer::test::assignment;
using foyer::test::eventually;
using World = LinkWorld;

namespace {

std::string content_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("a wish travels down the held call, and the news come back by ending it") {
    World world;
    world.enrolled();
    world.boot();
    REQUIRE(eventually([&] { return world.master.held() == 1 && world.link->state().connected; }));
    world.master.want({assignment(0)});
    CHECK(eventually([&] { return world.hears_running("acme-0"); }));
    CHECK(eventually([&] { return world.master.held() == 1; }));
    world.box.health(R"({"healthy":false,"ready":false,"detail":"database is down"})");
    // Health is asked every 20 ms by the fake release; nothing else would end the held call within
    // its 30 s.
    CHECK(eventually([&] { return world.heard("acme-0")->phase == PartitionPhase::Unhealthy; },
                     Duration(20'000)));
}

// A hold is 30 s: news that wait for the end of one are late, and fail here.
TEST_CASE("news that come while a call is being ended do not wait for the next one's end") {
    World world;
    world.enrolled();
    world.boot(/*pace=*/Duration(0));
    world.master.want({assignment(0)});
    REQUIRE(eventually([&] { return world.hears_running("acme-0"); }));
    for (int turn = 0; turn < 100; ++turn) {
        const bool well = turn % 2 == 1;
        const std::string word = well ? "true" : "false";
        world.box.health(R"({"healthy":)" + word + R"(,"ready":)" + word + R"(,"detail":""})");
        const auto phase = well ? PartitionPhase::Running : PartitionPhase::Unhealthy;
        INFO("turn " << turn);
        REQUIRE(
            eventually([&] { return world.heard("acme-0")->phase == phase; }, Duration(20'000)));
    }
}

TEST_CASE("the first report is immediate, full, and says who speaks; a quiet box holds one call") {
    World world;
    world.enrolled();
    world.boot();
    REQUIRE(eventually([&] { return world.master.held() == 1; }));
    const auto reports = world.master.reports();
    CHECK(reports.front().immediate);
    CHECK(reports.front().observations_full);
    CHECK(reports.front().agent_version == "0.1-test");
    CHECK(reports.size() <= 4);
}

TEST_CASE("a difference from another base is not applied; everything is asked for and applied") {
    World world;
    world.enrolled();
    world.boot();
    REQUIRE(eventually([&] { return world.master.held() == 1; }));
    world.master.confuse_once();
    world.master.want({assignment(0)});
    CHECK(eventually([&] { return world.hears_running("acme-0"); }));
    CHECK(world.sink.holds("difference_did_not_fit"));
    bool asked_full = false;
    for (const SyncReport& report : world.master.reports())
        asked_full |= report.applied_revision == Revision(0) && report.observation_number != 0;
    CHECK(asked_full);
}

TEST_CASE("what was not acknowledged is sent again, under a higher number") {
    World world;
    world.enrolled();
    world.boot();
    REQUIRE(eventually([&] { return world.master.held() == 1; }));
    world.master.lose_acknowledgements(6);
    world.master.want({assignment(0)});
    CHECK(eventually([&] { return world.hears_running("acme-0"); }));
    CHECK(eventually([&] { return world.master.held() == 1; }));
    std::uint64_t last = 0;
    for (const SyncReport& report : world.master.reports()) {
        if (report.observation_number == 0) continue;
        CHECK(report.observation_number > last);
        last = report.observation_number;
    }
}

TEST_CASE("a removed node is refused, says so, and touches nothing") {
    World world;
    world.enrolled();
    world.boot();
    world.master.want({assignment(0)});
    REQUIRE(eventually([&] { return world.hears_running("acme-0"); }));
    world.master.remove_node("lille-1");
    world.halt();
    world.boot();
    CHECK(eventually(
        [&] { return world.link->state().problem.find("was it removed") != std::string::npos; }));
    CHECK(world.box.partition("acme-0").running);
    CHECK_FALSE(world.link->state().connected);
}

TEST_CASE("a box whose clock is wrong is told once, and once more when it is right") {
    World world;
    world.enrolled();
    world.boot();
    world.master.want({assignment(0)});
    REQUIRE(eventually([&] { return world.hears_running("acme-0"); }));
    CHECK_FALSE(world.sink.holds("clock_wrong"));
    world.master.clock_runs_ahead(std::chrono::hours(24));
    world.master.want({assignment(0), assignment(1)});
    CHECK(eventually([&] { return world.sink.holds("clock_wrong"); }));
    CHECK(world.sink.holds("24 h behind"));
    CHECK(eventually([&] { return world.link->state().clock_offset < Duration(-86'000'000); }));
    CHECK(world.link->state().connected);
    CHECK(world.box.count("start acme-0") == 1);
    world.master.clock_runs_ahead(std::chrono::hours(-24));
    world.master.want({assignment(0)});
    CHECK(eventually([&] { return world.sink.holds("24 h ahead"); }));
    world.master.clock_runs_ahead(Duration(0));
    world.master.want({assignment(0)});
    CHECK(eventually([&] { return world.sink.holds("clock_right"); }));
    CHECK(world.box.count("start acme-0") == 1);
}

TEST_CASE("a box that cannot take orders stays connected, tells why, and takes them later") {
    World world;
    world.enrolled();
    world.boot();
    REQUIRE(eventually([&] { return world.master.held() == 1; }));
    world.journal.refuse(error(ErrorCode::ResourceExhausted, "disk full"));
    world.master.want({assignment(0)});
    CHECK(eventually([&] {
        const auto seen = world.heard("acme-0");
        return seen && seen->phase == PartitionPhase::Failed &&
               seen->reason.find("disk full") != std::string::npos;
    }));
    const auto state = world.link->state();
    CHECK(state.connected);
    CHECK(state.problem.find("cannot take orders: disk full") != std::string::npos);
    world.journal.refuse(std::nullopt);
    CHECK(eventually([&] { return world.hears_running("acme-0"); }));
    CHECK(eventually([&] { return world.link->state().problem.empty(); }));
}

TEST_CASE("a restarted agent goes on from its journal with a difference") {
    World world;
    world.enrolled();
    world.boot();
    world.master.want({assignment(0)});
    REQUIRE(eventually([&] { return world.hears_running("acme-0"); }));
    REQUIRE(eventually([&] { return world.master.held() == 1; }));
    world.halt();
    const auto before = world.master.reports().size();
    world.boot();
    REQUIRE(eventually([&] { return world.master.reports().size() > before; }));
    CHECK(world.master.reports()[before].applied_revision == Revision(2));
    CHECK(world.box.count("start acme-0") == 1);
}

TEST_CASE("a certificate past two thirds of its life is renewed by itself") {
    World world;
    world.enrolled(Duration(20'000));  // not_before lies a minute back: two thirds are over
    const std::string before = world.folder.load().value().certificate_pem;
    world.boot();
    CHECK(eventually([&] { return world.master.renewals() == 1; }));
    CHECK(eventually([&] { return world.folder.load().value().certificate_pem != before; }));
    CHECK(eventually([&] { return world.master.held() >= 1; }));
}

TEST_CASE("an edge's serving certificate is renewed while the old one is good, and handed on") {
    World world;
    world.enrolled();
    world.master.edge_of("foyer.test", Duration(8'000));
    world.boot();
    // Other orders come meanwhile, and with each answer the certificates are looked at.
    const auto handed_on = [&](std::size_t count) {
        return eventually([&] {
            world.master.want({});
            return world.handed_on().size() >= count;
        });
    };
    REQUIRE(handed_on(1));
    const auto first = world.handed_on().at(0);
    REQUIRE(handed_on(2));
    const auto second = world.handed_on().at(1);
    const std::string& roots = world.master.authority().certificate_pem;
    CHECK(tls::verify_certificate(first.certificate_pem, roots, world.clock.wall()).ok());
    CHECK(tls::verify_certificate(second.certificate_pem, roots, world.clock.wall()).ok());
    CHECK(first.certificate_pem != second.certificate_pem);
    CHECK(first.key_pem.reveal() == second.key_pem.reveal());
    CHECK(world.folder.serving()->certificate_pem == second.certificate_pem);
    CHECK(tls::read_certificate(second.certificate_pem).value().dns_names.at(0) == "*.foyer.test");
    CHECK(world.master.renewals() == 2);
}

TEST_CASE("a serving certificate that the proxy did not take is handed on again") {
    World world;
    world.enrolled();
    world.refused = 1;
    world.master.edge_of("foyer.test", Duration(3'600'000));
    world.boot();
    CHECK(eventually([&] {
        world.master.want({});
        return world.handed_on().size() == 2;
    }));
    CHECK(world.handed_on().at(0).certificate_pem == world.handed_on().at(1).certificate_pem);
    CHECK(world.master.renewals() == 1);
    CHECK(world.sink.holds("serving_certificate_refused"));
}

TEST_CASE("a box that is an edge no more keeps no serving key, and gets another if it is again") {
    World world;
    world.enrolled();
    world.master.edge_of("foyer.test", Duration(3'600'000));
    world.boot();
    REQUIRE(eventually([&] { return world.handed_on().size() == 1; }));
    const std::string key = world.disk.path() + "/identity/serving.key";
    CHECK_FALSE(content_of(key).empty());
    world.master.edge_of("");
    CHECK(eventually([&] { return content_of(key).empty(); }));
    CHECK_FALSE(world.folder.serving());
    world.master.edge_of("foyer.test", Duration(3'600'000));
    CHECK(eventually([&] {
        world.master.want({});
        return world.handed_on().size() == 2;
    }));
    CHECK(world.handed_on().at(0).key_pem.reveal() != world.handed_on().at(1).key_pem.reveal());
}

TEST_CASE("the pause between renewals follows the life of the certificate, within bounds") {
    CHECK(renewal_pause("") == Duration(1'000));
    SystemRng rng;
    const WallTime now = SystemClock().wall();
    const auto lives = [&](std::int64_t seconds) {
        const auto made = tls::make_authority("t", {now, now + Duration(seconds * 1000)}, rng);
        return renewal_pause(made.value().certificate_pem);
    };
    CHECK(lives(10) == Duration(1'000));
    CHECK(lives(100) == Duration(5'000));
    CHECK(lives(90 * 24 * 3600) == Duration(60'000));
}

TEST_CASE("a master that is away is dialled until it is back, and another address is tried") {
    World world;
    world.enrolled();
    auto identity = world.folder.load().value();
    identity.addresses = {"127.0.0.1:1", world.master.address()};
    REQUIRE(world.folder.store(identity).ok());
    world.boot();
    CHECK(eventually([&] { return world.link->state().connected; }));
    CHECK(world.link->state().address == world.master.address());
}

TEST_CASE("a line that carries nothing is told of, although the box has news all the time") {
    World world;
    world.enrolled();
    world.master.say_hold(Duration(1'000));
    world.boot(/*pace=*/Duration(50), /*deadline_margin=*/Duration(1'000));
    world.master.want({assignment(0)});
    REQUIRE(eventually([&] { return world.hears_running("acme-0"); }));
    world.master.fall_silent();
    bool well = false;
    CHECK(eventually([&] {
        const std::string word = well ? "true" : "false";
        world.box.health(R"({"healthy":)" + word + R"(,"ready":)" + word + R"(,"detail":""})");
        well = !well;
        return !world.link->state().connected;
    }));
    CHECK(world.link->state().problem != "");
}

TEST_CASE("a blob arrives whole through a line that breaks") {
    World world;
    world.enrolled();
    MasterClient client(world.folder.load().value(), ClientRules{});
    BlobFetch fetch(client, world.rng, {.attempts_max = 3, .backoff = {Duration(2), Duration(5)}});
    const Digest digest("sha256:" + std::string(64, 'a'));
    std::string content;
    for (int i = 0; i < 40'000; ++i) content += static_cast<char>('a' + i % 26);
    world.master.put_blob(digest, content);
    world.master.break_blobs(9'000, 4);
    const std::string file = world.disk.path() + "/blob";
    std::int64_t told = 0;
    CHECK(fetch
              .fetch(digest, file,
                     [&](std::int64_t done, std::int64_t total) { told = done * 1000 / total; }, {})
              .ok());
    CHECK(content_of(file) == content);
    CHECK(told == 1000);

    CHECK(fetch
              .fetch(Digest("sha256:" + std::string(64, 'b')), file + "2",
                     [](std::int64_t, std::int64_t) {}, {})
              .failure()
              .code == ErrorCode::NotFound);
    world.master.break_blobs(0, 100);
    CHECK(fetch.fetch(digest, file + "3", [](std::int64_t, std::int64_t) {}, {}).failure().code ==
          ErrorCode::Unavailable);
}
