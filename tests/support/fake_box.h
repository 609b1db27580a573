// A box in memory: everything behind the doors of node-agent/app/ports.h, with faults on demand.
// Thread-safe.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "node-agent/app/journal.h"
#include "node-agent/app/ports.h"

namespace foyer::test {

struct FakePartition {
    bool prepared = false;
    bool running = false;
    bool exited = false;
    Assignment replica_json;
    Assignment running_as;
    bool leads = false;
};

class FakeBox final : public agent::ImageStore,
                      public agent::PartitionRuntime,
                      public agent::Overlay,
                      public agent::EdgeProxy,
                      public agent::BoxMeter {
public:
    // What was done, in order: "prepare acme-0".
    std::vector<std::string> deeds() const {
        const std::scoped_lock lock(mutex_);
        return deeds_;
    }
    int count(const std::string& deed) const {
        const std::scoped_lock lock(mutex_);
        int found = 0;
        for (const std::string& done : deeds_) found += done == deed ? 1 : 0;
        return found;
    }
    // How often a hook of a running copy was begun; positions and health are no deeds.
    int asked(const std::string& hook) const {
        const std::scoped_lock lock(mutex_);
        const auto at = asked_.find(hook);
        return at == asked_.end() ? 0 : at->second;
    }
    // The next `times` calls of this deed ("start acme-0", "init acme-0", "image") fail.
    void fail(const std::string& deed, int times,
              Error how = error(ErrorCode::Unavailable, "told to fail")) {
        const std::scoped_lock lock(mutex_);
        failures_[deed] = {times, std::move(how)};
    }
    // Hooks named so answer this status instead of 0, until told otherwise.
    void hook_status(const std::string& hook, int status) {
        const std::scoped_lock lock(mutex_);
        hook_status_[hook] = status;
    }
    // What this hook of a running copy prints, instead of the truth; empty: the truth.
    void say(const std::string& hook, const std::string& output) {
        const std::scoped_lock lock(mutex_);
        says_[hook] = output;
    }
    // This deed blocks until released or stopped.
    void block(const std::string& deed) {
        const std::scoped_lock lock(mutex_);
        blocked_.insert(deed);
    }
    void release(const std::string& deed) {
        const std::scoped_lock lock(mutex_);
        blocked_.erase(deed);
        wake_.notify_all();
    }
    void crash(const std::string& partition) {
        const std::scoped_lock lock(mutex_);
        partitions_[partition].running = false;
        partitions_[partition].exited = true;
    }
    FakePartition partition(const std::string& name) const {
        const std::scoped_lock lock(mutex_);
        const auto at = partitions_.find(name);
        return at == partitions_.end() ? FakePartition{} : at->second;
    }
    std::set<std::string> names() const {
        const std::scoped_lock lock(mutex_);
        std::set<std::string> names;
        for (const auto& [name, partition] : partitions_) names.insert(name);
        return names;
    }

    Status ensure(const Digest&, const agent::BlobSource::Progress& progress,
                  std::stop_token stop) override {
        progress(1, 2);
        return deed("image", std::move(stop));
    }
    Status collect(const std::vector<Digest>&) override { return ok_status(); }

    Status prepare(const Assignment& assignment, const agent::Release&) override {
        TRY(deed("prepare " + assignment.partition.str()));
        const std::scoped_lock lock(mutex_);
        FakePartition& partition = partitions_[assignment.partition.str()];
        if (is_other_order(partition.replica_json.ordered_at, assignment.ordered_at))
            return error(ErrorCode::FailedPrecondition, "holds the data of another order");
        partition.prepared = true;
        partition.replica_json = assignment;
        return ok_status();
    }
    Result<agent::HookResult> run_stopped_hook(const PartitionId& id, const agent::Release&,
                                               const std::string& hook, const Steps& steps,
                                               std::stop_token stop) override {
        steps("restoring");
        TRY(deed(hook + " " + id.str(), std::move(stop)));
        return hook_result(hook);
    }
    Result<agent::HookResult> run_live_hook(const PartitionId& id, const agent::Release&,
                                            const std::string& hook, const Steps&,
                                            std::stop_token stop) override {
        if (hook != "health" && hook != "position")
            TRY(deed(hook + " " + id.str(), std::move(stop)));
        agent::HookResult result = hook_result(hook);
        const std::scoped_lock lock(mutex_);
        ++asked_[hook];
        FakePartition& partition = partitions_[id.str()];
        if (!partition.running) return error(ErrorCode::FailedPrecondition, "not running");
        if (hook == "promote" && result.exit_code == 0) {
            partition.leads = true;
            partition.running_as = partition.replica_json;
        }
        if (hook == "health") result.output = health_;
        if (hook == "position") {
            result.output = std::string(R"({"role":")") +
                            (partition.leads ? "primary" : "standby") + R"(","epoch":)" +
                            std::to_string(partition.running_as.fence.epoch.number()) +
                            R"(,"flushed_bytes":4096,"receiving":)" +
                            (partition.leads ? "false" : "true") + "}";
        }
        if (const auto said = says_.find(hook); said != says_.end() && !said->second.empty())
            result.output = said->second;
        return result;
    }
    void health(const std::string& json) {
        const std::scoped_lock lock(mutex_);
        health_ = json;
    }
    Status start(const PartitionId& id, const agent::Release&) override {
        TRY(deed("start " + id.str()));
        const std::scoped_lock lock(mutex_);
        FakePartition& partition = partitions_[id.str()];
        if (!partition.prepared) return error(ErrorCode::FailedPrecondition, "not prepared");
        partition.running = true;
        partition.exited = false;
        partition.running_as = partition.replica_json;
        partition.leads = partition.replica_json.role == ReplicaRole::Primary;
        return ok_status();
    }
    Status reload(const PartitionId& id) override {
        TRY(deed("reload " + id.str()));
        const std::scoped_lock lock(mutex_);
        partitions_[id.str()].running_as = partitions_[id.str()].replica_json;
        return ok_status();
    }
    Status stop(const PartitionId& id, const agent::Release&) override { return end("stop", id); }
    Status kill(const PartitionId& id) override { return end("kill", id); }
    Result<agent::ContainerStatus> status(const PartitionId& id) override {
        const std::scoped_lock lock(mutex_);
        const auto at = partitions_.find(id.str());
        if (at == partitions_.end()) return agent::ContainerStatus{};
        if (at->second.running) return agent::ContainerStatus{agent::ContainerState::Running, {}};
        if (at->second.exited) return agent::ContainerStatus{agent::ContainerState::Exited, 1};
        return agent::ContainerStatus{};
    }
    Status erase(const PartitionId& id) override {
        TRY(deed("erase " + id.str()));
        const std::scoped_lock lock(mutex_);
        partitions_.erase(id.str());
        return ok_status();
    }
    Result<std::vector<agent::FoundPartition>> list() override {
        const std::scoped_lock lock(mutex_);
        std::vector<agent::FoundPartition> found;
        for (const auto& [name, partition] : partitions_)
            found.push_back({PartitionId(name), partition.replica_json.ordered_at});
        return found;
    }

    Status apply(const NodeSettings&, const std::map<NodeId, OverlayPeer>&) override {
        return deed("overlay");
    }
    void tend(MonoTime) override {}
    std::map<NodeId, std::int64_t> handshake_ages() override { return {}; }
    Status set_certificate(const std::string&, const std::string&) override {
        return deed("certificate");
    }
    Status apply(const std::map<std::string, EdgeRoute>&) override { return deed("routes"); }
    Status check() override { return ok_status(); }
    Status serve_domains(const agent::EdgeDomains&) override { return ok_status(); }
    Result<std::uint64_t> answers(const std::string&) override {
        const std::scoped_lock lock(mutex_);
        return answers_;
    }
    void answer_client() {
        const std::scoped_lock lock(mutex_);
        ++answers_;
    }
    Status stop() override { return deed("no edge"); }
    Result<Resources> measure() override {
        return Resources{Millicores(4000), gibibytes(8), gibibytes(100), KbitPerSecond(20'000)};
    }
    std::int64_t disk_free_bytes() override {
        const std::scoped_lock lock(mutex_);
        return disk_free_bytes_;
    }
    // Hooks that do not succeed say that the disk is full while less than that is left: 4 MiB.
    void leave_disk(Bytes free) {
        const std::scoped_lock lock(mutex_);
        disk_free_bytes_ = free.count();
    }

private:
    struct Failure {
        int times = 0;
        Error how;
    };
    Status deed(const std::string& name, std::stop_token stop = {}) {
        std::unique_lock lock(mutex_);
        deeds_.push_back(name);
        const bool released = wake_.wait(lock, stop, [&] { return !blocked_.contains(name); });
        if (!released) return error(ErrorCode::Unavailable, "interrupted");
        Failure& failure = failures_[name];
        if (failure.times == 0) return ok_status();
        failure.times -= 1;
        return failure.how;
    }
    Status end(const std::string& how, const PartitionId& id) {
        TRY(deed(how + " " + id.str()));
        const std::scoped_lock lock(mutex_);
        FakePartition& partition = partitions_[id.str()];
        partition.running = partition.leads = false;
        partition.exited = true;
        return ok_status();
    }
    agent::HookResult hook_result(const std::string& hook) {
        const std::scoped_lock lock(mutex_);
        const int status = hook_status_[hook];
        return {status, "", "still busy", status != 0 && disk_free_bytes_ < mebibytes(4).count()};
    }

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    std::vector<std::string> deeds_;
    std::map<std::string, FakePartition> partitions_;
    std::map<std::string, Failure> failures_;
    std::map<std::string, int> hook_status_, asked_;
    std::map<std::string, std::string> says_;
    std::set<std::string> blocked_;
    std::int64_t disk_free_bytes_ = gibibytes(50).count();
    std::uint64_t answers_ = 0;
    std::string health_ = R"({"healthy":true,"ready":true,"detail":""})";
};

// Keeps what was saved; survives the agent it served.
class MemoryJournal final : public agent::Journal {
public:
    Status save(const DesiredNode& desired, const agent::Removals& removed,
                const std::string& agent_version) override {
        const std::scoped_lock lock(mutex_);
        if (refusal_) return *refusal_;
        recovered_.desired = desired;
        recovered_.removed = removed;
        recovered_.agent_version = agent_version;
        return ok_status();
    }
    Status save(const agent::LocalState& local) override {
        const std::scoped_lock lock(mutex_);
        recovered_.partitions[local.partition] = local;
        return ok_status();
    }
    Status forget(const PartitionId& partition) override {
        const std::scoped_lock lock(mutex_);
        recovered_.partitions.erase(partition);
        return ok_status();
    }
    Status keep(const agent::KeptTakeovers& kept) override {
        const std::scoped_lock lock(mutex_);
        recovered_.takeovers = kept;
        return ok_status();
    }
    Status keep(const HostOrder& host) override {
        const std::scoped_lock lock(mutex_);
        if (refusal_) return *refusal_;
        recovered_.host = host;
        return ok_status();
    }
    Status keep(const HostRefusals& refuses) override {
        const std::scoped_lock lock(mutex_);
        if (refusal_) return *refusal_;
        recovered_.refuses = refuses;
        return ok_status();
    }
    // Wishes cannot be written down until it is called with nothing.
    void refuse(std::optional<Error> why) {
        const std::scoped_lock lock(mutex_);
        refusal_ = std::move(why);
    }
    void lose_desired() {
        const std::scoped_lock lock(mutex_);
        recovered_.desired = {};
        recovered_.removed.clear();
        recovered_.desired_lost = true;
    }
    // As if the agent had died before the partition's own journal knew what the wish knew.
    void hold_back(const agent::LocalState& local) {
        const std::scoped_lock lock(mutex_);
        recovered_.partitions[local.partition] = local;
    }
    agent::Recovered recovered() const {
        const std::scoped_lock lock(mutex_);
        return recovered_;
    }

private:
    mutable std::mutex mutex_;
    agent::Recovered recovered_;
    std::optional<Error> refusal_;
};

// A release with every hook.
inline Result<agent::Release> fake_release(const Assignment&) {
    agent::Release release;
    release.name = ReleaseName("echo");
    release.image = Digest("sha256:" + std::string(64, 'a'));
    for (const char* hook : {"init", "join", "rejoin", "promote", "position", "health"})
        release.hooks[hook] = {{hook}, Duration(1000)};
    release.health_period = Duration(20);
    return release;
}

}  // namespace foyer::test
