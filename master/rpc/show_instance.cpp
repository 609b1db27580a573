// Instances and their operations as messages.
#include <google/protobuf/util/json_util.h>

#include "master/domain/durability.h"
#include "master/domain/electing.h"
#include "master/domain/progress.h"
#include "master/domain/repair.h"
#include "master/rpc/show.h"

namespace foyer::master {

api::InstanceState to_wire(InstanceState state) {
    switch (state) {
        case InstanceState::Preparing: return api::INSTANCE_STATE_PREPARING;
        case InstanceState::Running: return api::INSTANCE_STATE_RUNNING;
        case InstanceState::Degraded: return api::INSTANCE_STATE_DEGRADED;
        case InstanceState::Unavailable: return api::INSTANCE_STATE_UNAVAILABLE;
        case InstanceState::Promoting: return api::INSTANCE_STATE_PROMOTING;
        case InstanceState::Stopped: return api::INSTANCE_STATE_STOPPED;
        case InstanceState::Deleting: return api::INSTANCE_STATE_DELETING;
    }
    CHECK(false);
}

api::OperationState to_wire(OperationState state) {
    switch (state) {
        case OperationState::Running: return api::OPERATION_STATE_RUNNING;
        case OperationState::Succeeded: return api::OPERATION_STATE_SUCCEEDED;
        case OperationState::Failed: return api::OPERATION_STATE_FAILED;
    }
    CHECK(false);
}

namespace {

api::ReplicaKind to_wire(ReplicaKind kind) {
    return kind == ReplicaKind::Data ? api::REPLICA_KIND_DATA : api::REPLICA_KIND_WITNESS;
}

api::ReplicaRole to_wire(ReplicaRole role) {
    switch (role) {
        case ReplicaRole::Primary: return api::REPLICA_ROLE_PRIMARY;
        case ReplicaRole::Standby: return api::REPLICA_ROLE_STANDBY;
        case ReplicaRole::Witness: return api::REPLICA_ROLE_WITNESS;
    }
    CHECK(false);
}

api::ReplicaState to_wire(PartitionPhase phase) {
    switch (phase) {
        case PartitionPhase::Assigned: return api::REPLICA_STATE_ASSIGNED;
        case PartitionPhase::Preparing: return api::REPLICA_STATE_PREPARING;
        case PartitionPhase::Starting: return api::REPLICA_STATE_STARTING;
        case PartitionPhase::Running: return api::REPLICA_STATE_RUNNING;
        case PartitionPhase::Unhealthy: return api::REPLICA_STATE_UNHEALTHY;
        case PartitionPhase::Stopping: return api::REPLICA_STATE_STOPPING;
        case PartitionPhase::Stopped: return api::REPLICA_STATE_STOPPED;
        case PartitionPhase::Failed: return api::REPLICA_STATE_FAILED;
        case PartitionPhase::Erasing: return api::REPLICA_STATE_ERASING;
    }
    CHECK(false);
}

api::ReplicaMembership to_wire(Membership membership) {
    switch (membership) {
        case Membership::Learner: return api::REPLICA_MEMBERSHIP_LEARNER;
        case Membership::Member: return api::REPLICA_MEMBERSHIP_MEMBER;
        case Membership::Leaving: return api::REPLICA_MEMBERSHIP_LEAVING;
    }
    CHECK(false);
}

void show_place(const State& state, const NodeId& name, api::Replica& to) {
    to.set_node(name.str());
    const auto node = state.nodes().find(name);
    if (node == state.nodes().end()) return;
    const auto site = state.sites().find(node->second.site);
    if (site == state.sites().end()) return;
    to.set_site(site->second.name.str());
    to.set_isp(site->second.isp.str());
    to.set_country(site->second.country.str());
}

void show(const State& state, const Instance& instance, const Replica& from, api::Replica& to) {
    to.set_index(from.key.index.number);
    to.set_kind(to_wire(from.kind));
    to.set_role(to_wire(replica_role(instance, from)));
    to.set_membership(to_wire(from.membership));
    show_place(state, from.node, to);
    to.set_state(is_unreachable(state, from) ? api::REPLICA_STATE_UNREACHABLE
                                             : to_wire(from.observed.phase));
    if (const auto follower = follower_view(state, instance, from)) {
        to.set_lag_bytes(follower->lag_bytes);
        to.set_sync_state(follower->sync_state);
    }
    to.set_detail(from.observed.reason().empty() ? from.observed.step() : from.observed.reason());
}

api::Patience to_wire(Patience patience) {
    switch (patience) {
        case Patience::Measured: return api::PATIENCE_MEASURED;
        case Patience::Quick: return api::PATIENCE_QUICK;
        case Patience::Patient: return api::PATIENCE_PATIENT;
    }
    CHECK(false);
}

void show(const ReplicationPolicy& from, api::ReplicationPolicy& to) {
    to.set_replicas(from.replicas);
    for (const CountryCode& country : from.countries) to.add_countries(country.str());
    to.set_min_countries(from.min_countries);
    to.set_mode(from.mode == ReplicationMode::Synchronous ? api::REPLICATION_MODE_SYNCHRONOUS
                                                          : api::REPLICATION_MODE_ASYNCHRONOUS);
    to.set_allow_same_isp(from.allow_same_isp);
    to.set_short_of_copies(from.short_of_copies == ShortOfCopies::StopWrites
                               ? api::SHORT_OF_COPIES_STOP_WRITES
                               : api::SHORT_OF_COPIES_GO_ON);
    to.set_patience(to_wire(from.patience));
}

}  // namespace

void show(const State& state, const Instance& from, api::Instance& to) {
    to.set_name(from.name.str());
    to.set_state(to_wire(instance_state(state, from)));
    to.set_url(url_of(state, from.name));
    to.set_generation(from.fence.generation.number());
    to.set_epoch(from.fence.epoch.number());
    for (const Replica* replica : state.replicas_of(from.name))
        show(state, from, *replica, *to.add_replicas());
    to.set_release(from.release.str());
    to.set_version(from.version.str());
    to.set_size(from.size.str());
    // Stored by us and valid: what cannot be read is shown as nothing.
    if (!google::protobuf::util::JsonStringToMessage(from.parameters_json, to.mutable_parameters())
             .ok())
        to.mutable_parameters()->Clear();
    show(from.policy, *to.mutable_policy());
    to.set_owner(from.owner.str());
    set_time(from.created_at, *to.mutable_created_at());
    to.set_revision(from.revision.number());
    show_connection(state, from, *to.mutable_connection());
    if (const auto repair = repair_status(state, from)) to.set_repair(repair->text);
    to.set_durability(durability(state, from));
    if (from.quote) show(*from.quote, *to.mutable_quote());
    if (const auto record = committed_record(from))
        to.set_takeover_after_ms(record->promise.count());
}

void show(const Operation& from, api::Operation& to) {
    to.set_id(from.id.str());
    to.set_kind(std::string(to_text(from.kind)));
    to.set_instance(from.instance.str());
    to.set_node(from.node.str());
    to.set_moves_max(from.moves_max);
    to.set_state(to_wire(from.state));
    for (const OperationStep& step : from.steps) {
        api::OperationStep& added = *to.add_steps();
        added.set_name(step.name);
        added.set_state(to_wire(step.state));
        added.set_detail(step.detail);
        if (step.started_at) set_time(*step.started_at, *added.mutable_started_at());
        if (step.finished_at) set_time(*step.finished_at, *added.mutable_finished_at());
    }
    if (from.failure) {
        to.mutable_error()->set_code(std::string(to_text(from.failure->code)));
        to.mutable_error()->set_message(from.failure->message);
        for (const ErrorDetail& detail : from.failure->details) {
            api::ErrorFact& fact = *to.mutable_error()->add_facts();
            fact.set_key(detail.key);
            fact.set_value(detail.value);
        }
    }
    set_time(from.created_at, *to.mutable_created_at());
    if (from.finished_at) set_time(*from.finished_at, *to.mutable_finished_at());
    to.set_revision(from.revision.number());
}

}  // namespace foyer::master
