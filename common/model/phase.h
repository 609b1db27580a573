// States shared by master and agent, drawn, then coded.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace foyer {

// What a replica is by assignment, and what it is doing by leadership.
enum class ReplicaKind { Data, Witness };
enum class ReplicaRole { Primary, Standby, Witness };

// A partition on its box, as the agent reports it.
//
//   Assigned ──► Preparing ──► Starting ──► Running ◄──► Unhealthy
//      │             │             │           │            │
//      └─────────────┴──────┬──────┴───────────┴────────────┘
//                           ▼
//              Stopping ──► Stopped ──► (Starting)          Failed: the last step failed; retried
//              with backoff, goes on to Preparing
//                              │
//                              ▼
//                          Erasing ──► gone (no longer reported)
enum class PartitionPhase {
    Assigned,   // decided by the master, not yet seen by the box
    Preparing,  // image fetched and verified, volume and network made, init / join running
    Starting,   // the service is started, not yet ready
    Running,    // ready: serves clients (primary) or follows (standby)
    Unhealthy,  // runs, but its health hook says no
    Stopping,
    Stopped,  // kept on the box, not running, as ordered
    Failed,   // the last step failed: see the reason; the agent tries again later
    Erasing,
};

enum class HostClass { House, Vetted, Open };

// What the customer wants of an instance.
enum class DesiredState { Running, Stopped, Deleted };

// How many copies must hold a write before it is acknowledged.
enum class ReplicationMode { Synchronous, Asynchronous };

// What happens when fewer copies live than a synchronous write needs.
enum class ShortOfCopies {
    StopWrites,  // until another copy is back
    GoOn,        // with those that live, and says so
};

// How long a group waits for a silent leader before another one takes over.
enum class Patience {
    Measured,  // quick; patient while the lines of its leaders have shown short silences
    Quick,
    Patient,
};
inline constexpr std::array all_patiences{Patience::Measured, Patience::Quick, Patience::Patient};

std::string_view to_text(ReplicaKind kind);
std::string_view to_text(ReplicaRole role);
std::string_view to_text(PartitionPhase phase);
std::string_view to_text(HostClass host_class);
std::string_view to_text(DesiredState desired);
std::string_view to_text(ReplicationMode mode);
std::string_view to_text(ShortOfCopies choice);
std::string_view to_text(Patience patience);

std::optional<ReplicaKind> replica_kind_from(std::string_view text);
std::optional<ReplicaRole> replica_role_from(std::string_view text);
std::optional<PartitionPhase> partition_phase_from(std::string_view text);
std::optional<HostClass> host_class_from(std::string_view text);
std::optional<DesiredState> desired_state_from(std::string_view text);
std::optional<ReplicationMode> replication_mode_from(std::string_view text);
std::optional<ShortOfCopies> short_of_copies_from(std::string_view text);
std::optional<Patience> patience_from(std::string_view text);

}  // namespace foyer
