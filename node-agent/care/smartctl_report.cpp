#include "node-agent/care/smartctl_report.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

namespace foyer::agent::care {
namespace {

using Json = nlohmann::json;

constexpr std::size_t text_bytes_max = 80;
constexpr std::size_t attributes_max = 256;

// Bits of smartctl's exit status, in its manual page.
constexpr std::int64_t not_opened = 1 << 1;
constexpr std::int64_t disk_failing = 1 << 3;
constexpr std::int64_t attribute_below = 1 << 4;
constexpr std::int64_t self_test_failed = 1 << 7;

const Json* find(const Json& body, const char* key) {
    if (!body.is_object()) return nullptr;
    const auto at = body.find(key);
    return at == body.end() ? nullptr : &*at;
}

const Json* find(const Json& body, const char* key, const char* inner) {
    const Json* outer = find(body, key);
    return outer == nullptr ? nullptr : find(*outer, inner);
}

// Not negative, and no more than `most`.
std::optional<std::int64_t> count_of(const Json* value,
                                     std::int64_t most = std::numeric_limits<std::int64_t>::max()) {
    if (value == nullptr || !value->is_number_unsigned()) return std::nullopt;
    const auto found = value->get<std::uint64_t>();
    if (found > static_cast<std::uint64_t>(most)) return std::nullopt;
    return static_cast<std::int64_t>(found);
}

std::optional<int> small_of(const Json* value, int most) {
    const auto found = count_of(value, most);
    return found ? std::optional(static_cast<int>(*found)) : std::nullopt;
}

// What may stand in a log and on a terminal.
std::string text_of(const Json* value) {
    if (value == nullptr || !value->is_string()) return {};
    std::string text = value->get<std::string>().substr(0, text_bytes_max);
    for (char& c : text)
        if (c < ' ' || c > '~') c = '?';
    return text;
}

// Disks tell from -40 to 125 degrees; what is beyond is a sensor that is not there.
std::optional<int> celsius_of(const Json* value) {
    if (value == nullptr || !value->is_number_integer()) return std::nullopt;
    if (value->is_number_unsigned()) return small_of(value, 125);
    const auto found = value->get<std::int64_t>();
    return found < -40 ? std::nullopt : std::optional(static_cast<int>(found));
}

void take_attribute(const Json& one, DiskHealth& disk) {
    const auto id = small_of(find(one, "id"), 255);
    const auto raw = count_of(find(one, "raw", "value"));
    if (!id) return;
    // Some makers count other things in the upper bytes of 48 bits: 188 in words of 16, the rest
    // in 32.
    const auto word = raw ? std::optional(*raw & 0xffff) : std::nullopt;
    const auto number = raw ? std::optional(*raw & 0xffff'ffff) : std::nullopt;
    switch (*id) {
        case 5: disk.reallocated = number; break;
        case 187: disk.reported_uncorrectable = number; break;
        case 188: disk.command_timeouts = word; break;
        case 197: disk.pending = number; break;
        case 198: disk.offline_uncorrectable = number; break;
        case 199: disk.crc_errors = number; break;
        default: break;
    }
    const Json* foretells = find(one, "flags", "prefailure");
    const bool counts = foretells != nullptr && foretells->is_boolean() && foretells->get<bool>();
    if (counts && text_of(find(one, "when_failed")) == "now") disk.below_threshold = true;
}

void take_ata(const Json& body, DiskHealth& disk) {
    const Json* table = find(body, "ata_smart_attributes", "table");
    if (table == nullptr || !table->is_array()) return;
    std::size_t taken = 0;
    for (const Json& one : *table) {
        if (++taken > attributes_max) return;
        take_attribute(one, disk);
    }
}

void take_nvme(const Json& log, DiskHealth& disk) {
    disk.critical_warning = small_of(find(log, "critical_warning"), 255);
    disk.spare_percent = small_of(find(log, "available_spare"), 100);
    disk.spare_threshold_percent = small_of(find(log, "available_spare_threshold"), 100);
    disk.used_percent = small_of(find(log, "percentage_used"), 255);
    disk.media_errors = count_of(find(log, "media_errors"));
}

DiskKind kind_of(const Json& body) {
    const std::string protocol = text_of(find(body, "device", "protocol"));
    if (protocol == "ATA") return DiskKind::Ata;
    if (protocol == "NVMe") return DiskKind::Nvme;
    return DiskKind::Other;
}

// smartctl's own words why it could not ask; the last is nearest to the cause.
std::string problem_of(const Json& body) {
    const Json* messages = find(body, "smartctl", "messages");
    if (messages == nullptr || !messages->is_array() || messages->empty())
        return "smartctl does not say why";
    const std::string said = text_of(find(messages->back(), "string"));
    return said.empty() ? "smartctl does not say why" : said;
}

void take_exit_status(std::int64_t status, DiskHealth& disk) {
    // Of NVMe any warning sets it, heat included: there the warning's own bits count.
    if (disk.kind != DiskKind::Nvme && (status & disk_failing) != 0) disk.passed = false;
    if ((status & attribute_below) != 0) disk.below_threshold = true;
    if ((status & self_test_failed) != 0) disk.self_test_failed = true;
}

}  // namespace

Result<DiskHealth> parse_smartctl(const std::string& name, const std::string& text) {
    if (text.size() > smartctl_bytes_max)
        return error(ErrorCode::InvalidArgument, "smartctl says more than we read");
    const Json body = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    const auto status = count_of(find(body, "smartctl", "exit_status"), 255);
    if (!status)
        return error(ErrorCode::InvalidArgument,
                     "smartctl answers in no form that is known: 7.0 or newer is needed");
    DiskHealth disk;
    disk.name = name;
    disk.kind = kind_of(body);
    disk.model = text_of(find(body, "model_name"));
    disk.serial = text_of(find(body, "serial_number"));
    if (*status == smartctl_asleep) {
        disk.asleep = true;
        return disk;
    }
    if ((*status & 1) != 0 || (*status & not_opened) != 0)
        return error(ErrorCode::Unavailable, problem_of(body));
    const Json* passed = find(body, "smart_status", "passed");
    if (passed != nullptr && passed->is_boolean()) disk.passed = passed->get<bool>();
    disk.celsius = celsius_of(find(body, "temperature", "current"));
    disk.hours = count_of(find(body, "power_on_time", "hours"));
    disk.used_percent = small_of(find(body, "endurance_used", "current_percent"), 255);
    if (disk.kind == DiskKind::Ata) take_ata(body, disk);
    const Json* log = find(body, "nvme_smart_health_information_log");
    if (disk.kind == DiskKind::Nvme && log != nullptr) take_nvme(*log, disk);
    take_exit_status(*status, disk);
    return disk;
}

}  // namespace foyer::agent::care
