// What a disk tells of itself. Absent: it does not say, or could not be asked; never a guess.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace foyer::agent::care {

enum class DiskKind { Ata, Nvme, Emmc, Other };

// Bits of an NVMe disk's critical warning (NVM Express base specification, SMART / health log).
inline constexpr int nvme_spare_is_low = 1 << 0;
inline constexpr int nvme_is_hot = 1 << 1;
inline constexpr int nvme_is_unreliable = 1 << 2;
inline constexpr int nvme_is_read_only = 1 << 3;
inline constexpr int nvme_backup_failed = 1 << 4;  // of its volatile memory

// What an eMMC chip has used of the blocks it keeps for bad ones (JEDEC eMMC, PRE_EOL_INFO).
enum class EmmcReserve { Normal, Warning, Urgent };

struct DiskHealth {
    std::string name;    // the kernel's: "sda"
    std::string model;   // empty: not told
    std::string serial;  // stays on this box; empty: not told
    DiskKind kind = DiskKind::Other;
    bool asleep = false;  // it was not woken: what follows is older, or absent

    std::optional<bool> passed;  // its own judgement of itself
    // Counts over its whole life. Of ATA disks the five that foretell a failure, and the cable's.
    std::optional<std::int64_t> reallocated;             // 5
    std::optional<std::int64_t> reported_uncorrectable;  // 187
    std::optional<std::int64_t> command_timeouts;        // 188
    std::optional<std::int64_t> pending;                 // 197
    std::optional<std::int64_t> offline_uncorrectable;   // 198
    std::optional<std::int64_t> crc_errors;              // 199
    bool below_threshold = false;  // an attribute that foretells failure is below the maker's limit
    bool self_test_failed = false;
    std::optional<std::int64_t> media_errors;  // NVMe: what was read could not be made right
    std::optional<int> critical_warning;       // NVMe: the bits above
    std::optional<int> spare_percent;
    std::optional<int> spare_threshold_percent;
    std::optional<int> used_percent;  // of the writes its maker counted on; may exceed 100
    std::optional<EmmcReserve> reserve;
    std::optional<int> celsius;
    std::optional<std::int64_t> hours;  // under power

    friend bool operator==(const DiskHealth&, const DiskHealth&) = default;
};

}  // namespace foyer::agent::care
