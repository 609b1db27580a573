#include "common/model/phase.h"

#include <array>

#include "common/base/check.h"
#include "common/base/enum_text.h"

namespace foyer {
std::string_view to_text(ReplicaKind kind) {
    switch (kind) {
        case ReplicaKind::Data: return "data";
        case ReplicaKind::Witness: return "witness";
    }
    CHECK(false);
}

std::string_view to_text(ReplicaRole role) {
    switch (role) {
        case ReplicaRole::Primary: return "primary";
        case ReplicaRole::Standby: return "standby";
        case ReplicaRole::Witness: return "witness";
    }
    CHECK(false);
}

std::string_view to_text(PartitionPhase phase) {
    switch (phase) {
        case PartitionPhase::Assigned: return "assigned";
        case PartitionPhase::Preparing: return "preparing";
        case PartitionPhase::Starting: return "starting";
        case PartitionPhase::Running: return "running";
        case PartitionPhase::Unhealthy: return "unhealthy";
        case PartitionPhase::Stopping: return "stopping";
        case PartitionPhase::Stopped: return "stopped";
        case PartitionPhase::Failed: return "failed";
        case PartitionPhase::Erasing: return "erasing";
    }
    CHECK(false);
}

std::string_view to_text(HostClass host_class) {
    switch (host_class) {
        case HostClass::House: return "house";
        case HostClass::Vetted: return "vetted";
        case HostClass::Open: return "open";
    }
    CHECK(false);
}

std::string_view to_text(DesiredState desired) {
    switch (desired) {
        case DesiredState::Running: return "running";
        case DesiredState::Stopped: return "stopped";
        case DesiredState::Deleted: return "deleted";
    }
    CHECK(false);
}

std::string_view to_text(ReplicationMode mode) {
    switch (mode) {
        case ReplicationMode::Synchronous: return "synchronous";
        case ReplicationMode::Asynchronous: return "asynchronous";
    }
    CHECK(false);
}

std::string_view to_text(ShortOfCopies choice) {
    switch (choice) {
        case ShortOfCopies::StopWrites: return "stop_writes";
        case ShortOfCopies::GoOn: return "go_on";
    }
    CHECK(false);
}

std::string_view to_text(Patience patience) {
    switch (patience) {
        case Patience::Measured: return "measured";
        case Patience::Quick: return "quick";
        case Patience::Patient: return "patient";
    }
    CHECK(false);
}

std::optional<ReplicaKind> replica_kind_from(std::string_view text) {
    return enum_from_text(std::array{ReplicaKind::Data, ReplicaKind::Witness}, text);
}

std::optional<ReplicaRole> replica_role_from(std::string_view text) {
    return enum_from_text(
        std::array{ReplicaRole::Primary, ReplicaRole::Standby, ReplicaRole::Witness}, text);
}

std::optional<PartitionPhase> partition_phase_from(std::string_view text) {
    using enum PartitionPhase;
    return enum_from_text(std::array{Assigned, Preparing, Starting, Running, Unhealthy, Stopping,
                                     Stopped, Failed, Erasing},
                          text);
}

std::optional<HostClass> host_class_from(std::string_view text) {
    return enum_from_text(std::array{HostClass::House, HostClass::Vetted, HostClass::Open}, text);
}

std::optional<DesiredState> desired_state_from(std::string_view text) {
    return enum_from_text(
        std::array{DesiredState::Running, DesiredState::Stopped, DesiredState::Deleted}, text);
}

std::optional<ReplicationMode> replication_mode_from(std::string_view text) {
    return enum_from_text(std::array{ReplicationMode::Synchronous, ReplicationMode::Asynchronous},
                          text);
}

std::optional<ShortOfCopies> short_of_copies_from(std::string_view text) {
    return enum_from_text(std::array{ShortOfCopies::StopWrites, ShortOfCopies::GoOn}, text);
}

std::optional<Patience> patience_from(std::string_view text) {
    return enum_from_text(all_patiences, text);
}

}  // namespace foyer
