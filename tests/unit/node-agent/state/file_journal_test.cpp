#include "node-agent/state/file_journal.h"

#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/base/random.h"
#include "node-agent/state/checked_file.h"
#include "node-agent/state/desired_json.h"
#include "node-agent/state/local_json.h"
#include "tests/support/assignments.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

std::string content_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

// /dev/shm is a tmpfs on every Linux; a plain folder stands for a run_dir that is not.
struct World {
    test::TempFolder disk;
    std::string memory = "/dev/shm/foyer-test-" + std::to_string(SystemRng().next());
    CapturingSink sink;
    test::FakeClock clock;
    Log log{sink, clock};

    ~World() {
        std::error_code ignored;
        std::filesystem::remove_all(memory, ignored);
    }
    std::string state() const { return disk.path() + "/state"; }
    std::unique_ptr<FileJournal> open() { return FileJournal::open(state(), memory, log).value(); }
    Recovered recover() { return open()->recover(); }
    void power_cut() const { std::filesystem::remove_all(memory); }
};

DesiredNode wish() {
    DesiredNode node;
    node.lineage = LineageId("l1");
    node.revision = Revision(7);
    node.settings = {Revision(3), "fd50:1::/64",     "fd50::/48",
                     true,        "foyer.localhost", "198.18.1.11"};
    for (int index : {0, 1}) {
        auto assignment = test::assignment(index, 4, 6);
        assignment.release_json = std::string("{\"odd\": \"\xff\x00\xfe\"}", 14);
        node.assignments[assignment.partition] = assignment;
    }
    node.assignments[PartitionId("acme-1")].leader.reset();
    node.peers[NodeId("edge-1")] = {NodeId("edge-1"), Revision(2), true,
                                    WgPublicKey("k"), "h:1",       {"fd50::/48"}};
    node.routes["acme.x"] = {"acme.x", Revision(3), InstanceName("acme"), test::fence(3),
                             "[::1]:80"};
    EdgeRoute& elected = node.routes["shop.x"];
    elected.hostname = "shop.x";
    elected.voters = {{{0}, "fd50::1"}};
    elected.web_port = 8000;
    elected.first = {"ballot 1 0 0\n", "c2ln"};
    return node;
}

LocalState local(const char* name) {
    return {.partition = PartitionId(name),
            .initialized = true,
            .led = true,
            .diverged = true,
            .fence = test::fence(4, 2),
            .applied = test::fence(3, 2),
            .promoted = test::fence(2, 2),
            .applied_revision = Revision(6),
            .shape = "abc",
            .removal = Removal::Forgotten,
            .removed_at = WallTime{99}};
}

}  // namespace

TEST_CASE("what was saved is found again") {
    World world;
    const auto journal = world.open();
    const Removals removed = {{PartitionId("gone-0"), Removal::Ordered},
                              {PartitionId("gone-1"), Removal::Forgotten}};
    REQUIRE(journal->save(wish(), removed, "1.2").ok());
    REQUIRE(journal->save(local("acme-0")).ok());
    const auto found = world.recover();
    CHECK(found.desired == wish());
    CHECK(found.removed == removed);
    CHECK(found.agent_version == "1.2");
    CHECK(found.partitions.at(PartitionId("acme-0")) == local("acme-0"));
    CHECK(found.without_secrets.empty());
    CHECK_FALSE(found.desired_lost);
    REQUIRE(journal->forget(PartitionId("acme-0")).ok());
    CHECK(world.recover().partitions.empty());
}

TEST_CASE("a partition's journal says for which order it was made, an older one does not") {
    World world;
    LocalState known = local("acme-0");
    known.ordered_at = WallTime{1'700'000'000'001};
    REQUIRE(world.open()->save(known).ok());
    CHECK(world.recover().partitions.at(PartitionId("acme-0")) == known);
    known.ordered_at = {};
    REQUIRE(world.open()->save(known).ok());
    CHECK(world.recover().partitions.at(PartitionId("acme-0")).ordered_at == WallTime{});
}

TEST_CASE("a journal that does not say that its volume was begun empty does not mean it") {
    World world;
    LocalState known = local("acme-0");
    REQUIRE(world.open()->save(known).ok());
    CHECK(world.recover().partitions.at(known.partition).begun_empty);
    nlohmann::json older = to_json(known);
    older.erase("begun_empty");
    REQUIRE(write_checked(world.state() + "/partitions/acme-0.json", older).ok());
    known.begun_empty = false;
    CHECK(world.recover().partitions.at(known.partition) == known);
    REQUIRE(world.open()->save(known).ok());
    CHECK(world.recover().partitions.at(known.partition) == known);
}

TEST_CASE("secrets are never on the disk, and gone with the power") {
    World world;
    REQUIRE(world.open()->save(wish(), {}, "1.2").ok());
    for (const auto& entry : std::filesystem::recursive_directory_iterator(world.disk.path())) {
        if (entry.is_regular_file())
            CHECK(content_of(entry.path()).find("s3cret") == std::string::npos);
    }
    world.power_cut();
    const auto found = world.recover();
    CHECK(found.without_secrets.size() == 2);
    // Their names are remembered: so is known what to ask for.
    CHECK(found.without_secrets.at(PartitionId("acme-0")) ==
          std::set<std::string>{"replication_password"});
    CHECK(found.desired.assignments.at(PartitionId("acme-0")).secrets.by_name.empty());
    CHECK(found.desired.revision == Revision(7));
}

TEST_CASE("keys that mail is signed with are secrets as others are") {
    World world;
    DesiredNode node = wish();
    node.settings.mail_relay =
        MailRelaySettings{"fd50::19", {"cloud.x", "foyer-1", "s3cret zone"}, "MIIB"};
    node.routes.at("acme.x").mail =
        RouteMail{{"fd50::1"}, {{"acme.example", "foyer-2", "s3cret acme"}}, 200};
    REQUIRE(world.open()->save(node, {}, "1.2").ok());
    for (const auto& entry : std::filesystem::recursive_directory_iterator(world.disk.path())) {
        if (entry.is_regular_file())
            CHECK(content_of(entry.path()).find("s3cret") == std::string::npos);
    }
    auto found = world.recover();
    CHECK(found.desired == node);
    CHECK_FALSE(found.mail_keys_lost);
    world.power_cut();
    found = world.recover();
    CHECK(found.mail_keys_lost);
    CHECK(found.desired.settings.mail_relay->zone_key == DkimKey{"cloud.x", "foyer-1", ""});
    CHECK(found.desired.routes.at("acme.x").mail->keys[0].private_key.empty());
}

TEST_CASE("a run folder that is not in memory keeps no secrets") {
    World world;
    const test::TempFolder plain;
    if (content_of("/proc/mounts").find(" /tmp tmpfs") != std::string::npos) return;
    const auto journal = FileJournal::open(world.state(), plain.path(), world.log).value();
    REQUIRE(journal->save(wish(), {}, "1.2").ok());
    CHECK(std::filesystem::is_empty(plain.path()));
    CHECK(journal->recover().without_secrets.size() == 2);
}

TEST_CASE("a new box has nothing to recover and says so") {
    World world;
    CHECK(world.recover().desired_lost);
    CHECK(world.sink.lines().empty());
}

TEST_CASE("a damaged file is put aside, whatever the damage, and never crashes the agent") {
    World world;
    REQUIRE(world.open()->save(wish(), {}, "1.2").ok());
    REQUIRE(world.open()->save(local("acme-0")).ok());
    const std::string desired_file = world.state() + "/desired.json";
    const std::string local_file = world.state() + "/partitions/acme-0.json";
    const std::string good_desired = content_of(desired_file);
    const std::string good_local = content_of(local_file);
    const auto put = [](const std::string& path, const std::string& content) {
        std::ofstream(path, std::ios::trunc) << content;
    };
    for (std::size_t cut = 0; cut < good_desired.size(); cut += 97) {
        put(desired_file, good_desired.substr(0, cut));
        put(local_file, good_local.substr(0, cut % good_local.size()));
        const auto found = world.recover();
        CHECK(found.desired_lost);
        REQUIRE(found.partitions.contains(PartitionId("acme-0")));
        CHECK_FALSE(found.partitions.at(PartitionId("acme-0")).led.has_value());
        CHECK_FALSE(found.partitions.at(PartitionId("acme-0")).begun_empty);
        CHECK(std::filesystem::exists(desired_file + ".damaged"));
        CHECK_FALSE(std::filesystem::exists(desired_file));
    }
    for (std::size_t at = 3; at < good_desired.size(); at += 211) {
        std::string flipped = good_desired;
        flipped[at] = static_cast<char>(flipped[at] ^ 1);
        put(desired_file, flipped);
        CHECK(world.recover().desired_lost);
    }
    CHECK(world.sink.holds("journal_damaged"));
}

TEST_CASE("a write that was cut off leaves the old content") {
    World world;
    REQUIRE(world.open()->save(local("acme-0")).ok());
    // What a power cut leaves of an atomic write: a temporary file beside the whole one.
    std::ofstream(world.state() + "/partitions/acme-0.json.tmp123") << "half";
    const auto found = world.recover();
    CHECK(found.partitions.size() == 1);
    CHECK(found.partitions.at(PartitionId("acme-0")) == local("acme-0"));
}

TEST_CASE("what the master proposes is kept, whatever it is") {
    const std::string record = "1 2 3";
    const GroupProposal asked{record, ReplicaIndex{1}, {}, {}, DesiredState::Stopped};
    GroupProposal waits{record, {}, {}, {}, {}};
    waits.promise = Duration(20'000);
    GroupProposal bars{record, {}, {}, {}, {}};
    bars.barred = std::set{ReplicaIndex{0}, ReplicaIndex{2}};
    GroupProposal bars_nobody{record, {}, {}, {}, {}};
    bars_nobody.barred.emplace();
    for (const GroupProposal& proposal : {asked, waits, bars, bars_nobody}) {
        DesiredNode node = wish();
        node.assignments[PartitionId("acme-0")].group = GroupWish{{"ballot", "c2ln"}, proposal};
        const auto read = desired_from_json(to_json(node, {}, "1.2"));
        REQUIRE(read.has_value());
        CHECK(read->desired.assignments.at(PartitionId("acme-0")).group->proposal == proposal);
    }
}

TEST_CASE("a number that does not fit is no journal of ours, never another number") {
    const nlohmann::json good = to_json(wish(), {}, "1.2");
    REQUIRE(desired_from_json(good).has_value());
    for (const char* field : {"index", "copies", "leader"}) {
        nlohmann::json bad = good;
        bad["assignments"][0][field] = std::int64_t{1} << 32;  // 0, if only half of it is read
        CHECK_FALSE(desired_from_json(bad).has_value());
        bad["assignments"][0][field] = std::numeric_limits<std::uint64_t>::max();
        CHECK_FALSE(desired_from_json(bad).has_value());
    }
}

TEST_CASE("moments of takeovers are kept, and a damaged file of them is put aside") {
    World world;
    CHECK(world.recover().takeovers == KeptTakeovers{});
    KeptTakeovers kept;
    LeadershipReport led;
    led.partition = PartitionId("acme-1");
    led.ordered_at = WallTime{9};
    led.fence = test::fence(4);
    led.begin = LeadershipBegin{WallTime{1},     TakeoverCause::HandedOver,
                                ReplicaIndex{2}, test::fence(3),
                                Duration(1),     Duration(2),
                                Duration(3),     Duration(4),
                                std::nullopt,    Duration(6)};
    led.end = LeadershipEnd{LeadershipEndReason::HostStops, WallTime{7}, Duration(8)};
    kept.leaderships = {led, {PartitionId("b-0"), {}, test::fence(1), {}, {}}};
    kept.routings = {
        {InstanceName("acme"), WallTime{9}, test::fence(4), WallTime{3}, Duration(4), Duration(5)},
        {InstanceName("b"), {}, test::fence(1), {}, {}, {}}};
    REQUIRE(world.open()->keep(kept).ok());
    world.power_cut();
    CHECK(world.recover().takeovers == kept);
    const std::string file = world.state() + "/takeovers.json";
    auto body = read_checked(file).value();
    body["leaderships"][0]["begin"]["cause"] = "odd";
    REQUIRE(write_checked(file, body).ok());
    CHECK(world.recover().takeovers == KeptTakeovers{});
    CHECK(std::filesystem::exists(file + ".damaged"));
}

TEST_CASE("what the host wants is kept; where it cannot be read, nobody else says that he serves") {
    World world;
    CHECK(world.recover().host == HostOrder{});
    const HostOrder order{HostWish::Draining, WallTime{1'780'000'000'000}};
    REQUIRE(world.open()->keep(order).ok());
    CHECK(world.recover().host == order);
    const std::string file = world.state() + "/host.json";
    auto body = read_checked(file).value();
    body["wish"] = "asleep";
    REQUIRE(write_checked(file, body).ok());
    CHECK(world.recover().host == HostOrder{HostWish::Paused, std::nullopt});
    CHECK(std::filesystem::exists(file + ".damaged"));
    CHECK(world.recover().host == HostOrder{HostWish::Paused, std::nullopt});
    // A box that left and is enrolled again would leave again.
    REQUIRE(forget_host_order(world.state()).ok());
    CHECK(world.recover().host == HostOrder{});
    CHECK(forget_host_order(world.state() + "/none").ok());
}

TEST_CASE("what a host refuses outlives a power cut; where it is lost, everything is refused") {
    World world;
    CHECK(world.recover().refuses == HostRefusals{});
    HostRefusals refuses;
    refuses.what = {{CountryCode("RU"), CountryCode("ZZ")}, {ReleaseKind::Mail}};
    refuses.now = true;
    REQUIRE(world.open()->keep(refuses).ok());
    world.power_cut();
    CHECK(world.recover().refuses == refuses);
    const std::string file = world.state() + "/refusals.json";
    auto body = read_checked(file).value();
    body["kinds"][0] = "exec";
    REQUIRE(write_checked(file, body).ok());
    CHECK(world.recover().refuses == everything_refused());
    CHECK(std::filesystem::exists(file + ".damaged"));
    CHECK(world.recover().refuses == everything_refused());  // and so it stays
    REQUIRE(world.open()->keep(HostRefusals{}).ok());
    CHECK(world.recover().refuses == HostRefusals{});
    REQUIRE(world.open()->keep(refuses).ok());
    REQUIRE(forget_host_order(world.state()).ok());
    CHECK(world.recover().refuses == HostRefusals{});
}
