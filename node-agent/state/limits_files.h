// The host's limits, and how much was moved, on the disk.
//
//   state/limits.json                     what the host set
//   state/traffic-0.json, traffic-1.json  the count, written by turns: should one be damaged, the
//                                         other is a minute older
//
// Each as the journal's files: with its hash, replaced atomically and fsynced. A damaged one is
// renamed to "<name>.damaged" and reported.
#pragma once

#include <cstdint>
#include <string>

#include "common/log/log.h"
#include "node-agent/app/limits_keeper.h"

namespace foyer::agent {

class FileLimits final : public LimitsFiles {
public:
    // The folder is there (the journal makes it).
    FileLimits(std::string state_dir, Log& log) : state_dir_(std::move(state_dir)), log_(log) {}

    KeptLimits load();
    Status keep(const HostLimits& limits) override;
    Status keep(const TrafficBook& book) override;

private:
    std::string limits_file() const { return state_dir_ + "/limits.json"; }
    std::string traffic_file(std::uint64_t turn) const {
        return state_dir_ + "/traffic-" + std::to_string(turn % 2) + ".json";
    }
    void put_aside(const std::string& path, const Error& reason);
    void load_traffic(TrafficBook& book);

    const std::string state_dir_;
    Log& log_;
    std::uint64_t next_ = 0;  // turn
};

// A box that is enrolled begins a new life: what its host said of an earlier one is over.
Status forget_limits(const std::string& state_dir);

}  // namespace foyer::agent
