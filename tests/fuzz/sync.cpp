// Sync, both messages, as the bytes of the wire; and what a box makes of an answer.

#include <google/protobuf/stubs/logging.h>
#include <nlohmann/json.hpp>

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/wire/agent_convert.h"
#include "foyer/agent/v1/agent.pb.h"
#include "node-agent/domain/apply_delta.h"
#include "node-agent/net/edge_table.h"
#include "node-agent/net/firewall.h"
#include "node-agent/net/wg_config.h"
#include "node-agent/state/desired_json.h"
#include "node-agent/volume/replica_file.h"
#include "tests/fuzz/target.h"
#include "tests/support/assignments.h"

namespace foyer::fuzz {
namespace {

constexpr std::string_view key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

// Text for another program is made of whole lines of ours: no field of the wire begins one.
void check_lines(const std::string& text, std::initializer_list<std::string_view> beginnings) {
    CHECK(text.find('\0') == std::string::npos);
    for (const std::string& line : split(text, '\n')) {
        bool known = line.empty();
        for (const std::string_view beginning : beginnings) known |= line.starts_with(beginning);
        CHECK(known);
    }
}

void tell_tools(const DesiredNode& wish) {
    agent::WgInterface tunnel{.private_key = std::string(key), .listen_port = 1, .peers = {}};
    for (const auto& [node, peer] : wish.peers) {
        tunnel.peers = {{peer.public_key, peer.endpoint, peer.allowed, 15}};
        const auto text = agent::wg_config(tunnel);
        if (text.ok())
            check_lines(text.value(),
                        {"[Interface]", "PrivateKey = ", "ListenPort = ", "[Peer]",
                         "PublicKey = ", "Endpoint = ", "PersistentKeepalive = ", "AllowedIPs = "});
        static_cast<void>(agent::own_prefix(peer));
    }
    for (const auto& [partition, item] : wish.assignments) {
        agent::PartitionWall wall{"p0", item.address, {}, item.proxies, 5432, 8000};
        for (const foyer::Member& member : item.members) wall.members.push_back(member.address);
        const auto rules = agent::firewall_of_partition(wall);
        if (rules.ok()) check_lines(rules.value(), {"add ", "flush ", "delete ", "destroy "});
        discard(agent::replica_json(item, ReleaseName("echo"), ReleaseVersion("1-1")),
                "only that it returns");
    }
    discard(agent::merge_routes({}, wish.routes, 500), "only that it returns");
    discard(agent::first_address(wish.settings.overlay_prefix), "only that it returns");
}

void read_answer(const std::string& bytes) {
    agent::v1::SyncResponse message;
    if (!message.ParseFromString(bytes)) return;
    const auto answer = wire::from_wire(message);
    if (!answer.ok()) return;
    agent::v1::SyncResponse written;
    wire::to_wire(answer.value(), written);
    CHECK(wire::from_wire(written).value() == answer.value());
    const auto applied = agent::apply_delta({}, answer.value().delta);
    if (!applied.ok()) return;
    tell_tools(applied.value().node);
    const auto kept = agent::desired_from_json(agent::to_json(applied.value().node, {}, "1"));
    CHECK(kept && kept->desired.routes == applied.value().node.routes);
    discard(agent::apply_delta(applied.value().node, answer.value().delta), "only that it returns");
}

void read_report(const std::string& bytes) {
    agent::v1::SyncRequest message;
    if (!message.ParseFromString(bytes)) return;
    const auto report = wire::from_wire(message);
    if (!report.ok()) return;
    agent::v1::SyncRequest written;
    wire::to_wire(report.value(), written);
    CHECK(wire::from_wire(written).value() == report.value());
}

void feed(std::string_view bytes) {
    google::protobuf::SetLogHandler(nullptr);  // its complaints about UTF-8 are the point here
    read_answer(std::string(bytes));
    read_report(std::string(bytes));
}

std::string answer_seed() {
    SyncAnswer answer;
    NodeDelta& delta = answer.delta;
    delta.lineage = LineageId("l1");
    delta.revision = Revision(9);
    delta.settings = NodeSettings{Revision(9), "fd50:1::/64", "fd50::/48", true, "foyer.localhost"};
    delta.assignments = {test::assignment(0), test::assignment(1)};
    delta.removed_assignments = {PartitionId("old-1")};
    delta.peers = {{NodeId("edge-1"),
                    Revision(2),
                    true,
                    WgPublicKey(std::string(key)),
                    "192.0.2.1:51820",
                    {"fd50::/48", "fd50:2::/64"}}};
    delta.removed_peers = {NodeId("edge-2")};
    delta.routes = {{"a.z", Revision(3), InstanceName("acme"), test::fence(2), "[fd50::1]:8000"}};
    delta.removed_routes = {"b.z"};
    answer.next_delay = Duration(100);
    answer.errands = {{ErrandId("er-1"), PartitionId("acme-0"), ReadLog{5, "", Duration(9)}},
                      {ErrandId("er-2"), PartitionId("acme-1"),
                       RunProgram{{"psql", "-c", "select 1"}, "a", Duration(9)}}};
    answer.clock = WallTime{1'772'366'400'000};
    agent::v1::SyncResponse message;
    wire::to_wire(answer, message);
    return message.SerializeAsString();
}

std::string report_seed() {
    SyncReport report;
    report.applied_lineage = LineageId("l1");
    report.observation_number = 3;
    PartitionObservation seen;
    seen.partition = PartitionId("acme-0");
    seen.fence = test::fence(3);
    seen.role = ReplicaRole::Primary;
    seen.phase = PartitionPhase::Running;
    seen.step = "init: restoring";
    seen.position = Position{Epoch(3), 50331744, false};
    seen.followers = {{"r1g1", "streaming", "quorum", 12}};
    report.observations = {seen};
    report.erased = {PartitionId("old-1")};
    report.capacity = Resources{Millicores(4000), gibibytes(8), gibibytes(100), KbitPerSecond(9)};
    agent::v1::SyncRequest message;
    wire::to_wire(report, message);
    return message.SerializeAsString();
}

std::vector<std::string> seeds() { return {answer_seed(), report_seed()}; }

}  // namespace

const Target sync{"sync", feed, seeds, 4'000};

}  // namespace foyer::fuzz
