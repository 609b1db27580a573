// What is known of a box's health at one time. Absent: it could not be learnt, and nothing is
// assumed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "common/base/units.h"
#include "node-agent/care/disk_health.h"

namespace foyer::agent::care {

struct Temperature {
    std::string name;  // "coretemp Package id 0"
    int celsius = 0;
    std::optional<int> high;      // its maker's: it is too warm
    std::optional<int> critical;  // … it is switched off soon
    friend bool operator==(const Temperature&, const Temperature&) = default;
};

// How long tasks waited for a resource, in hundredths of a percent of the time (kernel: PSI).
struct Waits {
    int last_10s = 0;
    int last_60s = 0;
    int last_300s = 0;
    std::int64_t total_us = 0;
    friend bool operator==(const Waits&, const Waits&) = default;
};

struct Pressure {
    std::optional<Waits> some;  // at least one task waited
    std::optional<Waits> full;  // all did, so that nothing was done
    friend bool operator==(const Pressure&, const Pressure&) = default;
};

struct Memory {
    Bytes total{0};
    Bytes available{0};
    friend bool operator==(const Memory&, const Memory&) = default;
};

// A thing with a name and how often something went wrong with it.
struct NamedCount {
    std::string name;
    std::int64_t count = 0;
    friend bool operator==(const NamedCount&, const NamedCount&) = default;
};

struct Supply {
    std::string name;
    std::string type;            // "Mains", "Battery", "UPS", as the kernel says
    std::optional<bool> online;  // of what charges
    std::string status;          // of what stores: "Discharging"; empty: not told
    std::optional<int> percent;  // what is left
    friend bool operator==(const Supply&, const Supply&) = default;
};

// Errors of the memory chips, since the machine was started.
struct MemoryErrors {
    std::int64_t corrected = 0;
    std::int64_t uncorrected = 0;
    friend bool operator==(const MemoryErrors&, const MemoryErrors&) = default;
};

// Round trips on the home's line, while it is idle and while it is full.
struct LineDelay {
    Duration idle{0};
    Duration full{0};
    friend bool operator==(const LineDelay&, const LineDelay&) = default;
};

struct BoxFacts {
    std::vector<DiskHealth> disks;
    std::string disks_problem;  // why one or all of them are not known; empty: all are
    std::vector<Temperature> temperatures;
    std::optional<std::int64_t> throttles;  // of all processors, since the machine was started
    std::optional<bool> under_voltage;      // of boards that can tell
    std::vector<Supply> supplies;
    std::optional<Memory> memory;
    std::optional<Pressure> memory_pressure;
    std::optional<Pressure> disk_pressure;
    std::optional<Pressure> cpu_pressure;
    std::optional<MemoryErrors> memory_errors;  // of machines with ECC
    std::vector<NamedCount> file_systems;       // ext4: errors it has met in its life
    std::vector<NamedCount> arrays;             // of disks: how many are missing
    std::optional<Duration> clock_offset;       // this box's clock minus the master's
    std::optional<LineDelay> line;
    friend bool operator==(const BoxFacts&, const BoxFacts&) = default;
};

}  // namespace foyer::agent::care
