// The journal on the box's disk.
//
//   state/desired.json            the wish, without secrets
//   state/partitions/<id>.json    where each partition stands
//   state/takeovers.json          what this box saw of takeovers
//   state/host.json, refusals.json   what its host wants of it, and refuses
//   state/reserve                 room for the next write when others have filled the disk
//   <memory_dir>/wish-secrets.json   secrets of the wish, only when that folder is in memory
//   (tmpfs)
//
// Each file is "sha256 of the rest" + newline + JSON, replaced atomically and fsynced. A file that
// does not match its hash or its form is renamed to "<name>.damaged" and reported: the agent then
// asks the master for everything and asks running services what they are; it never stops for it.
// After a power cut the secrets are gone; they come again with the first full answer, or from a
// member of the copy's group.
#pragma once

#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "common/log/log.h"
#include "node-agent/app/journal.h"
#include "node-agent/state/disk_reserve.h"

namespace foyer::agent {

// A box that is enrolled begins a new life: what its host said of an earlier one is over, also what
// he refused.
Status forget_host_order(const std::string& state_dir);

class FileJournal final : public Journal {
public:
    // Makes the folders. Unavailable, ResourceExhausted (disk full), PermissionDenied.
    static Result<std::unique_ptr<FileJournal>> open(const std::string& state_dir,
                                                     const std::string& memory_dir, Log& log);

    Recovered recover();
    Status save(const DesiredNode& desired, const Removals& removed,
                const std::string& agent_version) override;
    Status save(const LocalState& local) override;
    Status forget(const PartitionId& partition) override;
    Status keep(const KeptTakeovers& kept) override;
    Status keep(const HostOrder& host) override;
    Status keep(const HostRefusals& refuses) override;

private:
    FileJournal(std::string state_dir, std::string secrets_file, Log& log);
    std::string local_file(const PartitionId& partition) const;
    Status write(const std::string& path, const nlohmann::json& body);
    void refill();
    void recover_desired(Recovered& recovered);
    void recover_partitions(Recovered& recovered);
    void recover_takeovers(Recovered& recovered);
    void recover_host(Recovered& recovered);
    void recover_refusals(Recovered& recovered);
    void put_aside(const std::string& path, const Error& reason);

    std::string state_dir_;
    std::string secrets_file_;  // empty: memory_dir is not in memory
    Log& log_;
    std::mutex reserve_mutex_;
    DiskReserve reserve_;
    bool reserve_whole_ = false;
};

}  // namespace foyer::agent
