// Everything that can be asked of the core. A command holds all that the outside knows (ids,
// hashes, sealed secrets, parsed documents), so that decide() needs nothing but the state and the
// time. Who may ask is checked at the border, by the route table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/one_of.h"
#include "common/model/domain.h"
#include "master/domain/applications.h"
#include "master/domain/change.h"
#include "master/domain/contacts.h"
#include "master/domain/domains.h"
#include "master/domain/exclusion.h"
#include "master/domain/logins.h"
#include "master/domain/rows.h"
#include "master/domain/webhooks.h"

namespace foyer::master {

struct CreateAccount {
    AccountId name;
    std::set<AccountRole> roles;
    Quota quota = {};
    CountryCode country = {};
};

// All of it, as it is to be.
struct UpdateAccount {
    AccountId name;
    std::set<AccountRole> roles;
    Quota quota;
    CountryCode country = {};
};

// With its tokens, and what was answered and done for it.
struct DeleteAccount {
    AccountId name;
    AccountId by;  // who asks: nobody deletes himself
};

struct CreateToken {
    TokenId id;
    AccountId account;
    std::string secret_hash;
    std::string note;
    Duration valid{0};
    std::set<AccountRole> scopes = {};  // empty: all that its maker may give
    bool read_only = false;
    TokenId maker = {};  // the token of who asks; empty: the master itself
};

struct RevokeToken {
    TokenId id;
    TokenId by;              // the token of who asks
    bool with_made = false;  // and those made with it, and with those
};

struct CreateIsp {
    IspId name;
    IspFamilyId family;  // empty: its own name
    std::vector<Asn> asns = {};
    std::optional<IspTerms> terms = {};
};

// Its networks and terms as they are to be; boxes on its lines are judged anew (line_check.h).
struct UpdateIsp {
    IspId name;
    std::vector<Asn> asns;
    std::optional<IspTerms> terms;
};

struct DeleteIsp {
    IspId name;
};

struct CreateHost {
    HostId name;
};

struct DeleteHost {
    HostId name;
};

struct CreateSite {
    SiteId name;
    IspId isp;
    CountryCode country;
    HostId host;
    HostClass host_class = HostClass::Open;
};

struct DeleteSite {
    SiteId name;
};

struct CreateNodeToken {
    SiteId site;
    NodeId node;  // empty: the site's name and a number
    bool edge = false;
    std::string public_address;
    std::string token_hash;
    Duration valid{0};
};

struct DeleteNode {
    NodeId name;
};

// The network that a box was seen in is its ISP's, whatever the register says.
struct AcceptLine {
    NodeId name;
};

// A box with a token. The shell has checked the CSR's own signature.
struct EnrolNode {
    std::string token_hash;
    std::string key_fingerprint;
    WgPublicKey wg_public_key;
    Resources capacity;
    std::string agent_version;
    WallTime certificate_expires_at;
    std::optional<WallTime> clock;         // the box's own; absent: an older agent
    std::optional<AutonomousSystem> line;  // of the address it called from; absent: not known
};

// A box whose host takes it out of the cloud (host_life.h) holds its receipt: it is forgotten.
struct LeaveNode {
    NodeId name;
};

struct RenewNode {
    NodeId name;
    std::string key_fingerprint;
    WallTime certificate_expires_at;
};

struct PublishRelease {
    Release release;  // sequence, created_at and revision are set by the decision
};

// Nothing new is ordered of this version any more.
struct WithdrawRelease {
    ReleaseName name;
    ReleaseVersion version;
    std::string reason;
    std::optional<AccountId> publisher;  // who asks; absent: the operator, who may withdraw all
};

// Orders are quoted from it once it is valid.
// Only one that has not begun: orders may be quoted from the others.
struct DeletePriceList {
    PriceListName name;
};

struct PublishPriceList {
    PriceList list;        // created_at and revision are set by the decision
    bool at_once = false;  // valid_from is set too
};

struct OrderInstance {
    InstanceName name;
    AccountId owner;
    ReleaseName release;
    ReleaseVersion version;       // empty: the newest
    SizeName size;                // empty: the smallest
    std::string parameters_json;  // valid under the schema of exactly `checked_version`
    ReleaseVersion checked_version;
    std::optional<int> replicas;  // absent: the release's default
    std::set<CountryCode> countries;
    int min_countries = 1;
    ReplicationMode mode = ReplicationMode::Synchronous;
    bool allow_same_isp = false;
    std::optional<ShortOfCopies> short_of_copies;  // absent: as the mode has it
    Patience patience = Patience::Measured;
    std::optional<Cents> expected;     // what it may cost a month; absent: whatever it costs
    Reader reader = Reader::Customer;  // of a refusal
    OperationId operation;
    Sealed admin_password;
    Sealed replication_password;
    Sealed volume_key;
};

struct StopInstance {
    InstanceName name;
    OperationId operation;
    AccountId owner = {};  // whose it must be; empty: whoever's, an operator asks
};

struct StartInstance {
    InstanceName name;
    OperationId operation;
    AccountId owner = {};  // whose it must be; empty: whoever's, an operator asks
};

struct DeleteInstance {
    InstanceName name;
    OperationId operation;
    AccountId owner = {};  // whose it must be; empty: whoever's, an operator asks
};

struct PromoteInstance {
    InstanceName name;
    std::optional<ReplicaIndex> index;
    bool accept_data_loss = false;
    OperationId operation;
    AccountId by;          // who asks, for the history
    AccountId owner = {};  // whose it must be; empty: whoever's, an operator asks
};

// The owner was shown the password.
struct RevealInstance {
    InstanceName name;
    AccountId owner = {};  // whose it must be; empty: whoever's, an operator asks
};

// A program is about to be run inside a copy, by whom the audit log tells.
struct ExecInstance {
    InstanceName name;
    std::optional<ReplicaIndex> index;  // absent: the one that leads
    std::vector<std::string> program;   // and its arguments
    AccountId by;
};

// What a box says: changed observations, erased partitions, capacity, free disk. `first` is the
// first Sync of a node: its token is used up.
struct ReportNode {
    NodeId node;
    std::vector<PartitionObservation> observations;
    bool observations_full = false;
    std::vector<PartitionId> erased;
    std::optional<Resources> capacity;
    std::optional<Bytes> disk_free;  // absent: unknown
    std::string agent_version;       // empty: unchanged
    Revision applied;                // edges: what it serves
    std::vector<LeadershipReport> leaderships;
    std::vector<RoutingReport> routings;   // of an edge
    std::optional<DomainsReport> domains;  // of an edge; absent: nothing new
    std::optional<HostOrder> host;         // absent: nothing new
    std::optional<BoxCare> care;           // absent: nothing new
    std::optional<UpgradeReport> upgrade;  // absent: nothing new
    std::optional<HostRefusals> refuses;   // absent: nothing new
    std::optional<AutonomousSystem> line;  // of the address it calls from; absent: nothing new
};

// Boxes that have not been heard of for the silence time, found by the shell's scan of last-seen
// times.
struct MarkSilent {
    std::vector<NodeId> nodes;
};

// When boxes were last heard of, to be kept; the shell sends it once a minute.
struct NoteSightings {
    std::vector<Sighting> seen;  // their revision is set by the decision
};

// Forget what is older than it has to be kept: records of requests, secrets in recorded answers,
// operations and tokens that ended.
struct ForgetOld {
    WallTime requests_before;
    WallTime secrets_before;
    WallTime operations_before;
    WallTime tokens_before = {};
};

// Nothing new comes to this box.
struct CordonNode {
    NodeId name;
};

struct UncordonNode {
    NodeId name;
};

// And what is there moves away, each copy once its replacement has caught up.
struct DrainNode {
    NodeId name;
    Duration deadline{0};  // from now, when the box will be taken away; 0: none
    OperationId operation;
    AccountId owner;  // who asked, and may watch
};

struct CancelDrain {
    NodeId name;
};

// Standbys move until the boxes carry their share, or `moves_max` of them have (balance.h).
struct StartRebalance {
    int moves_max = 0;  // 1…200
    OperationId operation;
    AccountId owner;
};

// What has moved stays, what is on its way is given up unless it has caught up.
struct StopRebalance {};

// The publisher's word on a package of the agent, whose blob is there.
struct PublishAgentRelease {
    AgentRelease release;
};

// All boxes that take part get this version, by the rules of upgrades.h.
struct StartUpgrade {
    std::string version;
    int at_most = 0;          // boxes at once; 0: as the share says
    int at_most_percent = 0;  // of all boxes, and always one; 0 in both: the default share
    std::vector<NodeId> canaries;
    Duration observe{0};  // of the canaries; 0: the default
};

struct SteerUpgrade {
    enum class Wish { Pause, Resume, Back };
    Wish wish = Wish::Pause;
};

// Time passed: silent boxes grow old, repairs go on. Bounded; Reply::more asks for another one.
struct Tick {
    // Since when this master has been listening without a break: since its start, since the
    // database or the clock was last away.
    WallTime hearing_since;
};

// An order was refused for the account's quota, which nobody else hears of. Told once an hour.
struct NoteRefusedOrder {
    AccountId account;
    std::string detail;
};

// Whose certificate is about to end; each end is told once. Sent once an hour.
struct LookAtCertificates {
    Duration node_warning{0};  // so long before its end, a box should have renewed its own
    std::optional<WallTime> master_ends;  // the first of the master's own to end
};

struct Command
    : OneOf<CreateAccount, UpdateAccount, DeleteAccount, CreateToken, RevokeToken, CreateIsp,
            UpdateIsp, AcceptLine, DeleteIsp, CreateHost, DeleteHost, CreateSite, DeleteSite,
            CreateNodeToken, DeleteNode, EnrolNode, LeaveNode, RenewNode, PublishRelease,
            WithdrawRelease, PublishPriceList, DeletePriceList, OrderInstance, StopInstance,
            StartInstance, DeleteInstance, PromoteInstance, RevealInstance, ExecInstance,
            ReportNode, MarkSilent, CordonNode, UncordonNode, DrainNode, CancelDrain,
            StartRebalance, StopRebalance, PublishAgentRelease, StartUpgrade, SteerUpgrade, Tick,
            NoteSightings, ForgetOld, CreateWebhook, DeleteWebhook, EnableWebhook, NoteWebhooks,
            CreateMember, UpdateMember, InviteMember, DeleteMember, OpenSession, CloseSession,
            AcceptInvitation, ChangePassword, StartTotp, ConfirmTotp, RemoveTotp, LinkIdentity,
            AddContact, ChangeContact, RemoveContact, RenewContactCode, CountContactTry,
            ConfirmContact, NoteMails, NoteRefusedOrder, LookAtCertificates, CreateDomain,
            DeleteDomain, NoteDomains, MakeZoneMailKey, SendApplication, WithdrawApplication,
            ApproveApplication, RejectApplication> {
    using OneOf::OneOf;
};

// What the shell needs to render the answer: which row the command made or changed. The row itself
// is in the state after the changes.
struct Reply {
    std::string subject;  // name of the account, token, ISP, host, site, node, release or instance
    std::optional<OperationId> operation;  // to be watched
    ReleaseVersion version;                // of a release
    std::vector<std::string> warnings;     // for people
    std::vector<TokenId> revoked;          // by it
    bool more = false;                     // of a tick or a clean-up: there is more to do
    friend bool operator==(const Reply&, const Reply&) = default;
};

struct Decision {
    Changes changes;  // empty: nothing to do, and nothing to commit
    Reply reply;
    friend bool operator==(const Decision&, const Decision&) = default;
};

}  // namespace foyer::master
