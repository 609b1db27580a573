// The doors through which the agent's partition workers act on the box. Implemented by runtime/,
// net/ and volume/, faked in tests.
//
// Every call blocks, may be made from several threads for different partitions at once, is safe to
// repeat, cleans up after itself when it fails, and ends early when `stop` is requested
// (Unavailable). Identity of everything on the box is the PartitionId: after a restart of the agent
// the same calls find what is there.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/log/secret.h"
#include "common/model/assignment.h"
#include "common/model/errand.h"
#include "common/model/release_kind.h"
#include "node-agent/domain/certificate_plan.h"
#include "node-agent/domain/mail_gate.h"
#include "node-agent/domain/zone_plan.h"

namespace foyer::agent {

// What the agent needs of a verified release.json (parsed by runtime/release_file).
struct Release {
    ReleaseName name;
    ReleaseVersion version;
    ReleaseKind kind = ReleaseKind::Other;
    Digest image;  // manifest digest of the OCI image
    std::vector<std::string> command;
    struct Hook {
        std::vector<std::string> command;
        Duration timeout{0};
    };
    // init join promote rejoin position health export; absent: the release has none.
    std::map<std::string, Hook> hooks;
    std::int64_t user_id = 1000;
    std::int64_t group_id = 1000;
    std::map<std::string, int> ports;  // "web" -> 8000, "replication" -> 5432
    bool mail_relay = false;           // its list of egress names the edges' mail relay
    Pids pids;                         // of the assigned size
    Duration stop_timeout{10'000};
    Duration health_period{5'000};
};

// Fetches one blob into `file`, from byte `offset` on (link/ implements it over FetchBlob).
class BlobSource {
public:
    virtual ~BlobSource() = default;
    using Progress = std::function<void(std::int64_t done_bytes, std::int64_t total_bytes)>;
    virtual Status fetch(const Digest& digest, const std::string& file, const Progress& progress,
                         std::stop_token stop) = 0;
};

// Images by digest: fetched once, verified before use, shared by all partitions of the box.
class ImageStore {
public:
    virtual ~ImageStore() = default;
    // Manifest, config and layers fetched, each blob's hash checked, unpacked and ready as a
    // read-only root. Several callers may ask for one image at once: one fetch serves all. Disk
    // full leaves nothing half-unpacked.
    virtual Status ensure(const Digest& image, const BlobSource::Progress& progress,
                          std::stop_token stop) = 0;
    // Removes unpacked images and blobs that no digest of `keep` needs.
    virtual Status collect(const std::vector<Digest>& keep) = 0;
};

enum class ContainerState { Absent, Created, Running, Exited };

struct ContainerStatus {
    ContainerState state = ContainerState::Absent;
    std::optional<int> exit_code;  // of Exited, where it could be learnt
    friend bool operator==(const ContainerStatus&, const ContainerStatus&) = default;
};

struct HookResult {
    int exit_code = 0;          // 0 done, 75 not yet, 124 timed out (killed), else failed
    std::string output;         // standard output, at most 64 KiB
    std::string last_messages;  // last 20 lines of standard error, at most 4 KiB
    bool disk_full = false;     // it did not succeed, and the box's disk has no room left
    friend bool operator==(const HookResult&, const HookResult&) = default;
};

// What lies on the box under a partition's name.
struct FoundPartition {
    PartitionId id;
    WallTime ordered_at;  // Assignment::ordered_at of the first `prepare`; 0: not known
    friend bool operator==(const FoundPartition&, const FoundPartition&) = default;
};

// One partition's container, volume and network.
class PartitionRuntime {
public:
    virtual ~PartitionRuntime() = default;
    // Called for each "step: …" line of a hook.
    using Steps = std::function<void(const std::string& step)>;

    // User range, volume, secrets (memory only), replica.json, network namespace with its address
    // and firewall, OCI bundle. The image is there. Called again with a changed assignment it
    // brings replica.json, secrets and firewall up to date without touching a running service.
    // FailedPrecondition where the data of another order of that name lie.
    virtual Status prepare(const Assignment& assignment, const Release& release) = 0;
    // Runs a hook with the service stopped: a container of the same shape, whose command is the
    // hook.
    virtual Result<HookResult> run_stopped_hook(const PartitionId& id, const Release& release,
                                                const std::string& hook, const Steps& steps,
                                                std::stop_token stop) = 0;
    // Runs a hook inside the running container.
    virtual Result<HookResult> run_live_hook(const PartitionId& id, const Release& release,
                                             const std::string& hook, const Steps& steps,
                                             std::stop_token stop) = 0;
    virtual Status start(const PartitionId& id, const Release& release) = 0;
    // SIGHUP: replica.json changed.
    virtual Status reload(const PartitionId& id) = 0;
    // SIGTERM, then SIGKILL after the release's stop_timeout; returns when no process is left.
    virtual Status stop(const PartitionId& id, const Release& release) = 0;
    // SIGKILL at once; returns when no process is left (a fence must not wait for politeness).
    virtual Status kill(const PartitionId& id) = 0;
    virtual Result<ContainerStatus> status(const PartitionId& id) = 0;
    // Stops what runs and removes volume, network, bundle, secrets, cgroup. Nothing is left.
    virtual Status erase(const PartitionId& id) = 0;
    // Everything of ours found on the box, running or not: the agent adopts before it changes
    // anything.
    virtual Result<std::vector<FoundPartition>> list() = 0;
};

// What an errand asks of a partition, while its worker goes on. Thread-safe.
class PartitionConsole {
public:
    virtual ~PartitionConsole() = default;
    // NotFound: it was never begun here. InvalidArgument: a place this box never gave.
    virtual Result<LogPart> read_log(const PartitionId& id, const ReadLog& wanted,
                                     std::stop_token stop) = 0;
    // As a hook runs inside the service. FailedPrecondition: it does not run.
    virtual Result<ProgramEnd> run_program(const PartitionId& id, const RunProgram& wanted,
                                           std::stop_token stop) = 0;
};

// Ends what a leader serves when its lease is over, although the agent hangs: two fences that know
// nothing of each other. The kernel's: the partition's traffic, established connections included,
// stops passing the box's network. The killer's: its processes get SIGKILL from a process of its
// own (node-agent/fence). Either lives on when the agent is stopped, frozen or killed.
//
// A partition for which none of these was ever called, or `forget` was, is not under the fences.
// Unlike the other doors: no call waits for a disk, each takes less than a millisecond; the first
// that finds the killer dead or hanging at most a second, others then fail at once until it is up.
// For ten seconds after a deadline whatever comes up in the partition dies too: extend or lift
// before it is started again. The kernel's fence is gone after a reboot of the machine: a copy of a
// group is closed, lifted or extended before its service is started. Thread-safe. Repeating is
// safe. The box's network is there (a first `prepare`), else FailedPrecondition.
class LeaseFences {
public:
    virtual ~LeaseFences() = default;
    enum class Gate { Closed, Open };  // whether clients pass to the `web` port; replication does

    // This copy leads, or may: it lives, and its traffic passes, only until `until`
    // (CLOCK_BOOTTIME). Called again each second with a later time; an earlier one counts too.
    // Gate::Closed also cuts clients that are connected. An error means that a fence did not take
    // it: the lease counts as not renewed, and what was promised before stays. DeadlineExceeded:
    // `until` is past, and the fences have fallen; InvalidArgument: further away than any lease.
    virtual Status extend(const PartitionId& id, MonoTime until, Gate clients) = 0;
    // This copy follows: its traffic passes without a lease and nobody kills it. Clients do not
    // pass. After an error nothing is known of what it may do: repeat before it is started.
    virtual Status lift(const PartitionId& id) = 0;
    // Not known yet what it is (a restarted agent), or it must be silent: nothing passes. A
    // deadline of the killer stays.
    virtual Status close(const PartitionId& id) = 0;
    // Its processes are dead, or only follow: nothing passes, and nobody kills what is started now.
    virtual Status silence(const PartitionId& id) = 0;
    // As if it had never been under the fences; also for a partition that was erased.
    virtual Status forget(const PartitionId& id) = 0;
};

// The box's place on the overlay: tunnels to the edges (homes), or to every box (edges).
class Overlay {
public:
    virtual ~Overlay() = default;
    // Brings interfaces, keys, peers, addresses and routes to the wish. Running traffic of
    // unchanged peers is not disturbed.
    virtual Status apply(const NodeSettings& settings,
                         const std::map<NodeId, OverlayPeer>& peers) = 0;
    // Homes: probes the edges and prefers one that answers. Called once a second or so; cheap.
    virtual void tend(MonoTime now) = 0;
    // Peer -> seconds since its last handshake; absent: never.
    virtual std::map<NodeId, std::int64_t> handshake_ages() = 0;
};

// Customers' own names at an edge.
struct EdgeDomains {
    // In the order of their turns (domain/acme_turns.h): what every edge answers challenges by.
    std::vector<std::string> thumbprints;
    Duration turn{60'000};
    std::map<std::string, std::string> hostnames;  // the instance's own, by name of a customer's
    struct Certificate {
        std::string file;      // PEM, chain and key
        CertificateSpan span;  // another one: the file has new content
        friend bool operator==(const Certificate&, const Certificate&) = default;
    };
    std::map<std::string, Certificate> certificates;  // by name
    friend bool operator==(const EdgeDomains&, const EdgeDomains&) = default;
};

// Edges only: names, certificate and backends of the TLS proxy.
class EdgeProxy {
public:
    virtual ~EdgeProxy() = default;
    // Certificate chain and key of "*.<zone>", PEM.
    virtual Status set_certificate(const std::string& chain_pem, const std::string& key_pem) = 0;
    // Brings the proxy to these routes; changes of a backend take effect without a reload and
    // without dropping other connections.
    virtual Status apply(const std::map<std::string, EdgeRoute>& routes) = 0;
    // The proxy process is up (it is started again when it died; this says whether it answers).
    virtual Status check() = 0;
    // How many answers, none of them a 5xx, the servers of this name gave to clients since the
    // proxy started. NotFound: no such name.
    virtual Result<std::uint64_t> answers(const std::string& hostname) = 0;
    // Customers' names lead where their hostnames do, with certificates of their own; on the port
    // of plain HTTP, ACME's challenges for them are answered and everything else is sent to https.
    // FailedPrecondition: served, but there is no such port here, so authorities see no answers.
    // Unavailable: they are served when the proxy comes up.
    virtual Status serve_domains(const EdgeDomains& domains) = 0;
    // This box is no edge any more: ends the proxy, closes its listener, and removes names, fences
    // and certificate. Cheap when there is nothing.
    virtual Status stop() = 0;
};

// Edges only: the name server that answers for the zone.
class ZoneServer {
public:
    virtual ~ZoneServer() = default;
    // Brings it to this zone: started when it is not there, else told without losing a question.
    // Its serial only ever grows. Names that are none below the zone are left out.
    virtual Status apply(const ZoneWish& wish) = 0;
    // It answers, with what it was told last; started again when it died.
    virtual Status check() = 0;
    // Ends it and removes what it kept, but not its serial. Cheap when there is nothing.
    virtual Status stop() = 0;
    virtual std::uint32_t serial() const = 0;  // 0: none yet
};

// Edges only: the program that takes mail from copies, signs it and delivers it.
class MailRelay {
public:
    virtual ~MailRelay() = default;
    // Brings it to this plan: keys, address; started when it is not there. FailedPrecondition:
    // nobody turned mail on here, or it is not installed.
    virtual Status apply(const MailPlan& plan) = 0;
    // It runs, started again when it died; what waits is tried once in a while.
    virtual Status check() = 0;
    // Waits at most so long for a question of the program and answers it. Without apply() it only
    // waits.
    virtual void answer(Duration at_most,
                        const std::function<std::string(const std::string&)>& answer) = 0;
    struct Queue {
        int messages = 0;
        Bytes size;
        bool full = false;
    };
    virtual Queue queue() = 0;
    // Ends it and removes keys and configuration; mail that waits stays for a later relay. Cheap
    // when there is nothing.
    virtual Status stop() = 0;
};

// Asks an ACME authority, with an account of this edge's own.
class AcmeClient {
public:
    virtual ~AcmeClient() = default;
    // Of the account's key, which is made the first time. FailedPrecondition: nobody turned ACME on
    // here.
    virtual Result<std::string> thumbprint() = 0;
    struct Issued {
        std::string chain_pem;
        Secret<std::string> key_pem;
        CertificateSpan span;
    };
    // One order from its beginning to its end, at most `limit` long; the challenges are answered by
    // the edges' proxies. ResourceExhausted: the authority was asked too often.
    virtual Result<Issued> order(const std::string& name, Duration limit, std::stop_token stop) = 0;
};

// Certificates of customers' names on this edge's disk, keys and all, and what became of orders.
class CertificateShelf {
public:
    virtual ~CertificateShelf() = default;
    // What an earlier agent kept; what cannot be read is as if it never was.
    virtual NameRecords load() = 0;
    // Where its certificate lies; empty: there is none.
    virtual std::string file(const std::string& name) const = 0;
    virtual Status put(const std::string& name, const AcmeClient::Issued& issued) = 0;
    virtual Status erase(const std::string& name) = 0;
    // What became of orders; certificates are kept by put().
    virtual Status note(const NameRecords& records) = 0;
};

// Whether an edge serves the zone's names at this address, as a browser would find it. Takes at
// most two seconds; may be called from several threads at once.
using EdgeProbe = std::function<Status(const std::string& address, const std::string& zone)>;

// Free space, and what the machine has.
class BoxMeter {
public:
    virtual ~BoxMeter() = default;
    virtual Result<Resources> measure() = 0;
    virtual std::int64_t disk_free_bytes() = 0;
};

}  // namespace foyer::agent
