// A box's journal with the semantics of a disk: what was synced survives a power cut, the rest does
// not; secrets are in memory and die with the power; a full or read-only disk refuses.
#pragma once

#include <optional>

#include "node-agent/app/journal.h"

namespace foyer::sim {

class SimJournal final : public agent::Journal {
public:
    enum class Death { None, BeforeWriting, AfterWriting };

    Status save(const DesiredNode& desired, const agent::Removals& removed,
                const std::string& agent_version) override {
        TRY(may_write());
        secrets_.clear();
        secret_names_.clear();
        if (forgets_to_sync) synced_desired_ = desired_;
        desired_ = desired;
        for (auto& [partition, assignment] : desired_->assignments) {
            secrets_[partition] = assignment.secrets;
            for (const auto& [name, secret] : assignment.secrets.by_name)
                secret_names_[partition].insert(name);
            assignment.secrets = {};
        }
        removed_ = removed;
        agent_version_ = agent_version;
        if (!forgets_to_sync) {
            synced_desired_ = desired_;
            synced_removed_ = removed_;
        }
        died();
        return ok_status();
    }
    Status save(const agent::LocalState& local) override {
        TRY(may_write());
        if (forgets_to_sync && partitions_.contains(local.partition))
            synced_partitions_[local.partition] = partitions_[local.partition];
        partitions_[local.partition] = local;
        if (!forgets_to_sync) synced_partitions_[local.partition] = local;
        died();
        return ok_status();
    }
    // Groups do not elect there.
    Status keep(const agent::KeptTakeovers&) override { return ok_status(); }
    Status keep(const HostOrder& host) override {
        TRY(may_write());
        host_ = host;
        return ok_status();
    }
    Status keep(const HostRefusals& refuses) override {
        TRY(may_write());
        refuses_ = refuses;
        return ok_status();
    }
    Status forget(const PartitionId& partition) override {
        TRY(may_write());
        partitions_.erase(partition);
        if (!forgets_to_sync) synced_partitions_.erase(partition);
        died();
        return ok_status();
    }

    // The agent dies around its `saves`-th save from now.
    void die_at(int saves, Death death) {
        saves_left_ = saves;
        death_ = death;
    }
    void die_no_more() { death_ = Death::None; }
    void agent_is_dead() { dead_ = true; }
    bool dead() const { return dead_; }

    // A new agent begins with what is found.
    agent::Recovered recovered() {
        dead_ = false;
        death_ = Death::None;
        agent::Recovered found;
        found.desired_lost = !desired_;
        if (desired_) found.desired = *desired_;
        for (auto& [partition, assignment] : found.desired.assignments) {
            const auto kept = secrets_.find(partition);
            if (kept != secrets_.end()) {
                assignment.secrets = kept->second;
            } else if (!secret_names_[partition].empty()) {
                found.without_secrets[partition] = secret_names_[partition];
            }
        }
        if (!forgets_removals) found.removed = removed_;
        found.agent_version = agent_version_;
        found.host = host_;
        found.refuses = refuses_;
        found.partitions = partitions_;
        if (forgets_led)
            for (auto& [partition, local] : found.partitions) local.led = false;
        return found;
    }
    void power_cut() {
        desired_ = synced_desired_;
        removed_ = synced_removed_;
        partitions_ = synced_partitions_;
        secrets_.clear();
    }

    // A file that cannot be read is put aside.
    void corrupt_desired() {
        desired_.reset();
        synced_desired_.reset();
        removed_.clear();
        synced_removed_.clear();
    }
    void corrupt_partition(const PartitionId& partition) {
        agent::LocalState unknown{.partition = partition};
        unknown.led.reset();
        partitions_[partition] = unknown;
        synced_partitions_[partition] = unknown;
    }
    void set_read_only(bool read_only) { read_only_ = read_only; }

    const std::optional<DesiredNode>& desired() const { return desired_; }
    const std::map<PartitionId, agent::LocalState>& partitions() const { return partitions_; }

    // Planted bugs.
    bool forgets_to_sync = false;   // a write is on the disk only with the next one
    bool forgets_led = false;       // that this copy may have led
    bool forgets_removals = false;  // what the wish let go of

private:
    Status may_write() {
        if (dead_) return error(ErrorCode::Unavailable, "the agent is dead");
        if (read_only_) return error(ErrorCode::Unavailable, "the disk is read-only");
        if (death_ == Death::BeforeWriting && --saves_left_ < 0) {
            dead_ = true;
            return error(ErrorCode::Unavailable, "the agent is dead");
        }
        return ok_status();
    }
    void died() {
        if (death_ == Death::AfterWriting && --saves_left_ < 0) dead_ = true;
    }

    std::optional<DesiredNode> desired_;
    std::optional<DesiredNode> synced_desired_;
    agent::Removals removed_;
    agent::Removals synced_removed_;
    std::string agent_version_;
    HostOrder host_;
    HostRefusals refuses_;
    std::map<PartitionId, agent::LocalState> partitions_;
    std::map<PartitionId, agent::LocalState> synced_partitions_;
    std::map<PartitionId, PartitionSecrets> secrets_;  // in memory
    std::map<PartitionId, std::set<std::string>> secret_names_;
    bool dead_ = false;
    bool read_only_ = false;
    Death death_ = Death::None;
    int saves_left_ = 0;
};

}  // namespace foyer::sim
