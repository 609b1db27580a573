#include "tests/support/world.h"

#include <algorithm>

#include "common/base/check.h"

namespace foyer::test {

using namespace foyer::master;  // NOLINT: a test's own file

std::vector<HomeSpec> World::three_homes() {
    return {{"lille", "alder", "FR"}, {"gent", "birch", "BE"}, {"nantes", "cedar", "FR"}};
}

std::vector<HomeSpec> World::five_homes() {
    std::vector<HomeSpec> homes;
    for (int i = 1; i <= 5; ++i)
        homes.push_back({"h" + std::to_string(i), "isp" + std::to_string(i)});
    return homes;
}

World::World(const std::vector<HomeSpec>& homes, ClusterSettings settings)
    : state(std::move(settings), LineageId("lineage-1")) {
    run(CreateAccount{AccountId("acme-org"), {AccountRole::Customer}});
    run(CreateAccount{AccountId("house"), {AccountRole::Publisher}});
    run(CreateHost{HostId("anna")});
    for (const HomeSpec& home : homes) add_home(home);
    Release release;
    release.name = ReleaseName("tryton");
    release.version = ReleaseVersion("1");
    release.publisher = AccountId("house");
    release.release_json = "{}";
    release.sizes = {
        {SizeName("s"), {Millicores(1000), gibibytes(1), gibibytes(10), KbitPerSecond(1'000)}},
        {SizeName("m"), {Millicores(2000), gibibytes(2), gibibytes(20), KbitPerSecond(2'000)}}};
    release.copies_max = 5;
    release.copies_default = 3;
    release.web_port = 8000;
    run(PublishRelease{release});
}

Reply World::run(const Command& command) {
    Result<Decision> decision = attempt(command);
    if (!decision.ok()) throw std::runtime_error("refused: " + decision.failure().message);
    const Revision revision =
        decision.value().changes.empty() ? state.revision() : state.revision().next();
    state.apply(decision.value().changes, revision);
    history.emplace_back(revision, decision.value().changes);
    return decision.value().reply;
}

void World::add_home(const HomeSpec& home) {
    if (!state.isps().contains(IspId(home.isp))) run(CreateIsp{IspId(home.isp), {}});
    if (!state.sites().contains(SiteId(home.name))) {
        run(CreateSite{SiteId(home.name), IspId(home.isp), CountryCode(home.country),
                       HostId("anna"), home.host_class});
    }
    CreateNodeToken token;
    token.site = SiteId(home.name);
    token.edge = home.edge;
    if (home.edge) token.public_address = "198.18.1.11";
    token.token_hash = "hash-" + home.name;
    const NodeId node(run(token).subject);
    EnrolNode enrol;
    enrol.token_hash = token.token_hash;
    enrol.key_fingerprint = "key-" + node.str();
    enrol.wg_public_key = WgPublicKey("wg-" + node.str());
    enrol.capacity = home.capacity;
    // A test that says nothing of the line does not want it to be what is scarce.
    if (enrol.capacity.uplink.count() == 0) enrol.capacity.uplink = KbitPerSecond(100'000);
    enrol.certificate_expires_at = now + Duration(90'000'000);
    run(enrol);
    go_online(node.str());
}

void World::go_online(const std::string& node) {
    ReportNode report;
    report.node = NodeId(node);
    run(report);
}

OrderInstance World::order(const std::string& name) const {
    OrderInstance order;
    order.name = InstanceName(name);
    order.owner = AccountId("acme-org");
    order.release = ReleaseName("tryton");
    order.checked_version = ReleaseVersion("1");
    order.parameters_json = "{}";
    order.operation = OperationId("op-" + name);
    order.admin_password = Sealed("sealed-admin");
    order.replication_password = Sealed("sealed-replication");
    return order;
}

void World::serve(const std::string& name) {
    run(order(name));
    const int copies = static_cast<int>(state.replicas_of(InstanceName(name)).size());
    for (int i = 0; i < copies; ++i) report(name, i, PartitionPhase::Running, true);
}

void World::report(const std::string& name, int index, PartitionPhase phase, bool ready,
                   std::optional<Position> position) {
    const Instance& row = instance(name);
    PartitionObservation seen;
    seen.partition = partition_id(replica(name, index).key);
    seen.fence = row.fence;
    seen.role = row.leader == ReplicaIndex{index} ? ReplicaRole::Primary : ReplicaRole::Standby;
    seen.phase = phase;
    seen.ready = ready;
    seen.initialized =
        phase == PartitionPhase::Running || replica(name, index).observed.initialized;
    seen.position = position;
    report(seen);
}

void World::report(const PartitionObservation& seen) {
    ReportNode report;
    report.node = state.find_replica(seen.partition)->node;
    report.observations.push_back(seen);
    run(report);
}

const Instance& World::instance(const std::string& name) const {
    return state.instances().at(InstanceName(name));
}

PartitionObservation World::reported(const std::string& instance, int index) const {
    const Replica& row = replica(instance, index);
    return row.observed.as_reported(partition_id(row.key));
}

const Replica& World::replica(const std::string& instance, int index) const {
    return state.replicas().at({InstanceName(instance), ReplicaIndex{index}});
}

const Operation& World::operation(const std::string& id) const {
    return state.operations().at(OperationId(id));
}

int World::events(std::string_view kind) const {
    int count = 0;
    for (const auto& [number, event] : state.recent_events()) count += event.kind == kind ? 1 : 0;
    return count;
}

}  // namespace foyer::test
