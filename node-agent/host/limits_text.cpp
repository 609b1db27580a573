#include "node-agent/host/limits_text.h"

// Debian builds the library with exceptions only; without them it is used as headers.
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "common/base/text.h"
#include "common/base/toml_text.h"
#include "node-agent/state/limits_json.h"

namespace foyer::agent {
namespace {

constexpr std::int64_t whole_max = 1'000'000'000;

// "0.25" -> 250. Up to three digits behind the point.
std::optional<std::int64_t> thousandths(std::string_view text) {
    const std::size_t point = text.find('.');
    const std::string_view front = text.substr(0, point);
    std::string back(point == std::string_view::npos ? "" : text.substr(point + 1));
    const auto digits = [](std::string_view part) {
        return part.find_first_not_of("0123456789") == std::string_view::npos;
    };
    if (front.empty() || !digits(front) || !digits(back) || back.size() > 3 ||
        (point != std::string_view::npos && back.empty()))
        return std::nullopt;
    back.resize(3, '0');
    const auto whole = parse_int(front);
    if (!whole || *whole > whole_max) return std::nullopt;
    return *whole * 1'000 + *parse_int(back);
}

std::string thousandths_text(std::int64_t count) {
    std::string text = std::to_string(count / 1'000);
    if (count % 1'000 == 0) return text;
    std::string back = std::to_string(1'000 + count % 1'000).substr(1);
    while (back.back() == '0') back.pop_back();
    return text + "." + back;
}

using Mistakes = std::vector<std::string>;

// What a number in units of a thousand is to be, or why not.
template <class Quantity>
void take(const std::string& text, const std::string& name, const std::string& what,
          std::int64_t unit, std::optional<Quantity>& target, Mistakes& mistakes) {
    if (text.empty()) return;
    if (text == "none") {
        target.reset();
        return;
    }
    const auto count = thousandths(text);
    if (!count)
        mistakes.push_back(name + ": '" + text + "' is no number of " + what +
                           "; write one like 20 or 0.5, or none");
    else
        target = Quantity(*count * unit);
}

void take_quiet(const std::vector<std::string>& texts, std::vector<QuietHours>& target,
                Mistakes& mistakes) {
    if (texts.empty()) return;
    target.clear();
    if (texts.size() == 1 && texts.front() == "none") return;
    for (const std::string& text : texts) {
        const auto hours = parse_quiet(text);
        if (hours.ok())
            target.push_back(hours.value());
        else
            mistakes.push_back(hours.failure().message);
    }
}

Result<HostLimits> checked(const HostLimits& limits, const Mistakes& mistakes) {
    if (!mistakes.empty()) return error(ErrorCode::InvalidArgument, join(mistakes, "\n"));
    TRY(check(limits));
    return limits;
}

std::string number_of(const toml::node& value) {
    if (const auto whole = value.value_exact<std::int64_t>())
        return *whole < 0 ? "?" : std::to_string(*whole);
    const auto real = value.value_exact<double>();
    // Not finite, below nothing, or with more digits than count: no text that can be taken.
    if (!real || !(*real >= 0) || *real > static_cast<double>(whole_max)) return "?";
    const auto count = static_cast<std::int64_t>(*real * 1'000 + 0.5);
    return static_cast<double>(count) / 1'000 == *real ? thousandths_text(count) : "?";
}

void read_key(std::string_view key, const toml::node& value, LimitsEdit& edit,
              const std::string& at, Mistakes& mistakes) {
    const std::pair<const char*, std::string*> numbers[] = {
        {"upload_mbit", &edit.upload},
        {"download_mbit", &edit.download},
        {"upload_active_mbit", &edit.upload_active},
        {"download_active_mbit", &edit.download_active},
        {"month_gb", &edit.month_gb}};
    for (const auto& [name, target] : numbers) {
        if (key != name) continue;
        *target = number_of(value);
        if (*target == "?") {
            target->clear();
            mistakes.push_back(at + "has to be a number like 20 or 0.5");
        }
        return;
    }
    if (key != "quiet") {
        mistakes.push_back(at +
                           "is not a limit; there are upload_mbit, download_mbit, "
                           "upload_active_mbit, download_active_mbit, month_gb and quiet");
        return;
    }
    const toml::array* list = value.as_array();
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i)
        if (const auto text = list->get(i)->value_exact<std::string>()) edit.quiet.push_back(*text);
    if (list == nullptr || edit.quiet.size() != list->size())
        mistakes.push_back(at + "has to be a list of texts like [\"22:30-06:30=pause\"]");
}

}  // namespace

bool LimitsEdit::any() const {
    return !upload.empty() || !download.empty() || !upload_active.empty() ||
           !download_active.empty() || !month_gb.empty() || !quiet.empty();
}

Result<HostLimits> edited(HostLimits limits, const LimitsEdit& edit) {
    Mistakes mistakes;
    const std::string rate = "Mbit/s";
    take(edit.upload, "upload", rate, 1, limits.caps.upload, mistakes);
    take(edit.download, "download", rate, 1, limits.caps.download, mistakes);
    take(edit.upload_active, "upload-active", rate, 1, limits.active_caps.upload, mistakes);
    take(edit.download_active, "download-active", rate, 1, limits.active_caps.download, mistakes);
    take(edit.month_gb, "month-gb", "GB", gigabyte.count() / 1'000, limits.month, mistakes);
    take_quiet(edit.quiet, limits.quiet, mistakes);
    return checked(limits, mistakes);
}

Result<HostLimits> parse_limits(std::string_view text, const std::string& name) {
    const auto wrong = [&](std::int64_t line, std::string_view why) {
        return error(ErrorCode::InvalidArgument,
                     name + ":" + std::to_string(line) + ": " + std::string(why));
    };
    if (const auto line = line_of_odd_letter(text)) return wrong(*line, odd_letter_problem);
    const toml::parse_result parsed = toml::parse(text, name);
    if (!parsed) return wrong(parsed.error().source().begin.line, parsed.error().description());
    LimitsEdit edit;
    Mistakes mistakes;
    for (const auto& [key, value] : parsed.table())
        read_key(key.str(), value, edit,
                 name + ":" + std::to_string(value.source().begin.line) + ": " +
                     std::string(key.str()) + " ",
                 mistakes);
    const auto limits = edited({}, edit);
    if (!limits.ok()) mistakes.push_back(name + ": " + limits.failure().message);
    if (!mistakes.empty()) return error(ErrorCode::InvalidArgument, join(mistakes, "\n"));
    return limits;
}

std::string limits_toml(const HostLimits& limits) {
    std::string text;
    const auto line = [&](const char* key, const auto& limit, std::int64_t unit) {
        if (limit)
            text += std::string(key) + " = " + thousandths_text(limit->count() / unit) + "\n";
    };
    line("upload_mbit", limits.caps.upload, 1);
    line("download_mbit", limits.caps.download, 1);
    line("upload_active_mbit", limits.active_caps.upload, 1);
    line("download_active_mbit", limits.active_caps.download, 1);
    line("month_gb", limits.month, gigabyte.count() / 1'000);
    std::vector<std::string> quiet;
    for (const QuietHours& hours : limits.quiet) quiet.push_back('"' + to_text(hours) + '"');
    if (!quiet.empty()) text += "quiet = [" + join(quiet, ", ") + "]\n";
    return text;
}

Result<QuietHours> parse_quiet(std::string_view text) {
    const std::size_t dash = text.find('-');
    const std::size_t sign = text.find('=');
    if (dash != std::string_view::npos && sign != std::string_view::npos && dash < sign) {
        const auto from = clock_minute(text.substr(0, dash));
        const auto until = clock_minute(text.substr(dash + 1, sign - dash - 1));
        const auto act = quiet_act_from(text.substr(sign + 1));
        if (from && until && act) return QuietHours{*from, *until, *act};
    }
    return error(ErrorCode::InvalidArgument,
                 "quiet: '" + std::string(text) +
                     "' are no quiet hours; write 22:30-06:30=pause, 18:00-22:00=lower, or none");
}

std::string to_text(const QuietHours& hours) {
    return clock_text(hours.from_minute) + "-" + clock_text(hours.until_minute) + "=" +
           std::string(to_text(hours.act));
}

std::string mbit_text(KbitPerSecond rate) { return thousandths_text(rate.count()); }

std::string gigabytes_text(Bytes bytes) {
    return thousandths_text(bytes.count() / (gigabyte.count() / 10) * 100) + " GB";
}

}  // namespace foyer::agent
