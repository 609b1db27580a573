#include <algorithm>
#include <array>
#include <string_view>

#include "common/model/clock_offset.h"
#include "node-agent/care/judge.h"

namespace foyer::agent::care {
namespace {

constexpr Duration minute{60'000};
constexpr Duration day = minute * 60 * 24;
constexpr Duration risky_after_errors = day * 60;
constexpr int celsius_believed_max = 125;
constexpr int battery_low_percent = 25;
// Hundredths of a percent, over five minutes.
constexpr int memory_waits_bad = 10'00;
constexpr int memory_waits_failing = 60'00;
constexpr int disk_waits_bad = 40'00;
constexpr int cpu_waits_noted = 60'00;
constexpr std::int64_t available_noted_percent = 5;
constexpr std::int64_t corrected_bad = 100;  // new ones, of which one today

using Findings = std::vector<Finding>;

std::string percent(int hundredths) { return std::to_string(hundredths / 100) + " %"; }

// Chips of a main board measure what nobody connected; an older AMD driver names a limit that is
// none.
bool is_believed(const Temperature& one) {
    constexpr std::array<std::string_view, 4> boards{"nct", "it8", "w83", "f71"};
    return one.celsius < celsius_believed_max &&
           std::ranges::none_of(boards, [&](auto chip) { return one.name.starts_with(chip); });
}

void heat(const BoxFacts& facts, Findings& found) {
    const char* cool = "clean its fan, give it air, or move it to a cooler place";
    for (const Temperature& one : facts.temperatures) {
        if (!is_believed(one)) continue;
        const std::string at = std::to_string(one.celsius) + " C";
        const bool no_limit = one.name.starts_with("k10temp");
        if (one.critical && one.celsius >= *one.critical)
            found.push_back({Kind::Heat, Severity::Failing, one.name,
                             at + ", and switched off at " + std::to_string(*one.critical) + " C",
                             cool});
        else if (one.high && !no_limit && one.celsius >= *one.high)
            found.push_back({Kind::Heat, Severity::Worse, one.name,
                             at + ", " + std::to_string(*one.high) + " C is its limit", cool});
    }
}

void throttled(const BoxFacts& facts, History& history, WallTime now, Findings& found) {
    if (!facts.throttles) return;
    const Count count = note_count(history, "throttles", *facts.throttles, CountedSince::Boot, now);
    if (grew_within(count, minute * 10, now))
        found.push_back({Kind::Throttled, Severity::Worse, "",
                         "the processor slows itself down against heat",
                         "clean its fan, give it air, or move it to a cooler place"});
}

void power(const BoxFacts& facts, Findings& found) {
    if (facts.under_voltage.value_or(false))
        found.push_back({Kind::UnderVoltage, Severity::Worse, "",
                         "the board gets too little voltage",
                         "use the power supply that its maker sells, and a short cable"});
    const bool fed =
        std::ranges::any_of(facts.supplies, [](const Supply& one) { return one.online == true; });
    for (const Supply& one : facts.supplies) {
        if (one.status != "Discharging" || fed) continue;
        const bool low = one.percent && *one.percent <= battery_low_percent;
        const std::string left =
            one.percent ? ", " + std::to_string(*one.percent) + " % left" : std::string();
        found.push_back({Kind::OnBattery, low ? Severity::Failing : Severity::Worse, one.name,
                         "it runs on its battery" + left, "see why there is no power"});
    }
}

std::optional<int> full_waits(const std::optional<Pressure>& pressure) {
    return pressure && pressure->full ? std::optional(pressure->full->last_300s) : std::nullopt;
}

void pressure(const BoxFacts& facts, Findings& found) {
    const int memory = full_waits(facts.memory_pressure).value_or(0);
    const char* less = "let it serve less ([reserve] memory_mib in node.toml), or add memory";
    if (memory >= memory_waits_bad)
        found.push_back({Kind::MemoryPressure,
                         memory >= memory_waits_failing ? Severity::Failing : Severity::Worse, "",
                         percent(memory) + " of five minutes everything waited for memory", less});
    else if (facts.memory && facts.memory->available.count() <
                                 facts.memory->total.count() / 100 * available_noted_percent)
        found.push_back(
            {Kind::MemoryPressure, Severity::Note, "",
             std::to_string(facts.memory->available.count() >> 20) + " MiB of memory are left",
             less});
    const int disk = full_waits(facts.disk_pressure).value_or(0);
    if (disk >= disk_waits_bad)
        found.push_back({Kind::DiskPressure, Severity::Worse, "",
                         percent(disk) + " of five minutes everything waited for the disk",
                         "see what else writes to it; an SSD is fitter than a disk that turns"});
    const bool told = facts.cpu_pressure && facts.cpu_pressure->some;
    const int cpu = told ? facts.cpu_pressure->some->last_300s : 0;
    if (cpu >= cpu_waits_noted)
        found.push_back({Kind::CpuPressure, Severity::Note, "",
                         percent(cpu) + " of five minutes something waited for a processor",
                         "let it serve less ([reserve] cpu_millicores in node.toml)"});
}

void memory_chips(const BoxFacts& facts, History& history, WallTime now, Findings& found) {
    if (!facts.memory_errors) return;
    const auto [corrected, uncorrected] = *facts.memory_errors;
    const Count bad =
        note_count(history, "memory/uncorrected", uncorrected, CountedSince::Boot, now);
    const Count mended =
        note_count(history, "memory/corrected", corrected, CountedSince::Boot, now);
    if (uncorrected > 0 || grew_within(bad, risky_after_errors, now)) {
        found.push_back({Kind::MemoryChips, Severity::Failing, "",
                         "its memory gave back what was not written, " +
                             std::to_string(std::max(uncorrected, bad.grown)) + " times",
                         "change its memory; memtest86+ finds which"});
    } else if (corrected > 0) {
        const bool many = mended.grown >= corrected_bad && grew_within(mended, day, now);
        found.push_back({Kind::MemoryChips, many ? Severity::Worse : Severity::Note, "",
                         std::to_string(corrected) + " errors of its memory were mended",
                         many ? "plan other memory; memtest86+ finds which" : ""});
    }
}

void file_systems(const BoxFacts& facts, History& history, WallTime now, Findings& found) {
    for (const NamedCount& one : facts.file_systems) {
        const Count count =
            note_count(history, "ext4/" + one.name, one.count, CountedSince::Ever, now);
        if (one.count == 0) continue;
        const bool grew = grew_within(count, risky_after_errors, now);
        found.push_back({Kind::FileSystem, grew ? Severity::Failing : Severity::Worse, one.name,
                         std::to_string(one.count) + " errors of its file system" +
                             (grew ? ", " + std::to_string(count.grown) + " of them new" : ""),
                         "have it checked: e2fsck -f, while it is not mounted"});
    }
    for (const NamedCount& one : facts.arrays)
        if (one.count > 0)
            found.push_back({Kind::Array, Severity::Worse, one.name,
                             std::to_string(one.count) + " of its disks are missing",
                             "put a disk in: the next that fails takes the data along"});
}

void line(const BoxFacts& facts, Findings& found) {
    if (!facts.line) return;
    const Duration added = added_delay(*facts.line);
    if (added <= line_delay_enough) return;
    found.push_back({Kind::LineDelay, added > line_delay_bad ? Severity::Worse : Severity::Note, "",
                     "a full line makes each answer " + std::to_string(added.count()) + " ms later",
                     "many routers have a setting against that (smart queue management)"});
}

}  // namespace

std::vector<Finding> judge_machine(const BoxFacts& facts, History& history, WallTime now) {
    Findings found;
    heat(facts, found);
    throttled(facts, history, now, found);
    power(facts, found);
    pressure(facts, found);
    memory_chips(facts, history, now, found);
    file_systems(facts, history, now, found);
    line(facts, found);
    if (facts.clock_offset && is_clock_wrong(*facts.clock_offset))
        found.push_back({Kind::Clock, Severity::Worse, "",
                         "its clock is " + clock_offset_text(*facts.clock_offset),
                         "apt install systemd-timesyncd"});
    return found;
}

}  // namespace foyer::agent::care
