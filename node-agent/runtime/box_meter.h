// What the machine has for partitions: measured, less what the host keeps. Sees the limits of the
// agent's own control group.
#pragma once

#include <string>

#include "node-agent/app/ports.h"

namespace foyer::agent {

struct MeterReserve {
    Millicores cpu;
    Bytes memory;
    Bytes disk;
    KbitPerSecond uplink;  // told, not measured
};

class MachineMeter final : public BoxMeter {
public:
    MachineMeter(std::string data_dir, MeterReserve reserve)
        : data_dir_(std::move(data_dir)), reserve_(reserve) {}
    Result<Resources> measure() override;
    // The same for a box that holds partitions already: of the whole disk, not of what is free.
    Result<Resources> measure_whole() const;
    std::int64_t disk_free_bytes() override;

private:
    Result<Resources> less_reserve(std::int64_t disk_bytes) const;

    std::string data_dir_;
    MeterReserve reserve_;
};

// What was promised at enrolment, or less where the host keeps more today or the machine shrank.
Resources lowered(const Resources& promised, const Resources& measured);

// "MemTotal:  24639480 kB" of /proc/meminfo, in bytes.
Result<Bytes> memory_total(const std::string& meminfo);

}  // namespace foyer::agent
