// The rows of the catalogue: what the master knows and the database keeps. Plain values; invariants
// are in decide and in SQL.
//
// Every row carries the revision at which it last changed.
#pragma once

#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/rare.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/assignment.h"
#include "common/model/audit.h"
#include "common/model/box_care.h"
#include "common/model/host_wish.h"
#include "common/model/ids.h"
#include "common/model/phase.h"
#include "common/model/refusals.h"
#include "common/model/resources.h"
#include "common/model/takeover.h"
#include "master/domain/box_clock.h"
#include "master/domain/isp.h"
#include "master/domain/observed.h"
#include "master/domain/price_rows.h"

namespace foyer::master {

// A secret as it lies in the database: sealed by the shell (AES-256-GCM), opaque to the domain.
using Sealed = Id<struct SealedTag>;

enum class AccountRole { Operator, Host, Customer, Publisher, Auditor };
inline constexpr std::array all_roles{AccountRole::Operator, AccountRole::Host,
                                      AccountRole::Customer, AccountRole::Publisher,
                                      AccountRole::Auditor};

// What the instances of an account may take together, as ordered. Absent: as much as there is.
struct Quota {
    std::optional<std::int64_t> instances;
    std::optional<std::int64_t> copies;
    std::optional<Bytes> disk;  // of all copies
    friend bool operator==(const Quota&, const Quota&) = default;
};

struct Account {
    AccountId name;
    std::set<AccountRole> roles;
    Quota quota;
    WallTime created_at;
    Revision revision;
    CountryCode country = {};  // where it is at home; empty: nobody has said it (refusing.h)
    friend bool operator==(const Account&, const Account&) = default;
};

// An API token. Only the SHA-256 of its secret half is kept.
struct ApiToken {
    TokenId id;
    AccountId account;
    std::string secret_hash;  // hex
    std::string note;
    std::set<AccountRole> scopes;      // what it may do of its account's roles; empty: all of them
    bool read_only = false;            // and nothing that writes
    TokenId made_by;                   // the token it was made with; empty: the master, or a login
    std::optional<MemberName> member;  // the person whose it is; absent: the account's own
    bool session = false;              // made by a login
    WallTime created_at;
    WallTime expires_at;
    Revision revision;
    friend bool operator==(const ApiToken&, const ApiToken&) = default;
};

struct Host {
    HostId name;
    WallTime created_at;
    Revision revision;
    friend bool operator==(const Host&, const Host&) = default;
};

// A box that stood at a site and was deleted, or left: what it earned there is its host's still.
struct FormerBox {
    NodeId node;
    WallTime gone_at;
    friend bool operator==(const FormerBox&, const FormerBox&) = default;
};
inline constexpr std::size_t former_boxes_max = 32;  // of a site; the newest are kept

struct Site {
    SiteId name;
    IspId isp;
    CountryCode country;
    HostId host;
    HostClass host_class = HostClass::Open;
    WallTime created_at;
    Revision revision;
    std::vector<FormerBox> former_boxes;  // oldest first
    friend bool operator==(const Site&, const Site&) = default;
};

// A box, by what is heard of it.
//
//   Expected ──first Sync──► Online ──not heard of──► Silent ──its time is over──► Lost
//                               ▲                       │                            │
//                               └─────── back ──────────┴───────── returned ─────────┘
//   any ──delete──► gone (its certificate is refused)
//
// Silent is a suspicion: nothing is moved for it. Lost: its copies are made anew elsewhere
// (node_life.h says when). Changes are committed; each heartbeat only touches memory.
enum class NodeState { Expected, Online, Silent, Lost };

// Whether the drawing has this arrow.
bool can_move(NodeState from, NodeState to);

// What the operator wants of a box, whatever is heard of it.
//
//   Open ◄──cordon / uncordon──► Cordoned ──drain──► Draining        Open ──drain──► Draining
//     ▲                                                  │
//     └────────────────── cancel-drain ──────────────────┘
//
// Cordoned: nothing new comes. Draining: and what is there moves away. A drained box stays Draining
// until the drain is cancelled or the box deleted.
enum class NodeWish { Open, Cordoned, Draining };

bool can_move(NodeWish from, NodeWish to);

struct Drain {
    OperationId operation;
    std::optional<WallTime> deadline;  // when the operator takes the box away
    WallTime started_at;
    friend bool operator==(const Drain&, const Drain&) = default;
};

struct Node {
    NodeId name;
    SiteId site;
    bool edge = false;
    std::string public_address;  // edges only, without port
    // Of its ACME account, as it told it: edges answer for each other's. Empty: it has none.
    std::string acme_thumbprint;
    NodeState state = NodeState::Expected;
    int number = 0;  // 1…65535, never reused: subnet of the overlay prefix
    // The one-time token: SHA-256 of its secret (hex), until when, and whether a first Sync has
    // used it up.
    std::string token_hash;
    WallTime token_expires_at;
    bool token_used = false;
    // Of the enrolled box.
    std::string key_fingerprint;  // SHA-256 of its public key (SPKI), hex; the certificate must
                                  // carry this key
    WallTime certificate_expires_at;
    WgPublicKey wg_public_key;
    Resources capacity;
    // Free disk the box has at least, as of its last report; a class of disk_class.h, so that few
    // reports change it. Absent: never reported.
    std::optional<Bytes> disk_free;
    std::string agent_version;
    int partitions_made = 0;  // the next partition's host number follows from it; never reused
    NodeWish wish = NodeWish::Open;
    std::optional<Drain> drain;            // exactly while Draining
    HostOrder host_order;                  // what its host wants, as the box told it (host_life.h)
    std::optional<WallTime> paused_since;  // exactly while Paused
    bool pause_lasts = false;              // for so long that its copies move
    std::optional<WallTime> silent_since;  // exactly while Silent or Lost
    bool eviction_held = false;  // its time is over, but too many fell silent with it (node_life.h)
    bool missing_told = false;   // its silence was told to people (node_missing)
    // The end of its certificate that was told to people. Absent: none was.
    std::optional<WallTime> certificate_told;
    // What the box offers. Less than `capacity` while it holds more than that: its capacity follows
    // as copies leave.
    Resources offered;
    std::optional<SeenLine> line;  // absent: never seen in a network that is known
    bool line_differs = false;     // and it is none of the ISP's its site declares (line_check.h)
    Asn line_accepted;             // the operator says that this one is its ISP's all the same
    BoxCare care;                  // as the box told it (box_trust.h)
    BoxClock clock;                // as this master judges it
    Rare<HostRefusals> refuses;    // likewise (refusing.h); none: it takes all
    Revision revision;
    Revision overlay_revision;  // when what its neighbours see last changed
    friend bool operator==(const Node&, const Node&) = default;
};

// Its copies move to other boxes, as its operator or its host wants it, or because it is failing.
bool is_emptied(const Node& node);
// Its operator or its host said so.
bool is_given_up(const Node& node);
// It leads only what nobody else can lead.
inline bool is_barred(const Node& node) { return node.clock.standing == ClockStanding::Barred; }

// When a box was last heard of and what its clock said, for people. Heartbeats touch memory only:
// this is written for all boxes together, once a minute, so that a master that starts again can
// still say it.
struct Sighting {
    NodeId node;
    WallTime seen_at;
    Duration clock_offset{0};  // its wall clock minus ours
    Revision revision;
    // By how much it gains on ours, parts per million. Absent: not watched for long enough.
    std::optional<std::int64_t> clock_rate_ppm = {};
    friend bool operator==(const Sighting&, const Sighting&) = default;
};

struct ReleaseSize {
    SizeName name;
    Resources resources;
    friend bool operator==(const ReleaseSize&, const ReleaseSize&) = default;
};

// The publisher or the operator takes a version back: nothing new is ordered of it. Instances that
// run it go on, and their copies are still made anew where that is needed.
struct Withdrawal {
    WallTime at;
    std::string reason;  // one line, for people
    friend bool operator==(const Withdrawal&, const Withdrawal&) = default;
};

// One published version of a software release, with what the master needs of its release.json
// (parsed by the shell).
struct Release {
    ReleaseName name;
    ReleaseVersion version;
    std::string title;
    AccountId publisher;
    std::string publisher_key;  // Ed25519, base64url
    std::string release_json;   // the exact signed bytes
    std::string signature;      // base64url
    Digest image;
    Bytes image_size;
    std::vector<ReleaseSize> sizes;  // smallest first
    std::string parameters_schema_json;
    int copies_min = 1;
    int copies_max = 1;
    int copies_default = 1;
    int web_port = 0;
    ReleaseKind kind = ReleaseKind::Other;
    std::int64_t sequence =
        0;  // order of publication over all releases: the newest has the highest
    std::optional<Withdrawal> withdrawn;
    WallTime created_at;
    Revision revision;
    friend bool operator==(const Release&, const Release&) = default;
};

struct ReplicationPolicy {
    int replicas = 3;
    std::set<CountryCode> countries;  // empty: anywhere
    int min_countries = 1;
    ReplicationMode mode = ReplicationMode::Synchronous;
    bool allow_same_isp = false;
    ShortOfCopies short_of_copies = ShortOfCopies::StopWrites;
    Patience patience = Patience::Measured;
    friend bool operator==(const ReplicationPolicy&, const ReplicationPolicy&) = default;
};

// A change of leadership under way (drawn in promotion.h).
struct Promotion {
    OperationId operation;
    std::optional<ReplicaIndex> wanted;
    bool force = false;
    WallTime started_at;
    friend bool operator==(const Promotion&, const Promotion&) = default;
};

// Why an instance waits for a better place for a copy, and when it is tried again.
struct RepairWait {
    std::string reason;  // one line, as placement refused
    WallTime retry_at;
    NodeId avoid;  // where a newcomer did not catch up; empty: nowhere
    friend bool operator==(const RepairWait&, const RepairWait&) = default;
};

// Of an instance whose group elects its leader itself.
struct Electing {
    std::string first_record;  // text, of the newest generation; empty: boxes are still awaited
    std::string record;        // newest committed one that its leader reported; empty: none
    // Of its leaders' lines (patience.h): the newest short silence that cost a lead, and until when
    // the group is patient for such.
    std::optional<WallTime> silence_at = {};
    std::optional<WallTime> patient_until = {};
    friend bool operator==(const Electing&, const Electing&) = default;
};

struct Instance {
    InstanceName name;
    AccountId owner;
    ReleaseName release;
    ReleaseVersion version;
    SizeName size;
    std::string parameters_json;
    ReplicationPolicy policy;
    DesiredState desired = DesiredState::Running;
    Fence fence;                         // of the present leadership, or of the attempt under way
    std::optional<ReplicaIndex> leader;  // absent while nobody leads
    std::optional<Fence>
        served;  // newest fence at which its leader was ready: edges route from then on
    Rare<Promotion> promotion;
    std::optional<OperationId> operation;  // the operation that is going on
    std::optional<Sealed> admin_password;  // until it was shown and init has succeeded
    Sealed replication_password;
    Sealed volume_key;         // of all its copies; empty: ordered before volumes were encrypted
    bool initialized = false;  // the founder's init has succeeded
    std::optional<WallTime> password_shown_at;
    int replicas_made = 0;  // index of the next copy; an index is never used again
    Rare<RepairWait> repair_wait;
    Rare<Electing> electing;  // none: the master leads it (promotion.h)
    Rare<Quote> quote;        // none: no price list was in force when it was ordered
    WallTime created_at;
    Revision revision;        // anything changed
    Revision group_revision;  // what its members' boxes must hear of changed
    Revision route_revision;  // what the edges must hear of changed
    friend bool operator==(const Instance&, const Instance&) = default;
};

struct ReplicaKey {
    InstanceName instance;
    ReplicaIndex index;
    friend auto operator<=>(const ReplicaKey&, const ReplicaKey&) = default;
};

// A copy's part in its group (rules in membership.h).
//
//   Learner ──caught up──► Member ──replaced──► Leaving ──others hold what it held──► gone
//      │                     ▲                     │
//      └──not needed──► gone └──── was chosen ─────┘
//
// Members and leaving copies are the set S that promotion counts with. Only members acknowledge
// writes. At most one copy of an instance is not a member: members change one at a time.
enum class Membership { Learner, Member, Leaving };

bool can_move(Membership from, Membership to);

struct Replica {
    ReplicaKey key;
    ReplicaKind kind = ReplicaKind::Data;
    Membership membership = Membership::Member;
    std::optional<ReplicaIndex> replaces;  // of a learner: whose place it takes
    Rare<WallTime> since;                  // since when it is a learner, or leaves
    Rare<Position> leave_after;            // leaving: what the others must hold first
    // Since when its service fails or is unhealthy, without having run well in between.
    Rare<WallTime> failing_since;
    // When its group was to let it lead, and could not (handover.h). Absent: never, or it led
    // since.
    Rare<WallTime> passed_over_at;
    NodeId node;
    int partition_number = 0;  // host part of its overlay address on that node
    Resources reserved;
    bool founder = false;
    Rare<std::string> incarnation;  // of its voter, 32 hex digits, where the group elects
    // That its voter signed two votes of one epoch (common/leadership/evidence_text.h); kept for
    // whoever doubts. The copy is made anew elsewhere.
    Rare<std::string> evidence;
    Observed observed;  // as its box last reported
    Revision revision;
    friend bool operator==(const Replica&, const Replica&) = default;
};

// What an edge told of a leader it followed; of several edges, the first of each moment.
struct Routed {
    NodeId edge;
    WallTime heard_at;
    Duration routed{0};  // since then, by its own clock
    std::optional<Duration> answered;
    friend bool operator==(const Routed&, const Routed&) = default;
};

// One leadership of an instance whose group elects, in the words of the boxes that saw it; each
// tells its part when it can.
struct Takeover {
    InstanceName instance;
    Fence fence;
    std::optional<ReplicaIndex> leader;  // none: only an edge has told yet
    NodeId node;                         // and where that copy was then
    SiteId site;
    std::optional<LeadershipBegin> begin;
    std::optional<LeadershipEnd> end;
    std::optional<Routed> routed;
    Revision revision;
    friend bool operator==(const Takeover&, const Takeover&) = default;
};

enum class OperationKind { Order, Stop, Start, Delete, Promote, Drain, Rebalance };
enum class OperationState { Running, Succeeded, Failed };

struct OperationStep {
    std::string name;
    OperationState state = OperationState::Running;
    std::string detail;
    std::optional<WallTime> started_at;
    std::optional<WallTime> finished_at;
    friend bool operator==(const OperationStep&, const OperationStep&) = default;
};

struct Operation {
    OperationId id;
    OperationKind kind = OperationKind::Order;
    InstanceName instance;  // empty: of a box, or of the whole cloud
    NodeId node;            // of a drain
    int moves_max = 0;      // of a rebalancing: copies it may move
    AccountId owner;
    OperationState state = OperationState::Running;
    std::vector<OperationStep> steps;
    Rare<Error> failure;
    WallTime created_at;
    std::optional<WallTime> finished_at;
    Revision revision;
    friend bool operator==(const Operation&, const Operation&) = default;
};

// The kind of the event with which the life of an instance begins. A name may be given again.
inline constexpr std::string_view ordered_event = "ordered";
// And that with which the life of an account ends; so may its name.
inline constexpr std::string_view account_end_event = "account_deleted";

// What an event is about. An instance and a box may have the same name.
enum class EventAbout { Cloud, Account, Node, Site, Release, PriceList, Instance, Operation };
inline constexpr std::array all_event_abouts{
    EventAbout::Cloud,   EventAbout::Account,   EventAbout::Node,     EventAbout::Site,
    EventAbout::Release, EventAbout::PriceList, EventAbout::Instance, EventAbout::Operation};

// Something that happened, for people. Append-only.
struct Event {
    std::int64_t sequence = 0;  // 1, 2, 3… over the whole cluster
    Revision revision;
    WallTime at;
    std::string kind;  // snake_case
    EventAbout about = EventAbout::Cloud;
    std::string subject;  // name of what it is about; empty: the cloud
    AccountId owner;      // whose that was at that time; empty: only the operator's
    std::string message;
    friend bool operator==(const Event&, const Event&) = default;
};

// What is kept of the answer to a write.
//
//   Plain                       HoldsSecret ──after its short time──► Wiped
//
// An answer with a secret in it (a password, a token) is sealed by the shell, given again for a
// short time only (the first one may have been lost), then wiped. That the request was done stays
// known.
enum class ReplyKind { Plain, HoldsSecret, Wiped };

// A write that was done under a request id, with its rendered answer.
struct RequestRecord {
    AccountId account;
    RequestId id;
    std::string body_hash;  // hex SHA-256 of method and body
    ReplyKind reply_kind = ReplyKind::Plain;
    std::string reply;  // serialized answer, opaque here; empty when wiped
    WallTime at;
    Revision revision;
    friend bool operator==(const RequestRecord&, const RequestRecord&) = default;
};

std::string_view to_text(AccountRole role);
std::string_view to_text(NodeState state);
std::string_view to_text(NodeWish wish);
std::string_view to_text(Membership membership);
std::string_view to_text(OperationKind kind);
std::string_view to_text(EventAbout about);
std::string_view to_text(OperationState state);
std::string_view to_text(ReplyKind kind);
std::optional<AccountRole> account_role_from(std::string_view text);
std::optional<NodeState> node_state_from(std::string_view text);
std::optional<NodeWish> node_wish_from(std::string_view text);
std::optional<Membership> membership_from(std::string_view text);
std::optional<OperationKind> operation_kind_from(std::string_view text);
std::optional<EventAbout> event_about_from(std::string_view text);
std::optional<OperationState> operation_state_from(std::string_view text);
std::optional<ReplyKind> reply_kind_from(std::string_view text);

}  // namespace foyer::master
