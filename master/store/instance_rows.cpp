// Operations, instances and their copies: tables of schemas/sql/0002.
#include "master/domain/state.h"
#include "master/store/row_mapping.h"

namespace foyer::master {

namespace {

using enum Column::Kind;

const Table& operations() {
    static const Table table({"operations",
                              {"id"},
                              {{"id"},
                               {"kind"},
                               {"instance"},
                               {"node"},
                               {"moves_max", Int4},
                               {"owner"},
                               {"state"},
                               {"steps", Json},
                               {"failure_code"},
                               {"failure_message"},
                               {"failure_details", Json},
                               {"created_at", Time},
                               {"finished_at", Time},
                               {"revision", Int8}}});
    return table;
}

Status read_operation(Row row, Changes& into) {
    Operation o;
    std::optional<ErrorCode> code;
    std::optional<std::string> message;
    std::optional<std::vector<ErrorDetail>> details;
    TRY(row.into(o.id, o.kind, o.instance, o.node, o.moves_max, o.owner, o.state, o.steps, code,
                 message, details, o.created_at, o.finished_at, o.revision));
    o.steps.shrink_to_fit();
    if (code && message && details) o.failure = Error{*code, *message, *details};
    into.push_back(Put<Operation>{std::move(o)});
    return ok_status();
}

const Table& instances() {
    static const Table table({"instances",
                              {"name"},
                              {{"name"},
                               {"owner"},
                               {"release"},
                               {"version"},
                               {"size"},
                               {"parameters_json"},
                               {"replicas", Int4},
                               {"countries", Texts},
                               {"min_countries", Int4},
                               {"mode"},
                               {"allow_same_isp", Bool},
                               {"short_of_copies"},
                               {"desired"},
                               {"generation", Int8},
                               {"epoch", Int8},
                               {"leader", Int4},
                               {"served_generation", Int8},
                               {"served_epoch", Int8},
                               {"promotion_operation"},
                               {"promotion_wanted", Int4},
                               {"promotion_force", Bool},
                               {"promotion_started_at", Time},
                               {"operation"},
                               {"admin_password"},
                               {"replication_password"},
                               {"initialized", Bool},
                               {"password_shown_at", Time},
                               {"replicas_made", Int4},
                               {"repair_reason"},
                               {"repair_retry_at", Time},
                               {"repair_avoid"},
                               {"elects", Bool},
                               {"first_record"},
                               {"group_record"},
                               {"quote_list"},
                               {"quote_currency"},
                               {"quote_cents", Int8},
                               {"quote_lines", Json},
                               {"created_at", Time},
                               {"revision", Int8},
                               {"group_revision", Int8},
                               {"route_revision", Int8},
                               {"volume_key"},
                               {"patience"},
                               {"silence_at", Time},
                               {"patient_until", Time}}});
    return table;
}

// A quote as its four columns.
struct QuoteColumns {
    std::optional<PriceListName> list;
    std::optional<std::string> currency;
    std::optional<Cents> cents;
    std::optional<std::vector<QuoteLine>> lines;

    QuoteColumns() = default;
    explicit QuoteColumns(const Rare<Quote>& quote) {
        if (!quote) return;
        list = quote->list, currency = quote->currency, cents = quote->monthly,
        lines = quote->lines;
    }
    std::optional<Quote> quote() const {
        if (!list || !currency || !cents || !lines) return std::nullopt;
        return Quote{*list, *currency, *lines, *cents};
    }
};

Status read_instance(Row row, Changes& into) {
    Instance i;
    ReplicationPolicy& policy = i.policy;
    std::optional<Generation> served_generation;
    std::optional<Epoch> served_epoch;
    std::optional<OperationId> promotion;
    std::optional<ReplicaIndex> wanted;
    std::optional<bool> force;
    std::optional<WallTime> started_at;
    std::optional<std::string> reason;
    std::optional<WallTime> retry_at;
    std::optional<NodeId> avoid;
    bool elects = false;
    std::optional<std::string> first_record;
    std::optional<std::string> record;
    QuoteColumns price;
    std::optional<WallTime> silence_at;
    std::optional<WallTime> patient_until;
    TRY(row.into(i.name, i.owner, i.release, i.version, i.size, i.parameters_json, policy.replicas,
                 policy.countries, policy.min_countries, policy.mode, policy.allow_same_isp,
                 policy.short_of_copies, i.desired, i.fence.generation, i.fence.epoch, i.leader,
                 served_generation, served_epoch, promotion, wanted, force, started_at, i.operation,
                 i.admin_password, i.replication_password, i.initialized, i.password_shown_at,
                 i.replicas_made, reason, retry_at, avoid, elects, first_record, record, price.list,
                 price.currency, price.cents, price.lines, i.created_at, i.revision,
                 i.group_revision, i.route_revision, i.volume_key, policy.patience, silence_at,
                 patient_until));
    if (reason && retry_at && avoid) i.repair_wait = RepairWait{*reason, *retry_at, *avoid};
    if (elects)
        i.electing =
            Electing{first_record.value_or(""), record.value_or(""), silence_at, patient_until};
    i.quote = price.quote();
    if (served_generation && served_epoch) i.served = Fence{*served_generation, *served_epoch};
    if (promotion && force && started_at)
        i.promotion = Promotion{*promotion, wanted, *force, *started_at};
    into.push_back(Put<Instance>{std::move(i)});
    return ok_status();
}

// `u` is the copy's own row; '' breaks a foreign key whose name tells what is missing.
constexpr std::string_view site_of_node =
    "coalesce((SELECT n.site FROM nodes n WHERE n.name = u.node), '')";
constexpr std::string_view isp_of_node =
    "coalesce((SELECT s.isp FROM nodes n JOIN sites s ON s.name = n.site WHERE n.name = u.node), "
    "'')";
constexpr std::string_view family_of_node =
    "coalesce((SELECT i.family FROM nodes n JOIN sites s ON s.name = n.site"
    " JOIN isps i ON i.name = s.isp WHERE n.name = u.node), '')";
constexpr std::string_view relaxed_of_instance =
    "coalesce((SELECT o.allow_same_isp FROM instances o WHERE o.name = u.instance), false)";

const Table& replicas() {
    static const Table table({"replicas",
                              {"instance", "index"},
                              {{"instance"},
                               {"index", Int4},
                               {"kind"},
                               {"node"},
                               {"membership"},
                               {"replaces", Int4},
                               {"since", Time},
                               {"failing_since", Time},
                               {"passed_over_at", Time},
                               {"leave_epoch", Int8},
                               {"leave_flushed_bytes", Int8},
                               {"leave_receiving", Bool},
                               {"partition_number", Int4},
                               {"cpu_millicores", Int8},
                               {"memory_bytes", Int8},
                               {"disk_bytes", Int8},
                               {"uplink_kbit_s", Int8},
                               {"founder", Bool},
                               {"observed_partition"},
                               {"observed_generation", Int8},
                               {"observed_epoch", Int8},
                               {"observed_applied", Int8},
                               {"observed_role"},
                               {"observed_phase"},
                               {"observed_step"},
                               {"observed_reason"},
                               {"observed_ready", Bool},
                               {"observed_initialized", Bool},
                               {"position_epoch", Int8},
                               {"position_flushed_bytes", Int8},
                               {"position_receiving", Bool},
                               {"followers", Json},
                               {"incarnation"},
                               {"evidence"},
                               {"revision", Int8},
                               {"site", Text, site_of_node},
                               {"isp", Text, isp_of_node},
                               {"family", Text, family_of_node},
                               {"allow_same_isp", Bool, relaxed_of_instance}}});
    return table;
}

// A position as its three columns.
struct PositionColumns {
    std::optional<Epoch> epoch;
    std::optional<std::int64_t> flushed;
    std::optional<bool> receiving;

    PositionColumns() = default;
    explicit PositionColumns(const std::optional<Position>& position) {
        if (!position) return;
        epoch = position->epoch;
        flushed = position->flushed_bytes;
        receiving = position->receiving;
    }
    std::optional<Position> position() const {
        if (!epoch || !flushed || !receiving) return std::nullopt;
        return Position{*epoch, *flushed, *receiving};
    }
};

Status read_replica(Row row, Changes& into) {
    Replica r;
    PartitionObservation seen;
    PositionColumns leave;
    PositionColumns at;
    TRY(row.into(r.key.instance, r.key.index, r.kind, r.node, r.membership, r.replaces, r.since,
                 r.failing_since, r.passed_over_at, leave.epoch, leave.flushed, leave.receiving,
                 r.partition_number, r.reserved.cpu, r.reserved.memory, r.reserved.disk,
                 r.reserved.uplink, r.founder, seen.partition, seen.fence.generation,
                 seen.fence.epoch, seen.applied, seen.role, seen.phase, seen.step, seen.reason,
                 seen.ready, seen.initialized, at.epoch, at.flushed, at.receiving, seen.followers,
                 r.incarnation, r.evidence, r.revision));
    r.leave_after = leave.position();
    seen.position = at.position();
    r.observed = Observed(std::move(seen));
    into.push_back(Put<Replica>{std::move(r)});
    return ok_status();
}

}  // namespace

Call put_call(const Operation& o) {
    std::optional<ErrorCode> code;
    std::optional<std::string> message;
    std::optional<std::vector<ErrorDetail>> details;
    if (o.failure)
        code = o.failure->code, message = o.failure->message, details = o.failure->details;
    return {&operations().put,
            Params().add(o.id, o.kind, o.instance, o.node, o.moves_max, o.owner, o.state, o.steps,
                         code, message, details, o.created_at, o.finished_at, o.revision)};
}

Call put_call(const Instance& i) {
    const ReplicationPolicy& policy = i.policy;
    std::optional<Generation> served_generation;
    std::optional<Epoch> served_epoch;
    if (i.served) served_generation = i.served->generation, served_epoch = i.served->epoch;
    std::optional<OperationId> promotion;
    std::optional<ReplicaIndex> wanted;
    std::optional<bool> force;
    std::optional<WallTime> started_at;
    if (i.promotion) {
        promotion = i.promotion->operation;
        wanted = i.promotion->wanted;
        force = i.promotion->force;
        started_at = i.promotion->started_at;
    }
    std::optional<std::string> reason;
    std::optional<WallTime> retry_at;
    std::optional<NodeId> avoid;
    if (i.repair_wait) {
        reason = i.repair_wait->reason;
        retry_at = i.repair_wait->retry_at;
        avoid = i.repair_wait->avoid;
    }
    std::optional<std::string> first_record;
    std::optional<std::string> record;
    if (i.electing && !i.electing->first_record.empty()) first_record = i.electing->first_record;
    if (i.electing && !i.electing->record.empty()) record = i.electing->record;
    std::optional<WallTime> silence_at;
    std::optional<WallTime> patient_until;
    if (i.electing) silence_at = i.electing->silence_at, patient_until = i.electing->patient_until;
    const QuoteColumns price(i.quote);
    return {
        &instances().put,
        Params().add(i.name, i.owner, i.release, i.version, i.size, i.parameters_json,
                     policy.replicas, policy.countries, policy.min_countries, policy.mode,
                     policy.allow_same_isp, policy.short_of_copies, i.desired, i.fence.generation,
                     i.fence.epoch, i.leader, served_generation, served_epoch, promotion, wanted,
                     force, started_at, i.operation, i.admin_password, i.replication_password,
                     i.initialized, i.password_shown_at, i.replicas_made, reason, retry_at, avoid,
                     i.electing.has_value(), first_record, record, price.list, price.currency,
                     price.cents, price.lines, i.created_at, i.revision, i.group_revision,
                     i.route_revision, i.volume_key, policy.patience, silence_at, patient_until)};
}

Call put_call(const Replica& r) {
    const Observed& seen = r.observed;
    const PositionColumns leave(r.leave_after.optional());
    const PositionColumns at(seen.position);
    return {
        &replicas().put,
        Params().add(r.key.instance, r.key.index, r.kind, r.node, r.membership, r.replaces, r.since,
                     r.failing_since, r.passed_over_at, leave.epoch, leave.flushed, leave.receiving,
                     r.partition_number, r.reserved.cpu, r.reserved.memory, r.reserved.disk,
                     r.reserved.uplink, r.founder, partition_id(r.key), seen.fence.generation,
                     seen.fence.epoch, seen.applied, seen.role, seen.phase, seen.step(),
                     seen.reason(), seen.ready, seen.initialized, at.epoch, at.flushed,
                     at.receiving, seen.followers(), r.incarnation, r.evidence, r.revision)};
}

Call drop_call(const DropReplica& change) {
    return {&replicas().drop, Params().add(change.key.instance, change.key.index)};
}

Call drop_call(const DropOperation& change) {
    return {&operations().drop, Params().add(change.id)};
}

Call drop_call(const DropInstance& change) {
    return {&instances().drop, Params().add(change.name)};
}

void add_instance_loaders(std::vector<Loader>& loaders) {
    loaders.push_back({{}, &operations().copy, read_operation});
    loaders.push_back({{}, &instances().copy, read_instance});
    loaders.push_back({{}, &replicas().copy, read_replica});
}

}  // namespace foyer::master
