#include "node-agent/care/read_box.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "common/os/files.h"
#include "node-agent/care/kernel_text.h"

namespace foyer::agent::care {
namespace {

constexpr std::size_t file_bytes_max = std::size_t{16} << 10;
constexpr std::size_t entries_max = 1024;  // processors of a large server
constexpr std::size_t temperatures_max = 64;
constexpr std::size_t disks_max = 16;

std::string path(std::string folder, std::string_view name, std::string_view end = "") {
    folder.append("/").append(name).append(end);
    return folder;
}

std::optional<std::string> text_of(const std::string& file) {
    auto text = os::read_file(file, file_bytes_max);
    return text.ok() ? std::optional(std::move(text).value()) : std::nullopt;
}

std::string first_line(const std::string& file) { return line_of(text_of(file).value_or("")); }

std::optional<std::int64_t> number_in(const std::string& file) {
    const auto text = text_of(file);
    return text ? whole_number(*text) : std::nullopt;
}

std::optional<int> celsius_in(const std::string& file) {
    const auto text = text_of(file);
    return text ? milli_celsius(*text) : std::nullopt;
}

std::vector<std::string> names_in(const std::string& folder, std::string_view begin = "") {
    auto names = os::list_dir(folder).value_or({});
    std::erase_if(names, [&](const std::string& name) { return !name.starts_with(begin); });
    if (names.size() > entries_max) names.resize(entries_max);
    return names;
}

// A limit of 0 or less is one that the chip does not have.
std::optional<int> limit_in(const std::string& file) {
    const auto found = celsius_in(file);
    return found && *found > 0 ? found : std::nullopt;
}

void read_hwmon(const std::string& chip, std::vector<Temperature>& found) {
    const std::string name = first_line(chip + "/name");
    // Asking a disk that turns puts off its sleep; smartctl asks it less often.
    if (name == "drivetemp") return;
    for (const std::string& file : names_in(chip, "temp")) {
        if (!file.ends_with("_input") || found.size() >= temperatures_max) continue;
        const std::string sensor = chip + "/" + file.substr(0, file.size() - 6);
        const auto now = celsius_in(sensor + "_input");
        if (!now) continue;
        const std::string label = first_line(sensor + "_label");
        std::string whole = name;
        if (!label.empty()) whole.append(" ").append(label);
        found.push_back({.name = std::move(whole),
                         .celsius = *now,
                         .high = limit_in(sensor + "_max"),
                         .critical = limit_in(sensor + "_crit")});
    }
}

void read_zone(const std::string& zone, std::vector<Temperature>& found) {
    const std::string type = first_line(zone + "/type");
    const auto now = celsius_in(zone + "/temp");
    // Most zones are sensors of hwmon too.
    const bool known = std::ranges::any_of(
        found, [&](const Temperature& one) { return one.name.starts_with(type); });
    if (!now || type.empty() || known || found.size() >= temperatures_max) return;
    Temperature read{.name = type, .celsius = *now};
    for (const std::string& file : names_in(zone, "trip_point_")) {
        if (!file.ends_with("_type")) continue;
        const std::string kind = first_line(path(zone, file));
        const auto at = limit_in(path(zone, file.substr(0, file.size() - 5), "_temp"));
        if (kind == "critical") read.critical = at;
        if (kind == "hot") read.high = at;
    }
    found.push_back(read);
}

std::vector<Temperature> temperatures(const std::string& root) {
    std::vector<Temperature> found;
    const std::string chips = root + "/sys/class/hwmon/";
    for (const std::string& chip : names_in(chips)) read_hwmon(chips + chip, found);
    const std::string zones = root + "/sys/class/thermal/";
    for (const std::string& zone : names_in(zones, "thermal_zone")) read_zone(zones + zone, found);
    return found;
}

std::optional<std::int64_t> throttles(const std::string& root) {
    std::optional<std::int64_t> sum;
    const std::string folder = root + "/sys/devices/system/cpu/";
    for (const std::string& cpu : names_in(folder, "cpu")) {
        const auto count = number_in(folder + cpu + "/thermal_throttle/core_throttle_count");
        if (count && *count >= 0 && *count < (std::int64_t{1} << 40))
            sum = sum.value_or(0) + *count;
    }
    return sum;
}

std::optional<bool> under_voltage(const std::string& root) {
    const std::string folder = root + "/sys/class/hwmon/";
    for (const std::string& chip : names_in(folder)) {
        if (first_line(folder + chip + "/name") != "rpi_volt") continue;
        const auto alarm = number_in(folder + chip + "/in0_lcrit_alarm");
        if (alarm) return *alarm != 0;
    }
    return std::nullopt;
}

std::vector<Supply> supplies(const std::string& root) {
    std::vector<Supply> found;
    const std::string folder = root + "/sys/class/power_supply/";
    for (const std::string& name : names_in(folder)) {
        const std::string one = folder + name;
        if (first_line(one + "/scope") == "Device") continue;  // of a mouse
        Supply read{.name = line_of(name), .type = first_line(one + "/type")};
        if (const auto online = number_in(one + "/online")) read.online = *online != 0;
        read.status = first_line(one + "/status");
        const auto percent = number_in(one + "/capacity");
        if (percent && *percent >= 0 && *percent <= 100) read.percent = static_cast<int>(*percent);
        found.push_back(read);
        if (found.size() >= disks_max) break;
    }
    return found;
}

std::optional<MemoryErrors> memory_errors(const std::string& root) {
    std::optional<MemoryErrors> sum;
    const std::string folder = root + "/sys/devices/system/edac/mc/";
    for (const std::string& name : names_in(folder, "mc")) {
        const auto corrected = number_in(folder + name + "/ce_count");
        const auto uncorrected = number_in(folder + name + "/ue_count");
        for (const auto& count : {corrected, uncorrected})
            if (!count || *count < 0 || *count > (std::int64_t{1} << 40)) return std::nullopt;
        if (!sum) sum = MemoryErrors{};
        sum->corrected += *corrected;
        sum->uncorrected += *uncorrected;
    }
    return sum;
}

// `folder`/NAME`file`, of names that begin so.
std::vector<NamedCount> counts(const std::string& folder, std::string_view begin,
                               const std::string& file) {
    std::vector<NamedCount> found;
    for (const std::string& name : names_in(folder, begin)) {
        // Of partitions' own file systems (volume/): as well as the disk below them.
        if (name.starts_with("loop")) continue;
        const auto count = number_in(path(folder, name, file));
        if (count && *count >= 0) found.push_back({line_of(name), *count});
        if (found.size() >= disks_max) break;
    }
    return found;
}

std::optional<Pressure> pressure(const std::string& file) {
    const auto text = text_of(file);
    return text ? parse_pressure(*text) : std::nullopt;
}

// eMMC chips; SD cards do not tell.
std::vector<DiskHealth> chips(const std::string& root) {
    std::vector<DiskHealth> found;
    const std::string folder = root + "/sys/block/";
    for (const std::string& name : names_in(folder, "mmcblk")) {
        const std::string device = folder + name + "/device/";
        if (first_line(device + "type") != "MMC") continue;
        if (name.find("boot") != std::string::npos || found.size() >= disks_max) continue;
        DiskHealth disk;
        disk.name = line_of(name);
        disk.kind = DiskKind::Emmc;
        disk.model = first_line(device + "name");
        disk.serial = first_line(device + "serial");
        disk.used_percent = emmc_used_percent(text_of(device + "life_time").value_or(""));
        disk.reserve = emmc_reserve(text_of(device + "pre_eol_info").value_or(""));
        found.push_back(disk);
    }
    return found;
}

}  // namespace

BoxFacts read_box(const std::string& root) {
    BoxFacts facts;
    facts.disks = chips(root);
    facts.temperatures = temperatures(root);
    facts.throttles = throttles(root);
    facts.under_voltage = under_voltage(root);
    facts.supplies = supplies(root);
    const auto memory = text_of(root + "/proc/meminfo");
    if (memory) facts.memory = parse_memory(*memory);
    facts.memory_pressure = pressure(root + "/proc/pressure/memory");
    facts.disk_pressure = pressure(root + "/proc/pressure/io");
    facts.cpu_pressure = pressure(root + "/proc/pressure/cpu");
    facts.memory_errors = memory_errors(root);
    facts.file_systems = counts(root + "/sys/fs/ext4", "", "/errors_count");
    facts.arrays = counts(root + "/sys/block", "md", "/md/degraded");
    return facts;
}

std::vector<std::string> disks_to_ask(const std::string& root) {
    std::vector<std::string> found;
    const std::string folder = root + "/sys/block/";
    for (const std::string& name : names_in(folder)) {
        // Whole disks alone: what is made of disks (dm, md, loop) is as well as they are.
        const bool disk = name.starts_with("sd") || name.starts_with("nvme");
        if (!disk || name.find('/') != std::string::npos) continue;
        // A stick in the front, a card reader without a card; one path of an NVMe disk with
        // several.
        if (number_in(folder + name + "/removable").value_or(0) != 0) continue;
        if (number_in(folder + name + "/hidden").value_or(0) != 0) continue;
        if (number_in(folder + name + "/size").value_or(0) <= 0) continue;
        found.push_back(name);
        if (found.size() >= disks_max) break;
    }
    return found;
}

}  // namespace foyer::agent::care
