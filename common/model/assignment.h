// What the master tells a box, and what a box tells the master: the nouns both programs share.
//
// DesiredNode is the whole wish for one box. Its three lists are keyed (partition, peer, hostname),
// each item with the revision at which it last changed, so that the wire may carry only what
// changed since the box's own revision.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "common/model/ids.h"
#include "common/model/mail.h"
#include "common/model/phase.h"
#include "common/model/resources.h"

namespace foyer {

// When an instance was ordered says which order of its name is meant: a name may be deleted and
// ordered again. 0: not known (said or written by an older program), and then nothing tells two
// orders apart.
inline bool is_other_order(WallTime one, WallTime other) {
    return one.unix_ms != 0 && other.unix_ms != 0 && one != other;
}

// A member of an instance's group as its neighbours see it.
struct Member {
    ReplicaIndex index;
    std::string name;  // "r0g1": unique per replica and generation
    ReplicaKind kind = ReplicaKind::Data;
    std::string address;  // overlay ULA of its partition
    friend bool operator==(const Member&, const Member&) = default;
};

// The secret that encrypts a partition's volume, the same for all copies of an order: for the box,
// never for what runs in the partition. Absent: ordered before volumes were encrypted.
inline constexpr std::string_view volume_key_name = "volume_key";

// Secrets of one partition. Travel only over mTLS; never logged; on the box only in memory.
struct PartitionSecrets {
    // File name in /foyer/secrets -> content; but for `volume_key_name`.
    std::map<std::string, std::string> by_name;
    friend bool operator==(const PartitionSecrets&, const PartitionSecrets&) = default;
};

// A voter as its box told it, and as records name it.
struct GroupSeat {
    ReplicaIndex index;
    ReplicaKind kind = ReplicaKind::Data;
    std::string node_key;     // SHA-256 of its box's public key, hex
    std::string incarnation;  // of its empty state, 32 hex digits
    bool may_lead = true;
    friend bool operator==(const GroupSeat&, const GroupSeat&) = default;
};

// What the master proposes to whoever leads. Made for one record: refused when that is not the
// newest any more. At most one of them.
struct GroupProposal {
    std::string made_for;                // ballot, "1 3 2"
    std::optional<ReplicaIndex> prefer;  // should lead
    std::optional<ReplicaIndex> out;     // should be no member any more
    std::optional<GroupSeat> in;         // should be one
    std::optional<DesiredState> desired;
    std::optional<Duration> promise = {};               // T
    std::optional<std::set<ReplicaIndex>> barred = {};  // who stands last: all of them
    friend bool operator==(const GroupProposal&, const GroupProposal&) = default;
};

// With which a generation of a group begins.
struct FirstRecord {
    std::string text;       // empty: the boxes' incarnations are awaited
    std::string signature;  // by Foyer's CA, base64url
    friend bool operator==(const FirstRecord&, const FirstRecord&) = default;
};

// Of an instance whose group elects by itself (common/docs/leadership.md). Role, leader and fence
// of the assignment are then no order: they are what the group has told the master last.
struct GroupWish {
    FirstRecord first;
    std::optional<GroupProposal> proposal;
    friend bool operator==(const GroupWish&, const GroupWish&) = default;
};

struct Assignment {
    PartitionId partition;
    Revision revision;
    InstanceName instance;
    WallTime ordered_at;  // which order of that name; 0: an older master
    ReplicaIndex index;
    ReplicaKind kind = ReplicaKind::Data;
    // Primary or standby as the group's leadership says now; leader is absent while nobody leads.
    ReplicaRole role = ReplicaRole::Standby;
    Fence fence;
    std::optional<ReplicaIndex> leader;
    // The first data member of a new instance runs `init`; every other one joins.
    bool founder = false;
    DesiredState desired = DesiredState::Running;
    std::string release_json;       // the exact signed bytes
    std::string release_signature;  // Ed25519 over them, base64url
    std::string publisher_key;      // Ed25519 public key, base64url
    SizeName size;
    Resources reserved;
    std::string parameters_json;  // object, valid under the release's schema
    std::string hostname;
    std::string url;
    std::string address;  // this partition's overlay ULA
    int copies =
        1;  // members that must hold a write before it is acknowledged, the primary's included
    std::vector<Member> members;  // whose acknowledgement counts, and this copy itself
    // Others that copy from the primary but acknowledge nothing: newcomers that are not there yet,
    // and copies on their way out.
    std::vector<Member> learners;
    std::vector<std::string> proxies;  // overlay addresses of the edges
    std::string mail_relay = {};       // of all edges' mail relay; empty: an older master
    PartitionSecrets secrets;
    CountryCode tenant_country;      // empty: nobody has said it, or an older master
    std::optional<GroupWish> group;  // absent: the master leads this instance
    // It may lead soon: what is slow to load is loaded, and nobody is let in. Never on the wire.
    bool warm = false;
    friend bool operator==(const Assignment&, const Assignment&) = default;
};

// One neighbour on the overlay. A home's peers are the edges; an edge's peers are all boxes and the
// other edges.
struct OverlayPeer {
    NodeId node;
    Revision revision;
    bool edge = false;
    WgPublicKey public_key;
    std::string endpoint;              // "198.18.1.11:51820"; empty: it dials us
    std::vector<std::string> allowed;  // prefixes this peer may speak for
    // Of an edge, for edges: whose account asks for certificates in its turns; empty: none.
    std::string acme_thumbprint = {};
    friend bool operator==(const OverlayPeer&, const OverlayPeer&) = default;
};

// A voter of a group that elects, as an edge may ask it; its partition's address.
struct RouteVoter {
    ReplicaIndex index;
    std::string address;
    friend bool operator==(const RouteVoter&, const RouteVoter&) = default;
};

// One name an edge serves. `backend` is empty while nobody leads: the edge then shows the waiting
// page.
struct EdgeRoute {
    std::string hostname;
    Revision revision;
    InstanceName instance;
    Fence fence;
    std::string backend;       // "[fd50:…::1]:8000"
    WallTime ordered_at = {};  // as Assignment::ordered_at: fences compare within one order
    // Of a group that elects: whom the edge asks who leads. Then fence and backend are the master's
    // hearsay only.
    std::vector<RouteVoter> voters = {};
    FirstRecord first = {};  // the edge verifies from it who the members are
    int web_port = 0;
    std::vector<std::string> aliases = {};  // customers' own names, proven, for the same instance
    std::optional<RouteMail> mail = {};     // absent: nobody of this instance sends any
    // When this edge first heard of a leader in that fence, if it knew an earlier one. Never on the
    // wire.
    std::optional<MonoTime> heard_at = {};
    friend bool operator==(const EdgeRoute&, const EdgeRoute&) = default;
};

// Of this box itself.
struct NodeSettings {
    Revision revision;
    std::string overlay_prefix;          // "fd50:f0e:1:a::/64": partitions get addresses from it
    std::string overlay_cluster_prefix;  // "fd50:f0e:1::/48"
    bool edge = false;
    std::string zone;
    std::string public_address = {};  // edges only, as declared, without port; empty: not told
    // Edges only: of this box's own ACME account, as all edges were told it; empty: not yet, or
    // none.
    std::string acme_thumbprint = {};
    std::optional<MailRelaySettings> mail_relay = {};  // edges only; absent: nothing is relayed
    friend bool operator==(const NodeSettings&, const NodeSettings&) = default;
};

struct DesiredNode {
    LineageId lineage;
    Revision revision;
    NodeSettings settings;
    std::map<PartitionId, Assignment> assignments;
    std::map<NodeId, OverlayPeer> peers;
    std::map<std::string, EdgeRoute> routes;
    friend bool operator==(const DesiredNode&, const DesiredNode&) = default;
};

// Where a copy stands in its instance's log (contract: the position hook). Compares by (generation,
// epoch, flushed_bytes).
struct Position {
    Epoch epoch;
    std::int64_t flushed_bytes = 0;
    bool receiving = false;    // a standby: its receiver runs
    Generation generation{1};  // of the marker that names `epoch`
    friend bool operator==(const Position&, const Position&) = default;
};

// What a primary says of a member that copies from it.
struct FollowerView {
    std::string name;        // Member::name
    std::string state;       // "streaming"
    std::string sync_state;  // "quorum", "sync", "async"
    std::int64_t lag_bytes = 0;
    friend bool operator==(const FollowerView&, const FollowerView&) = default;
};

// What a member of a group tells the master of itself.
struct GroupReport {
    std::string incarnation;  // 32 hex digits
    std::string role;         // "follower", "leader"…, for people
    std::string record;       // text of the newest committed one, of who leads; else empty
    bool retired = false;     // it lost its newest state and must be replaced
    // Of others that signed two votes of one epoch: text of common/leadership/evidence_text.h.
    std::vector<std::string> evidence;
    friend bool operator==(const GroupReport&, const GroupReport&) = default;
};

// One partition as its box sees it. Accepted by the master only for the newest fence it has handed
// out.
struct PartitionObservation {
    PartitionId partition;
    WallTime ordered_at;  // of the order that what is here was made for; 0: not known
    Fence fence;          // the newest fence the agent has applied to it
    Revision applied;  // Assignment::revision the service has taken up; 0: none, or an older agent
    ReplicaRole role = ReplicaRole::Standby;
    PartitionPhase phase = PartitionPhase::Assigned;
    std::string step;    // what is being done: "fetching image", "init: restoring dump"
    std::string reason;  // of Failed or Unhealthy, one line
    bool ready = false;
    bool initialized = false;  // init or join has succeeded: secrets for init may be forgotten
    std::optional<Position> position;
    std::vector<FollowerView> followers;  // of a primary
    std::optional<GroupReport> group;     // of a copy whose group elects
    friend bool operator==(const PartitionObservation&, const PartitionObservation&) = default;
};

}  // namespace foyer
