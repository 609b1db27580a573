// The box's half, and the two messages of Sync.
#include "common/base/text.h"
#include "common/base/utf8.h"
#include "common/wire/agent_convert.h"
#include "common/wire/enum_convert.h"
#include "common/wire/errand_convert.h"
#include "common/wire/field_check.h"
#include "common/wire/takeover_convert.h"
#include "common/wire/upgrade_convert.h"

namespace foyer::wire {
namespace {

constexpr int partitions_max = 4096;
constexpr int peers_max = 65536;
constexpr int routes_max = 262144;
constexpr int followers_max = 64;
constexpr int evidence_max = 4;
constexpr int takeovers_max = 4096;
constexpr int domains_max = 4096;
constexpr std::size_t record_bytes_max = 4096;
constexpr std::int64_t delay_ms_max = 3'600'000;

Result<FollowerView> follower_from(const agent::v1::Follower& from) {
    return FollowerView{
        .name = TRY(text_field("follower.name", from.name(), name_bytes_max)),
        .state = TRY(text_field("follower.state", from.state(), name_bytes_max)),
        .sync_state = TRY(text_field("follower.sync_state", from.sync_state(), name_bytes_max)),
        .lag_bytes = from.lag_bytes()};
}

template <class Tag>
Status read_ids(std::string_view field, const google::protobuf::RepeatedPtrField<std::string>& from,
                int count_max, std::vector<Id<Tag>>& to) {
    TRY(count_field(field, from.size(), count_max));
    for (const std::string& id : from) to.emplace_back(TRY(name_field(field, id)));
    return ok_status();
}

void delta_to(const NodeDelta& from, agent::v1::SyncResponse& to) {
    to.set_lineage(from.lineage.str());
    to.set_revision(from.revision.number());
    to.set_base_revision(from.base.number());
    if (from.settings) to_wire(*from.settings, *to.mutable_settings());
    for (const auto& item : from.assignments) to_wire(item, *to.add_assignments());
    for (const auto& item : from.removed_assignments) to.add_removed_assignments(item.str());
    for (const auto& item : from.peers) to_wire(item, *to.add_peers());
    for (const auto& item : from.removed_peers) to.add_removed_peers(item.str());
    for (const auto& item : from.routes) to_wire(item, *to.add_routes());
    for (const auto& item : from.removed_routes) to.add_removed_routes(item);
}

Result<NodeDelta> delta_from(const agent::v1::SyncResponse& from) {
    NodeDelta to;
    to.lineage = LineageId(TRY(name_field("lineage", from.lineage())));
    to.revision = Revision(from.revision());
    to.base = Revision(from.base_revision());
    if (from.has_settings()) to.settings = TRY(from_wire(from.settings(), to.revision));
    TRY(count_field("assignments", from.assignments_size(), partitions_max));
    for (const auto& item : from.assignments()) to.assignments.push_back(TRY(from_wire(item)));
    TRY(read_ids("removed_assignments", from.removed_assignments(), partitions_max,
                 to.removed_assignments));
    TRY(count_field("peers", from.peers_size(), peers_max));
    for (const auto& item : from.peers()) to.peers.push_back(TRY(from_wire(item)));
    TRY(read_ids("removed_peers", from.removed_peers(), peers_max, to.removed_peers));
    TRY(count_field("routes", from.routes_size(), routes_max));
    for (const auto& item : from.routes()) to.routes.push_back(TRY(from_wire(item)));
    TRY(count_field("removed_routes", from.removed_routes_size(), routes_max));
    for (const auto& item : from.removed_routes())
        to.removed_routes.push_back(TRY(text_field("removed_routes", item, 253)));
    return to;
}

}  // namespace

void to_wire(const PartitionObservation& from, agent::v1::Observation& to) {
    to.set_partition(from.partition.str());
    to.set_ordered_at_unix_ms(from.ordered_at.unix_ms);
    to.set_generation(from.fence.generation.number());
    to.set_epoch(from.fence.epoch.number());
    to.set_role(to_wire(from.role));
    to.set_phase(to_wire(from.phase));
    // Words of somebody else's software: bytes that are no text would cost the box its whole
    // report.
    to.set_step(plain_text(from.step, line_bytes_max));
    to.set_reason(plain_text(from.reason, 4 * line_bytes_max));
    to.set_ready(from.ready);
    to.set_initialized(from.initialized);
    to.set_applied_revision(from.applied.number());
    if (from.position) {
        auto& position = *to.mutable_position();
        position.set_epoch(from.position->epoch.number());
        position.set_flushed_bytes(from.position->flushed_bytes);
        position.set_receiving(from.position->receiving);
        position.set_generation(from.position->generation.number());
    }
    if (from.group) {
        auto& group = *to.mutable_group();
        group.set_incarnation(from.group->incarnation);
        group.set_role(plain_text(from.group->role, name_bytes_max));
        group.set_record(from.group->record);
        group.set_retired(from.group->retired);
        for (const std::string& one : from.group->evidence) group.add_evidence(one);
    }
    for (const FollowerView& follower : from.followers) {
        auto& added = *to.add_followers();
        added.set_name(plain_text(follower.name, name_bytes_max));
        added.set_state(plain_text(follower.state, name_bytes_max));
        added.set_sync_state(plain_text(follower.sync_state, name_bytes_max));
        added.set_lag_bytes(follower.lag_bytes);
    }
}

Result<GroupReport> group_from(const agent::v1::GroupReport& from) {
    GroupReport to;
    to.incarnation = TRY(name_field("group.incarnation", from.incarnation()));
    to.role = TRY(text_field("group.role", from.role(), name_bytes_max));
    to.record = TRY(text_field("group.record", from.record(), record_bytes_max));
    to.retired = from.retired();
    TRY(count_field("group.evidence", from.evidence_size(), evidence_max));
    for (const std::string& one : from.evidence())
        to.evidence.push_back(TRY(text_field("group.evidence", one, record_bytes_max)));
    return to;
}

Result<PartitionObservation> from_wire(const agent::v1::Observation& from) {
    PartitionObservation to;
    to.partition = PartitionId(TRY(name_field("observation.partition", from.partition())));
    to.ordered_at =
        WallTime{TRY(amount_field("observation.ordered_at", from.ordered_at_unix_ms()))};
    to.fence = {Generation(from.generation()), Epoch(from.epoch())};
    to.role = TRY(from_wire(from.role()));
    to.phase = TRY(from_wire(from.phase()));
    to.step = TRY(text_field("observation.step", from.step(), line_bytes_max));
    to.reason = TRY(text_field("observation.reason", from.reason(), 4 * line_bytes_max));
    to.ready = from.ready();
    to.initialized = from.initialized();
    to.applied = Revision(from.applied_revision());
    if (from.has_position()) {
        to.position =
            Position{Epoch(from.position().epoch()), from.position().flushed_bytes(),
                     from.position().receiving(),
                     Generation(std::max<std::uint64_t>(1, from.position().generation()))};
        TRY(amount_field("observation.position", to.position->flushed_bytes));
    }
    TRY(count_field("observation.followers", from.followers_size(), followers_max));
    for (const auto& follower : from.followers())
        to.followers.push_back(TRY(follower_from(follower)));
    if (from.has_group()) to.group = TRY(group_from(from.group()));
    return to;
}

void to_wire(const Resources& from, agent::v1::Capacity& to) {
    to.set_cpu_millicores(from.cpu.count());
    to.set_memory_bytes(from.memory.count());
    to.set_disk_bytes(from.disk.count());
    to.set_uplink_kbit(from.uplink.count());
}

Result<Resources> from_wire(const agent::v1::Capacity& from) {
    Resources to;
    to.cpu = Millicores(TRY(amount_field("capacity.cpu_millicores", from.cpu_millicores())));
    to.memory = Bytes(TRY(amount_field("capacity.memory_bytes", from.memory_bytes())));
    to.disk = Bytes(TRY(amount_field("capacity.disk_bytes", from.disk_bytes())));
    to.uplink = KbitPerSecond(TRY(amount_field("capacity.uplink_kbit", from.uplink_kbit())));
    if (to.cpu.count() == 0) return field_error("capacity.cpu_millicores", "is 0");
    return to;
}

namespace {

std::optional<WallTime> moment(std::int64_t unix_ms) {
    return unix_ms == 0 ? std::nullopt : std::optional(WallTime{unix_ms});
}

void to_wire(const DomainsReport& from, agent::v1::DomainsReport& to) {
    to.set_acme_thumbprint(from.acme_thumbprint);
    for (const DomainAtEdge& one : from.domains) {
        auto& added = *to.add_domains();
        added.set_name(one.name);
        added.set_not_after_unix_ms(one.not_after.value_or(WallTime{}).unix_ms);
        added.set_failures(one.failures);
        added.set_failure(plain_text(one.failure, 4 * line_bytes_max));
        added.set_failed_at_unix_ms(one.failed_at.value_or(WallTime{}).unix_ms);
        added.set_retry_at_unix_ms(one.retry_at.value_or(WallTime{}).unix_ms);
    }
}

Result<DomainAtEdge> domain_from(const agent::v1::DomainAtEdge& from) {
    DomainAtEdge to;
    to.name = TRY(name_field("domains.name", from.name(), hostname_bytes_max));
    to.not_after = moment(TRY(amount_field("domains.not_after", from.not_after_unix_ms())));
    to.failures = static_cast<int>(TRY(amount_field("domains.failures", from.failures())));
    to.failure = TRY(text_field("domains.failure", from.failure(), 4 * line_bytes_max));
    if ((to.failures > 0) == to.failure.empty())
        return field_error("domains.failure", "is told exactly with failures");
    to.failed_at = moment(TRY(amount_field("domains.failed_at", from.failed_at_unix_ms())));
    to.retry_at = moment(TRY(amount_field("domains.retry_at", from.retry_at_unix_ms())));
    return to;
}

Result<DomainsReport> domains_from(const agent::v1::DomainsReport& from) {
    DomainsReport to;
    to.acme_thumbprint = TRY(thumbprint_field("domains.acme_thumbprint", from.acme_thumbprint()));
    TRY(count_field("domains", from.domains_size(), domains_max));
    for (const auto& one : from.domains()) to.domains.push_back(TRY(domain_from(one)));
    return to;
}

// What a database can still write down as a date.
constexpr std::int64_t host_until_max = 253'402'300'799'999;

Result<HostOrder> host_from(const agent::v1::HostOrder& from) {
    HostOrder to;
    to.wish = TRY(from_wire(from.wish()));
    to.until = moment(TRY(amount_field("host.until_unix_ms", from.until_unix_ms())));
    if (from.until_unix_ms() > host_until_max)
        return field_error("host.until_unix_ms", "is after the year 9999");
    if (to.until && !may_end(to.wish))
        return field_error("host.until_unix_ms", "is told only of a pause or a drain");
    return to;
}

Result<BoxCare> care_from(const agent::v1::BoxCare& from) {
    return BoxCare{TRY(from_wire(from.health())), plain_text(from.reason(), care_reason_max)};
}

Result<HostRefusals> refusals_from(const agent::v1::HostRefusals& from) {
    HostRefusals to;
    TRY(count_field("refuses.countries", from.countries_size(),
                    static_cast<int>(refused_countries_max)));
    for (const std::string& country : from.countries()) {
        if (country.empty()) return field_error("refuses.countries", "names none");
        to.what.countries.insert(CountryCode(TRY(country_field("refuses.countries", country))));
    }
    TRY(count_field("refuses.kinds", from.kinds_size(),
                    static_cast<int>(all_release_kinds.size())));
    for (const int kind : from.kinds())
        to.what.kinds.insert(TRY(from_wire(static_cast<agent::v1::ReleaseKind>(kind))));
    to.now = from.now();
    if (to.now && !to.what.any()) return field_error("refuses.now", "is told of nothing");
    return to;
}

void refusals_to(const HostRefusals& from, agent::v1::HostRefusals& to) {
    for (const CountryCode& country : from.what.countries) to.add_countries(country.str());
    for (const ReleaseKind kind : from.what.kinds) to.add_kinds(wire::to_wire(kind));
    to.set_now(from.now);
}

void host_to(const HostOrder& from, agent::v1::HostOrder& to) {
    to.set_wish(wire::to_wire(from.wish));
    if (from.until) to.set_until_unix_ms(from.until->unix_ms);
}

}  // namespace

void to_wire(const SyncReport& from, agent::v1::SyncRequest& to) {
    to.set_applied_lineage(from.applied_lineage.str());
    to.set_applied_revision(from.applied_revision.number());
    to.set_observation_number(from.observation_number);
    for (const auto& item : from.observations) to_wire(item, *to.add_observations());
    to.set_observations_full(from.observations_full);
    for (const auto& item : from.erased) to.add_erased_partitions(item.str());
    if (from.capacity) to_wire(*from.capacity, *to.mutable_capacity());
    to.set_agent_version(from.agent_version);
    to.set_clock_unix_ms(from.clock.unix_ms);
    to.set_disk_free_bytes(from.disk_free_bytes);
    to.set_immediate(from.immediate);
    for (const auto& item : from.leaderships) to_wire(item, *to.add_leaderships());
    for (const auto& item : from.routings) to_wire(item, *to.add_routings());
    if (from.domains) to_wire(*from.domains, *to.mutable_domains());
    if (from.host) host_to(*from.host, *to.mutable_host());
    if (from.refuses) refusals_to(*from.refuses, *to.mutable_refuses());
    if (from.upgrade) to_wire(*from.upgrade, *to.mutable_upgrade());
    if (!from.care) return;
    to.mutable_care()->set_health(to_wire(from.care->health));
    to.mutable_care()->set_reason(from.care->reason);
}

Result<SyncReport> from_wire(const agent::v1::SyncRequest& from) {
    SyncReport to;
    to.applied_lineage =
        LineageId(TRY(text_field("applied_lineage", from.applied_lineage(), name_bytes_max)));
    to.applied_revision = Revision(from.applied_revision());
    to.observation_number = from.observation_number();
    TRY(count_field("observations", from.observations_size(), partitions_max));
    for (const auto& item : from.observations()) to.observations.push_back(TRY(from_wire(item)));
    to.observations_full = from.observations_full();
    TRY(read_ids("erased_partitions", from.erased_partitions(), partitions_max, to.erased));
    if (from.has_capacity()) to.capacity = TRY(from_wire(from.capacity()));
    to.agent_version = TRY(text_field("agent_version", from.agent_version(), name_bytes_max));
    to.clock = WallTime{TRY(amount_field("clock_unix_ms", from.clock_unix_ms()))};
    to.disk_free_bytes = TRY(amount_field("disk_free_bytes", from.disk_free_bytes()));
    to.immediate = from.immediate();
    TRY(count_field("leaderships", from.leaderships_size(), takeovers_max));
    for (const auto& item : from.leaderships()) to.leaderships.push_back(TRY(from_wire(item)));
    TRY(count_field("routings", from.routings_size(), takeovers_max));
    for (const auto& item : from.routings()) to.routings.push_back(TRY(from_wire(item)));
    if (from.has_domains()) to.domains = TRY(domains_from(from.domains()));
    if (from.has_host()) to.host = TRY(host_from(from.host()));
    if (from.has_care()) to.care = TRY(care_from(from.care()));
    if (from.has_upgrade()) to.upgrade = TRY(from_wire(from.upgrade()));
    if (from.has_refuses()) to.refuses = TRY(refusals_from(from.refuses()));
    return to;
}

void to_wire(const SyncAnswer& from, agent::v1::SyncResponse& to) {
    delta_to(from.delta, to);
    to.set_observations_acknowledged(from.observations_acknowledged);
    to.set_next_delay_ms(static_cast<std::uint32_t>(from.next_delay.count()));
    to.set_hold_ms_max(static_cast<std::uint32_t>(from.hold_max.count()));
    to.set_observations_wanted(from.observations_wanted);
    to.set_clock_unix_ms(from.clock.unix_ms);
    for (const Errand& errand : from.errands) to_wire(errand, *to.add_errands());
    if (from.upgrade) to_wire(*from.upgrade, *to.mutable_upgrade());
}

Result<SyncAnswer> from_wire(const agent::v1::SyncResponse& from) {
    SyncAnswer to;
    to.delta = TRY(delta_from(from));
    to.observations_acknowledged = from.observations_acknowledged();
    if (from.next_delay_ms() > delay_ms_max || from.hold_ms_max() > delay_ms_max)
        return field_error("next_delay_ms or hold_ms_max", "is over an hour");
    to.next_delay = Duration(from.next_delay_ms());
    to.hold_max = Duration(from.hold_ms_max());
    to.observations_wanted = from.observations_wanted();
    to.clock = WallTime{TRY(amount_field("clock_unix_ms", from.clock_unix_ms()))};
    TRY(count_field("errands", from.errands_size(), errand_limits::at_once_max));
    for (const auto& errand : from.errands()) {
        // One that is not understood is given up by the master in time; the wish counts.
        const auto read = from_wire(errand);
        if (read.ok()) to.errands.push_back(read.value());
    }
    // So is an upgrade: the rest of the answer is not lost for it.
    if (from.has_upgrade()) {
        const auto order = from_wire(from.upgrade());
        if (order.ok()) to.upgrade = order.value();
    }
    return to;
}

}  // namespace foyer::wire
