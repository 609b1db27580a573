#include "common/wire/agent_convert.h"

#include <functional>
#include <google/protobuf/stubs/logging.h>

#include "common/base/random.h"
#include "common/base/text.h"
#include "foyer/agent/v1/agent.pb.h"
#include "tests/support/assignments.h"
#include "tests/support/catch.h"

using namespace foyer;

namespace {

Assignment sample() {
    Assignment made = test::assignment(0, 3, 9);
    made.release_signature = to_base64url(std::vector<std::uint8_t>(64, 7));
    made.publisher_key = to_base64url(std::vector<std::uint8_t>(32, 9));
    made.tenant_country = CountryCode("FR");
    return made;
}

PartitionObservation observation() {
    PartitionObservation made;
    made.partition = PartitionId("acme-0");
    made.ordered_at = WallTime{1'700'000'000'001};
    made.fence = test::fence(3);
    made.role = ReplicaRole::Primary;
    made.phase = PartitionPhase::Running;
    made.step = "init: restoring";
    made.ready = made.initialized = true;
    made.position = Position{Epoch(3), 50331744, false};
    made.followers = {{"r1g1", "streaming", "quorum", 12}};
    made.group = GroupReport{std::string(32, 'a'), "leader", "ballot 1 2 3\n", true, {"evidence"}};
    return made;
}

// Of a group that elects.
GroupWish group_wish() {
    GroupWish made;
    made.first = {"ballot 1 0 0\n", to_base64url(std::vector<std::uint8_t>(71, 5))};
    made.proposal = GroupProposal{"1 2 3", {}, {}, GroupSeat{{3}, {}, "ab", "cd", true}, {}};
    made.proposal->promise = Duration(20'000);
    made.proposal->barred = std::set{ReplicaIndex{0}, ReplicaIndex{2}};
    return made;
}

EdgeRoute elected_route() {
    EdgeRoute made;
    made.hostname = "shop.foyer.localhost";
    made.instance = InstanceName("shop");
    made.voters = {{{0}, "fd50::1"}, {{1}, "fd50::2"}};
    made.web_port = 8000;
    made.first = group_wish().first;
    return made;
}

bool refused(const std::function<void(agent::v1::Assignment&)>& change) {
    agent::v1::Assignment message;
    wire::to_wire(sample(), message);
    change(message);
    const auto read = wire::from_wire(message);
    return !read.ok() && read.failure().code == ErrorCode::InvalidArgument &&
           read.failure().message.find("assignment '") == 0;
}

}  // namespace

TEST_CASE("an answer reads back as it was written") {
    SyncAnswer answer;
    answer.delta.lineage = LineageId("l1");
    answer.delta.base = Revision(7);
    answer.delta.revision = Revision(9);
    answer.delta.settings = NodeSettings{Revision(9), "fd50:1::/64",     "fd50::/48",
                                         true,        "foyer.localhost", "198.18.1.11"};
    answer.delta.settings->acme_thumbprint = std::string(43, 'T');
    answer.delta.settings->mail_relay =
        MailRelaySettings{"fd50::19", {"foyer.localhost", "foyer-1", "PEM"}, "MIIB"};
    answer.delta.assignments = {sample(), sample()};
    answer.delta.assignments[1].leader.reset();
    answer.delta.assignments[1].role = ReplicaRole::Standby;
    answer.delta.assignments[1].group = group_wish();
    answer.delta.removed_assignments = {PartitionId("old-1")};
    answer.delta.peers = {{NodeId("edge-1"),
                           Revision(2),
                           true,
                           WgPublicKey("key="),
                           "198.18.1.1:51820",
                           {"fd50::/48"}}};
    answer.delta.peers[0].acme_thumbprint = std::string(43, '_');
    answer.delta.removed_peers = {NodeId("edge-2")};
    answer.delta.routes = {{"acme.foyer.localhost", Revision(9), InstanceName("acme"),
                            test::fence(3), "[fd50::1]:8000", WallTime{1'700'000'000'001}},
                           elected_route()};
    answer.delta.routes[0].aliases = {"erp.acme.example"};
    answer.delta.routes[0].mail =
        RouteMail{{"fd50::1", "fd50::2"}, {{"acme.example", "foyer-2", "PEM 2"}}, 200};
    answer.delta.removed_routes = {"old.foyer.localhost"};
    answer.observations_acknowledged = 44;
    answer.next_delay = Duration(120);
    answer.hold_max = Duration(30'000);
    answer.observations_wanted = true;
    answer.clock = WallTime{1'700'000'000'000};
    agent::v1::SyncResponse message;
    wire::to_wire(answer, message);
    CHECK(wire::from_wire(message).value() == answer);
}

TEST_CASE("a report reads back as it was written") {
    SyncReport report;
    report.applied_lineage = LineageId("l1");
    report.applied_revision = Revision(9);
    report.observation_number = 45;
    report.observations = {observation()};
    report.observations_full = true;
    report.erased = {PartitionId("old-1")};
    report.capacity =
        Resources{Millicores(4000), gibibytes(8), gibibytes(100), KbitPerSecond(20'000)};
    report.agent_version = "0.1.0";
    const WallTime until{1'700'000'000'000};
    report.domains =
        DomainsReport{std::string(43, 'T'),
                      {{"erp.acme.example", until, 0, "", std::nullopt, std::nullopt},
                       {"shop.acme.example", std::nullopt, 2, "no CNAME", until, until}}};
    report.host = HostOrder{HostWish::Paused, until};
    report.refuses =
        HostRefusals{{{CountryCode("RU"), CountryCode("ZZ")}, {ReleaseKind::Mail}}, true};
    report.clock = WallTime{1'772'368'200'250};
    report.disk_free_bytes = 12;
    report.immediate = true;
    LeadershipBegin begin;
    begin.began_at = WallTime{1'772'368'200'250};
    begin.cause = TakeoverCause::HandedOver;
    begin.former = ReplicaIndex{2};
    begin.former_fence = test::fence(3);
    begin.detected = Duration(1);
    begin.fenced = Duration(2);
    begin.elected = Duration(3);
    begin.opened = Duration(0);
    const LeadershipEnd end{LeadershipEndReason::ClockWrong, WallTime{5}, Duration(6)};
    report.leaderships = {{PartitionId("acme-1"), WallTime{9}, test::fence(4), begin, end},
                          {PartitionId("acme-1"), {}, test::fence(5), {}, {}}};
    report.routings = {
        {InstanceName("acme"), WallTime{9}, test::fence(4), WallTime{7}, Duration(8), Duration(9)},
        {InstanceName("b"), {}, test::fence(4), WallTime{7}, Duration(8), {}}};
    agent::v1::SyncRequest message;
    wire::to_wire(report, message);
    CHECK(wire::from_wire(message).value() == report);
}

TEST_CASE("what a newer or broken peer must not smuggle in is refused, by name of its field") {
    CHECK(refused([](auto& m) { m.clear_partition(); }));
    CHECK(refused([](auto& m) { m.set_partition("../../etc"); }));
    CHECK(refused([](auto& m) { m.set_partition(".hidden"); }));
    CHECK(refused([](auto& m) { m.set_partition(std::string(200, 'x')); }));
    CHECK(refused([](auto& m) { m.clear_kind(); }));
    CHECK(refused([](auto& m) { m.clear_role(); }));
    CHECK(refused([](auto& m) { m.set_role(static_cast<agent::v1::ReplicaRole>(99)); }));
    CHECK(refused([](auto& m) { m.set_role(agent::v1::REPLICA_ROLE_WITNESS); }));
    CHECK(refused([](auto& m) { m.clear_desired(); }));
    CHECK(refused([](auto& m) { m.set_index(-1); }));
    CHECK(refused([](auto& m) { m.set_leader(1); }));
    CHECK(refused([](auto& m) { m.clear_leader(); }));
    CHECK(refused([](auto& m) { m.set_copies(0); }));
    CHECK(refused([](auto& m) { m.clear_release_json(); }));
    CHECK(refused([](auto& m) { m.set_release_json(std::string(600'000, ' ')); }));
    CHECK(refused([](auto& m) { m.set_release_signature("short"); }));
    CHECK(refused([](auto& m) { m.set_publisher_key("short"); }));
    CHECK(refused([](auto& m) { m.set_memory_bytes(-1); }));
    CHECK(refused([](auto& m) { m.set_hostname(std::string("a\0b", 3)); }));
    CHECK(refused([](auto& m) { (*m.mutable_secrets())["../x"] = "y"; }));
    CHECK(refused([](auto& m) { m.mutable_members(0)->clear_kind(); }));
    CHECK(refused([](auto& m) {
        for (int i = 0; i < 40; ++i) *m.add_members() = m.members(0);
    }));
}

TEST_CASE("moments of takeovers are as strict") {
    const auto read = [](const auto& change) {
        SyncReport report;
        report.leaderships.push_back(
            {PartitionId("acme-1"), {}, test::fence(4), LeadershipBegin{}, LeadershipEnd{}});
        report.routings.push_back({InstanceName("acme"), {}, test::fence(4), {}, {}, {}});
        agent::v1::SyncRequest message;
        wire::to_wire(report, message);
        change(message);
        return wire::from_wire(message).ok();
    };
    CHECK(read([](auto&) {}));
    CHECK_FALSE(read([](auto& m) { m.mutable_leaderships(0)->clear_partition(); }));
    CHECK_FALSE(read([](auto& m) { m.mutable_leaderships(0)->mutable_begin()->clear_cause(); }));
    CHECK_FALSE(
        read([](auto& m) { m.mutable_leaderships(0)->mutable_begin()->set_fenced_ms(-1); }));
    CHECK_FALSE(read([](auto& m) { m.mutable_leaderships(0)->mutable_begin()->set_former(-1); }));
    CHECK_FALSE(read([](auto& m) { m.mutable_leaderships(0)->mutable_end()->clear_reason(); }));
    CHECK_FALSE(read([](auto& m) { m.mutable_routings(0)->set_instance("../x"); }));
    CHECK_FALSE(read([](auto& m) { m.mutable_routings(0)->set_answered_ms(-1); }));
    CHECK_FALSE(read([](auto& m) {
        for (int i = 0; i < 5'000; ++i) *m.add_routings() = m.routings(0);
    }));
}

TEST_CASE("observations are as strict") {
    agent::v1::Observation message;
    wire::to_wire(observation(), message);
    CHECK(wire::from_wire(message).value() == observation());
    message.clear_phase();
    CHECK_FALSE(wire::from_wire(message).ok());
    wire::to_wire(observation(), message);
    message.mutable_position()->set_flushed_bytes(-5);
    CHECK_FALSE(wire::from_wire(message).ok());
    wire::to_wire(observation(), message);
    for (int more = 0; more < 4; ++more) message.mutable_group()->add_evidence("evidence");
    CHECK_FALSE(wire::from_wire(message).ok());
}

TEST_CASE("whatever software prints, the box's report is read by the master") {
    PartitionObservation seen = observation();
    seen.step = std::string(1023, 'a') + "\xc3\xa9";           // a letter across the limit
    seen.reason = std::string("caf\xe9 \0 \xed\xa0\x80", 10);  // Latin-1, a zero byte, a surrogate
    seen.followers = {{std::string(200, 'n'), "\xff", std::string(127, 's') + "\xc3\xa9", 1}};
    agent::v1::Observation message;
    wire::to_wire(seen, message);
    agent::v1::Observation carried;
    REQUIRE(carried.ParseFromString(message.SerializeAsString()));
    const auto read = wire::from_wire(carried);
    REQUIRE(read.ok());
    CHECK(read.value().step == std::string(1023, 'a'));
    CHECK(read.value().reason.starts_with("caf\xEF\xBF\xBD "));
    CHECK(read.value().followers[0].name == std::string(128, 'n'));
}

TEST_CASE("random bytes never crash the readers") {
    google::protobuf::SetLogHandler(nullptr);  // its complaints about UTF-8 are the point here
    SeededRng rng(5);
    agent::v1::SyncResponse response;
    wire::to_wire(SyncAnswer{.delta = {.lineage = LineageId("l"), .assignments = {sample()}}},
                  response);
    const std::string good = response.SerializeAsString();
    for (int i = 0; i < 5000; ++i) {
        std::string bytes = good;
        for (int flips = 0; flips < 3; ++flips)
            bytes[rng.below(bytes.size())] = static_cast<char>(rng.next());
        agent::v1::SyncResponse parsed;
        if (parsed.ParseFromString(bytes))
            discard(wire::from_wire(parsed), "only that it returns matters");
    }
    SUCCEED();
}

TEST_CASE("a route without voters has no first record, since the journal would not keep it") {
    EdgeRoute route = elected_route();
    route.voters.clear();
    agent::v1::EdgeRoute message;
    wire::to_wire(route, message);
    const EdgeRoute read = wire::from_wire(message).value();
    CHECK(read.first == FirstRecord{});
    CHECK(read.web_port == 0);
    CHECK(read.hostname == route.hostname);
}

TEST_CASE("refusals without a form are no report") {
    SyncReport report;
    for (const ReleaseKind kind : all_release_kinds) {
        report.refuses = HostRefusals{{{}, {kind}}, false};
        agent::v1::SyncRequest message;
        wire::to_wire(report, message);
        CHECK(wire::from_wire(message).value().refuses == report.refuses);
    }
    const auto refused = [](const auto& write) {
        agent::v1::SyncRequest message;
        write(*message.mutable_refuses());
        return !wire::from_wire(message).ok();
    };
    CHECK_FALSE(refused([](agent::v1::HostRefusals&) {}));
    CHECK(refused([](agent::v1::HostRefusals& to) { to.set_now(true); }));
    CHECK(refused([](agent::v1::HostRefusals& to) { to.add_countries(""); }));
    CHECK(refused([](agent::v1::HostRefusals& to) { to.add_countries("ru"); }));
    CHECK(refused([](agent::v1::HostRefusals& to) { to.add_countries("RUS"); }));
    CHECK(refused(
        [](agent::v1::HostRefusals& to) { to.add_kinds(agent::v1::RELEASE_KIND_UNSPECIFIED); }));
    CHECK(refused([](agent::v1::HostRefusals& to) {
        for (std::size_t i = 0; i <= refused_countries_max; ++i) to.add_countries("RU");
    }));
}

TEST_CASE("a host's order without an end, or of no known kind") {
    SyncReport report;
    for (const HostWish wish : all_host_wishes) {
        report.host = HostOrder{wish, std::nullopt};
        agent::v1::SyncRequest message;
        wire::to_wire(report, message);
        CHECK(wire::from_wire(message).value().host == report.host);
    }
    agent::v1::SyncRequest message;
    message.mutable_host();
    CHECK_FALSE(wire::from_wire(message).ok());
    message.mutable_host()->set_wish(agent::v1::HOST_WISH_SERVING);
    message.mutable_host()->set_until_unix_ms(5);
    CHECK_FALSE(wire::from_wire(message).ok());
    message.mutable_host()->set_wish(agent::v1::HOST_WISH_PAUSED);
    message.mutable_host()->set_until_unix_ms(-5);
    CHECK_FALSE(wire::from_wire(message).ok());
}
