#include "common/wire/enum_convert.h"

namespace foyer::wire {
namespace {

Error unknown(std::string_view what) {
    return error(ErrorCode::InvalidArgument, std::string(what) + " is not specified or not known");
}

}  // namespace

agent::v1::ReplicaKind to_wire(ReplicaKind kind) {
    switch (kind) {
        case ReplicaKind::Data: return agent::v1::REPLICA_KIND_DATA;
        case ReplicaKind::Witness: return agent::v1::REPLICA_KIND_WITNESS;
    }
    CHECK(false);
}

agent::v1::ReplicaRole to_wire(ReplicaRole role) {
    switch (role) {
        case ReplicaRole::Primary: return agent::v1::REPLICA_ROLE_PRIMARY;
        case ReplicaRole::Standby: return agent::v1::REPLICA_ROLE_STANDBY;
        case ReplicaRole::Witness: return agent::v1::REPLICA_ROLE_WITNESS;
    }
    CHECK(false);
}

agent::v1::PartitionPhase to_wire(PartitionPhase phase) {
    switch (phase) {
        case PartitionPhase::Assigned: return agent::v1::PARTITION_PHASE_ASSIGNED;
        case PartitionPhase::Preparing: return agent::v1::PARTITION_PHASE_PREPARING;
        case PartitionPhase::Starting: return agent::v1::PARTITION_PHASE_STARTING;
        case PartitionPhase::Running: return agent::v1::PARTITION_PHASE_RUNNING;
        case PartitionPhase::Unhealthy: return agent::v1::PARTITION_PHASE_UNHEALTHY;
        case PartitionPhase::Stopping: return agent::v1::PARTITION_PHASE_STOPPING;
        case PartitionPhase::Stopped: return agent::v1::PARTITION_PHASE_STOPPED;
        case PartitionPhase::Failed: return agent::v1::PARTITION_PHASE_FAILED;
        case PartitionPhase::Erasing: return agent::v1::PARTITION_PHASE_ERASING;
    }
    CHECK(false);
}

agent::v1::DesiredState to_wire(DesiredState desired) {
    switch (desired) {
        case DesiredState::Running: return agent::v1::DESIRED_STATE_RUNNING;
        case DesiredState::Stopped: return agent::v1::DESIRED_STATE_STOPPED;
        case DesiredState::Deleted: break;
    }
    CHECK(false);
}

Result<ReplicaKind> from_wire(agent::v1::ReplicaKind kind) {
    if (kind == agent::v1::REPLICA_KIND_DATA) return ReplicaKind::Data;
    if (kind == agent::v1::REPLICA_KIND_WITNESS) return ReplicaKind::Witness;
    return unknown("kind");
}

Result<ReplicaRole> from_wire(agent::v1::ReplicaRole role) {
    if (role == agent::v1::REPLICA_ROLE_PRIMARY) return ReplicaRole::Primary;
    if (role == agent::v1::REPLICA_ROLE_STANDBY) return ReplicaRole::Standby;
    if (role == agent::v1::REPLICA_ROLE_WITNESS) return ReplicaRole::Witness;
    return unknown("role");
}

Result<PartitionPhase> from_wire(agent::v1::PartitionPhase phase) {
    using enum PartitionPhase;
    for (const PartitionPhase ours :
         {Assigned, Preparing, Starting, Running, Unhealthy, Stopping, Stopped, Failed, Erasing}) {
        if (to_wire(ours) == phase) return ours;
    }
    return unknown("phase");
}

Result<DesiredState> from_wire(agent::v1::DesiredState desired) {
    if (desired == agent::v1::DESIRED_STATE_RUNNING) return DesiredState::Running;
    if (desired == agent::v1::DESIRED_STATE_STOPPED) return DesiredState::Stopped;
    return unknown("desired");
}

agent::v1::TakeoverCause to_wire(TakeoverCause cause) {
    switch (cause) {
        case TakeoverCause::First: return agent::v1::TAKEOVER_CAUSE_FIRST;
        case TakeoverCause::PromiseOver: return agent::v1::TAKEOVER_CAUSE_PROMISE_OVER;
        case TakeoverCause::Resigned: return agent::v1::TAKEOVER_CAUSE_RESIGNED;
        case TakeoverCause::HandedOver: return agent::v1::TAKEOVER_CAUSE_HANDED_OVER;
    }
    CHECK(false);
}

agent::v1::LeadershipEndReason to_wire(LeadershipEndReason reason) {
    switch (reason) {
        case LeadershipEndReason::LeaseOver: return agent::v1::LEADERSHIP_END_REASON_LEASE_OVER;
        case LeadershipEndReason::HandedOver: return agent::v1::LEADERSHIP_END_REASON_HANDED_OVER;
        case LeadershipEndReason::Ill: return agent::v1::LEADERSHIP_END_REASON_ILL;
        case LeadershipEndReason::ClockWrong: return agent::v1::LEADERSHIP_END_REASON_CLOCK_WRONG;
        case LeadershipEndReason::Superseded: return agent::v1::LEADERSHIP_END_REASON_SUPERSEDED;
        case LeadershipEndReason::NewGeneration:
            return agent::v1::LEADERSHIP_END_REASON_NEW_GENERATION;
        case LeadershipEndReason::HostStops: return agent::v1::LEADERSHIP_END_REASON_HOST_STOPS;
        case LeadershipEndReason::Retired: return agent::v1::LEADERSHIP_END_REASON_RETIRED;
        case LeadershipEndReason::NotResumed: return agent::v1::LEADERSHIP_END_REASON_NOT_RESUMED;
    }
    CHECK(false);
}

Result<TakeoverCause> from_wire(agent::v1::TakeoverCause cause) {
    for (const TakeoverCause known : {TakeoverCause::First, TakeoverCause::PromiseOver,
                                      TakeoverCause::Resigned, TakeoverCause::HandedOver})
        if (to_wire(known) == cause) return known;
    return unknown("cause");
}

Result<LeadershipEndReason> from_wire(agent::v1::LeadershipEndReason reason) {
    for (const LeadershipEndReason known :
         {LeadershipEndReason::LeaseOver, LeadershipEndReason::HandedOver, LeadershipEndReason::Ill,
          LeadershipEndReason::ClockWrong, LeadershipEndReason::Superseded,
          LeadershipEndReason::NewGeneration, LeadershipEndReason::HostStops,
          LeadershipEndReason::Retired, LeadershipEndReason::NotResumed})
        if (to_wire(known) == reason) return known;
    return unknown("reason");
}

agent::v1::HostWish to_wire(HostWish wish) {
    switch (wish) {
        case HostWish::Serving: return agent::v1::HOST_WISH_SERVING;
        case HostWish::Paused: return agent::v1::HOST_WISH_PAUSED;
        case HostWish::Draining: return agent::v1::HOST_WISH_DRAINING;
        case HostWish::Leaving: return agent::v1::HOST_WISH_LEAVING;
    }
    CHECK(false);
}

Result<HostWish> from_wire(agent::v1::HostWish wish) {
    for (const HostWish known : all_host_wishes)
        if (to_wire(known) == wish) return known;
    return unknown("wish");
}

agent::v1::BoxHealth to_wire(BoxHealth health) {
    switch (health) {
        case BoxHealth::Well: return agent::v1::BOX_HEALTH_WELL;
        case BoxHealth::Worn: return agent::v1::BOX_HEALTH_WORN;
        case BoxHealth::Failing: return agent::v1::BOX_HEALTH_FAILING;
    }
    CHECK(false);
}

Result<BoxHealth> from_wire(agent::v1::BoxHealth health) {
    for (const BoxHealth known : all_box_healths)
        if (to_wire(known) == health) return known;
    return unknown("health");
}

agent::v1::ReleaseKind to_wire(ReleaseKind kind) {
    switch (kind) {
        case ReleaseKind::Erp: return agent::v1::RELEASE_KIND_ERP;
        case ReleaseKind::Database: return agent::v1::RELEASE_KIND_DATABASE;
        case ReleaseKind::Web: return agent::v1::RELEASE_KIND_WEB;
        case ReleaseKind::Mail: return agent::v1::RELEASE_KIND_MAIL;
        case ReleaseKind::Other: return agent::v1::RELEASE_KIND_OTHER;
    }
    CHECK(false);
}

Result<ReleaseKind> from_wire(agent::v1::ReleaseKind kind) {
    for (const ReleaseKind known : all_release_kinds)
        if (to_wire(known) == kind) return known;
    return unknown("kinds");
}

}  // namespace foyer::wire
