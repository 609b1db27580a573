// What was learnt of a machine. Absent: it could not be learnt, and nothing is assumed.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/units.h"
#include "node-agent/care/box_facts.h"
#include "node-agent/line/line_facts.h"
#include "node-agent/runtime/cgroup_layout.h"
#include "node-agent/volume/volume_cipher.h"

namespace foyer::agent {

struct DiskFacts {
    Bytes total{0};
    Bytes free{0};
    std::string file_system;  // "ext4"; empty: not known
    bool in_memory = false;   // gone with the power
    std::optional<bool> rotates;
};

struct DiskSpeed {
    std::chrono::microseconds safe_write{
        0};  // a page written, and on the disk for sure; mean of hundreds
    std::int64_t bytes_per_second = 0;  // written in one piece, and on the disk for sure
};

// Something that keeps the machine running when the power of the house fails.
struct PowerSupply {
    std::string name;
    std::string type;  // "Mains", "Battery", "UPS", as the kernel says
};

struct MachineFacts {
    std::optional<int> processors;
    std::optional<Bytes> memory;
    std::optional<DiskFacts> disk;
    std::optional<DiskSpeed> speed;
    std::string kernel;  // "6.1.0-18-amd64"; empty: not known
    std::optional<CgroupMode> groups;
    std::string groups_problem;  // why there are none
    std::optional<bool> user_namespaces;
    std::optional<bool> seccomp;
    std::optional<bool> wireguard;  // in the kernel, or a module of it
    std::optional<bool> nftables;
    CipherMeans ciphers;  // of volumes
    std::optional<bool> clock_synchronized;
    std::optional<bool> ipv6;  // an address that the internet reaches
    std::vector<PowerSupply> power;
    care::BoxFacts health;
    std::vector<std::string> programs_missing;  // of those the agent calls
    bool wireguard_go = false;                  // the program that can stand in for the kernel
    std::optional<LineFacts> line;
    std::string line_problem;  // why there are none; empty: nobody asked for them
};

}  // namespace foyer::agent
