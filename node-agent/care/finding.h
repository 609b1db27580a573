// What is found wrong with a box, how bad it is, and how far the box trusts itself then.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/check.h"
#include "common/model/box_care.h"

namespace foyer::agent::care {

// Note: its host should know. Worse: it is more likely to fail than others. Failing: it is failing,
// or about to.
enum class Severity { Note, Worse, Failing };
inline constexpr std::array severities{Severity::Note, Severity::Worse, Severity::Failing};
constexpr std::string_view to_text(Severity severity) {
    switch (severity) {
        case Severity::Note: return "note";
        case Severity::Worse: return "worse";
        case Severity::Failing: return "failing";
    }
    CHECK(false);
}

// The same in every version, for programs.
enum class Kind {
    DiskFailing,     // by its own judgement
    DiskUnreadable,  // it could not give back what it was given
    DiskReallocates,
    DiskWorn,
    DiskTest,   // its own test of itself failed
    DiskCable,  // what it was told did not arrive
    FileSystem,
    Array,
    Heat,
    Throttled,
    UnderVoltage,
    OnBattery,
    MemoryChips,
    MemoryPressure,
    DiskPressure,
    CpuPressure,
    Clock,
    LineDelay
};
inline constexpr std::array kinds{Kind::DiskFailing, Kind::DiskUnreadable, Kind::DiskReallocates,
                                  Kind::DiskWorn,    Kind::DiskTest,       Kind::DiskCable,
                                  Kind::FileSystem,  Kind::Array,          Kind::Heat,
                                  Kind::Throttled,   Kind::UnderVoltage,   Kind::OnBattery,
                                  Kind::MemoryChips, Kind::MemoryPressure, Kind::DiskPressure,
                                  Kind::CpuPressure, Kind::Clock,          Kind::LineDelay};
constexpr std::string_view to_text(Kind kind) {
    switch (kind) {
        case Kind::DiskFailing: return "disk_failing";
        case Kind::DiskUnreadable: return "disk_unreadable";
        case Kind::DiskReallocates: return "disk_reallocates";
        case Kind::DiskWorn: return "disk_worn";
        case Kind::DiskTest: return "disk_test";
        case Kind::DiskCable: return "disk_cable";
        case Kind::FileSystem: return "file_system";
        case Kind::Array: return "array";
        case Kind::Heat: return "heat";
        case Kind::Throttled: return "throttled";
        case Kind::UnderVoltage: return "under_voltage";
        case Kind::OnBattery: return "on_battery";
        case Kind::MemoryChips: return "memory_chips";
        case Kind::MemoryPressure: return "memory_pressure";
        case Kind::DiskPressure: return "disk_pressure";
        case Kind::CpuPressure: return "cpu_pressure";
        case Kind::Clock: return "clock";
        case Kind::LineDelay: return "line_delay";
    }
    CHECK(false);
}

struct Finding {
    Kind kind = Kind::DiskFailing;
    Severity severity = Severity::Note;
    std::string subject;  // which: "sda", "coretemp Package id 0"; empty: the box
    std::string reason;   // in words, with its numbers
    std::string advice;   // to the host
    friend bool operator==(const Finding&, const Finding&) = default;
};

inline constexpr int trust_whole = 1000;
// Per mille by which the box trusts itself: 0 once anything fails; each finding that is worse takes
// 200, of which at most four count; notes take nothing.
int trust_of(const std::vector<Finding>& findings);

// What the master is told. Kept small: no serial number, no name of a disk's model.
struct Notice {
    int trust_per_mille = trust_whole;  // 0 to 1000
    // Of the worst finding; meaningless while there is none.
    bool any = false;
    Severity severity = Severity::Note;
    Kind kind = Kind::DiskFailing;
    std::string reason;  // "sda: …", at most 200 bytes; empty: nothing is found
    friend bool operator==(const Notice&, const Notice&) = default;
};
inline constexpr std::size_t notice_bytes_max = 200;
// The worst first; among equals the one that comes first.
Notice notice_of(const std::vector<Finding>& findings);

// The same as the master acts on it: what is worse makes the box worn, what fails makes it failing.
BoxCare care_of(const Notice& notice);
// Whether that is news since the last one: the same thing in other numbers is none.
bool is_news(const Notice& told, const Notice& now);

}  // namespace foyer::agent::care
