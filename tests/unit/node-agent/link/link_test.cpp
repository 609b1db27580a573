// A real agent on a box in memory against a master in this process, over real mTLS.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "node-agent/link/blob_fetch.h"
#include "node-agent/link/enrol.h"
#include "node-agent/link/sync_loop.h"
#include "tests/support/assignments.h"
#include "tests/support/catch.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_box.h"
#include "tests/support/fake_master.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::agent;
using foyer::test::assignment;
using foyer::test::eventually;

namespace {

struct World {
    test::FakeMaster master;
    test::TempFolder disk;
    test::FakeBox box;
    test::MemoryJournal journal;
    SystemClock clock;
    SystemRng rng;
    CapturingSink sink;
    Log log{sink, clock};
    IdentityFolder folder{disk.path() + "/identity"};
    std::unique_ptr<MasterClient> client;
    std::unique_ptr<Agent> agent;
    std::unique_ptr<Renewal> renewal;
    std::unique_ptr<Departure> departure;
    std::unique_ptr<SyncLoop> link;
    mutable std::mutex served_mutex;
    std::vector<ServingCertificate> served;  // as handed on to the proxy
    std::size_t refused = 0;                 // which of them it does not take: 1 is the first

    ~World() { halt(); }
    void halt() {
        link.reset();
        agent.reset();
    }
    void enrolled(Duration certificate_life = Duration(90) * 24 * 3'600'000) {
        master.certificates_live(certificate_life);
        REQUIRE(enrol({.token = master.token("lille-1"),
                       .capacity = {Millicores(1), {}, {}, {}},
                       .agent_version = "t"},
                      folder, clock, rng)
                    .ok());
    }
    void boot(Duration pace = Duration(50), Duration deadline_margin = Duration(10'000)) {
        halt();
        const Identity identity = folder.load().value();
        client = std::make_unique<MasterClient>(identity, ClientRules{});
        AgentRules rules;
        rules.worker.backoff = {Duration(5), Duration(40)};
        rules.worker.look_period = Duration(20);
        rules.version = "0.1-test";
        rules.worker.unready_probe_period = Duration(10);
        const AgentPorts ports{box,     box,   box, box, box, test::fake_release,
                               journal, clock, rng, log};
        agent = std::make_unique<Agent>(ports, rules, journal.recovered());
        renewal = std::make_unique<Renewal>(
            folder, identity, *client, clock, log, [this](const ServingCertificate& serving) {
                const std::scoped_lock lock(served_mutex);
                served.push_back(serving);
                return served.size() == refused
                           ? Status(error(ErrorCode::Unavailable, "proxy hangs"))
                           : ok_status();
            });
        agent->on_news([this] {
            if (link) link->poke();
        });
        REQUIRE(agent->start().ok());
        SyncRules sync;
        sync.backoff = {Duration(20), Duration(100)};
        sync.refused_backoff = {Duration(20), Duration(100)};
        sync.coalesce = std::min(Duration(20), pace);
        sync.pace = pace;
        sync.deadline_margin = deadline_margin;
        departure = std::make_unique<Departure>(receipt_file(), folder, *client, log);
        link = std::make_unique<SyncLoop>(*agent, *client, *renewal, *departure, clock, rng, log,
                                          sync, [](const std::vector<Errand>&) {});
    }
    std::string receipt_file() const { return receipt_file_of(disk.path()); }
    void leave() {
        REQUIRE(agent->obey_host({HostWish::Leaving, std::nullopt}).ok());
        link->poke();
    }
    std::vector<ServingCertificate> handed_on() const {
        const std::scoped_lock lock(served_mutex);
        return served;
    }
    // The newest observation of a partition that reached the master.
    std::optional<PartitionObservation> heard(const std::string& partition) const {
        std::optional<PartitionObservation> newest;
        for (const SyncReport& report : master.reports()) {
            for (const auto& seen : report.observations) {
                if (seen.partition.str() == partition) newest = seen;
            }
        }
        return newest;
    }
    bool hears_running(const std::string& partition) const {
        const auto seen = heard(partition);
        return seen && seen->phase == PartitionPhase::Running && seen->position;
    }
};

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

TEST_CASE("a box leaves once it is empty, with a receipt that anyone can check") {
    World world;
    world.enrolled();
    world.boot();
    world.master.want({assignment(0)});
    REQUIRE(eventually([&] { return world.hears_running("acme-0"); }));
    world.master.keep_leaving(1);
    world.leave();
    REQUIRE(eventually([&] {
        const auto reports = world.master.reports();
        return !reports.empty() && std::ranges::any_of(reports, [](const SyncReport& report) {
            return report.host && report.host->wish == HostWish::Leaving;
        });
    }));
    CHECK(world.master.farewells() == 0);  // it holds a copy
    CHECK_FALSE(load_receipt(world.receipt_file()).ok());
    world.master.want({});
    REQUIRE(eventually([&] { return world.departure->has_left(); }));
    CHECK(world.master.farewells() == 3);  // not yet; the receipt; the last word
    const auto kept = load_receipt(world.receipt_file());
    REQUIRE(kept.ok());
    CHECK(kept.value().left);
    const auto page = receipt_page(kept.value());
    REQUIRE(page.ok());
    CHECK(page.value().find("lille-1 of the cloud foyer.example") != std::string::npos);
    const auto asked = world.master.reports().size();
    world.boot();  // it stays gone, and asks nobody
    CHECK(world.departure->has_left());
    world.halt();
    CHECK(world.master.reports().size() == asked);
}

TEST_CASE("a box whose last word was answered, and whose answer was lost, has left all the same") {
    World world;
    world.enrolled();
    world.boot();
    world.master.lose_farewell();
    world.leave();
    CHECK(eventually([&] { return world.departure->has_left(); }));
    CHECK(load_receipt(world.receipt_file()).value().left);
}

TEST_CASE("a host who resumes keeps his box") {
    World world;
    world.enrolled();
    world.boot();
    world.master.keep_leaving(1'000);
    world.leave();
    REQUIRE(eventually([&] { return world.sink.holds("not_let_go_yet"); }));
    REQUIRE(eventually([&] {  // not while a try is under way
        return world.departure->unless_leaving([&] { return world.agent->obey_host({}); }).ok();
    }));
    world.master.keep_leaving(0);
    world.master.want({assignment(0)});
    CHECK(eventually([&] { return world.hears_running("acme-0"); }));
    CHECK_FALSE(world.departure->has_left());
    world.master.remove_node("lille-1");  // by its operator: that is no farewell
    world.link->poke();
    CHECK(eventually(
        [&] { return world.link->state().problem.find("was it removed") != std::string::npos; }));
    CHECK_FALSE(world.departure->has_left());
}

TEST_CASE("a receipt of another box is not taken, and nothing is given up for it") {
    World world;
    world.enrolled();
    world.boot();
    world.master.mistake_receipts();
    world.leave();
    CHECK(eventually([&] { return world.sink.holds("receipt is of another box"); }));
    CHECK_FALSE(world.departure->has_left());
    CHECK_FALSE(load_receipt(world.receipt_file()).ok());
    REQUIRE(world.departure->unless_leaving([&] { return world.agent->obey_host({}); }).ok());
    world.master.want({assignment(0)});
    CHECK(eventually([&] { return world.hears_running("acme-0"); }));
}

// As after `clear` and another token: what an earlier box of this folder was given is another's.
TEST_CASE("a receipt of an earlier life of the box counts for nothing") {
    World world;
    world.enrolled();
    world.boot();
    world.leave();
    REQUIRE(eventually([&] { return world.departure->has_left(); }));
    world.halt();
    REQUIRE(std::filesystem::remove_all(world.disk.path() + "/identity") > 0);
    REQUIRE(enrol({.token = world.master.token("lille-2"),
                   .capacity = {Millicores(1), {}, {}, {}},
                   .agent_version = "t"},
                  world.folder, world.clock, world.rng)
                .ok());
    REQUIRE(world.journal.keep(HostOrder{}).ok());  // as enrolment does (forget_host_order)
    world.boot();
    CHECK_FALSE(world.departure->has_left());
    world.master.want({assignment(0)});
    CHECK(eventually([&] { return world.hears_running("acme-0"); }));
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
