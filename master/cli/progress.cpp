#include "master/cli/progress.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/human.h"
#include "master/cli/text_width.h"

namespace foyer::cli {
namespace {

std::string bar(std::int64_t done, std::int64_t total, int width, bool unicode) {
    const std::int64_t share = total <= 0 ? 0 : std::clamp<std::int64_t>(done, 0, total);
    const int full =
        total <= 0
            ? 0
            : static_cast<int>(static_cast<double>(share) * width / static_cast<double>(total));
    std::string text = "[";
    for (int i = 0; i < width; ++i) {
        text += i < full ? (unicode ? "█" : "#") : (unicode ? "░" : ".");
    }
    return text + "]";
}

}  // namespace

std::string subject_of(const Json& operation) {
    const std::string of = text_field(operation, "node") + text_field(operation, "instance");
    return of.empty() ? "the cloud" : of;
}

namespace {

int bar_width(const ProgressStyle& style) { return std::clamp(style.width / 4, 8, 24); }

std::string title_of(const Json& operation) {
    return printable(text_field(operation, "kind") + " " + subject_of(operation));
}

Duration span_of(const Json& value, const char* from, const char* to, WallTime now) {
    const auto start = parse_rfc3339(text_field(value, from));
    const auto end = parse_rfc3339(text_field(value, to));
    if (!start) return Duration(0);
    return std::max(Duration(0), end.value_or(now) - *start);
}

const Json& step_named(const Json& operation, const std::string& name) {
    static const Json none;
    for (const Json& step : list_field(operation, "steps")) {
        if (text_field(step, "name") == name) return step;
    }
    return none;
}

// The line of one step, or nothing where nothing changed.
std::string news_of(const Json& before, const Json& step, WallTime now, News which) {
    const std::string state = text_field(step, "state");
    const std::string name = printable(text_field(step, "name"));
    const std::string detail = printable(text_field(step, "detail"));
    const bool new_state = text_field(before, "state") != state;
    if (state == "succeeded" && new_state) {
        const Duration span = span_of(step, "started_at", "finished_at", now);
        return fmt::format("{}: done ({})", name, human_duration(span));
    }
    if (state == "failed" && new_state) {
        return fmt::format("{}: failed{}{}", name, detail.empty() ? "" : ": ", detail);
    }
    if (state != "running" || which == News::EndedOnly) return {};
    if (!new_state && text_field(before, "detail") == text_field(step, "detail")) return {};
    return fmt::format("{}: {}", name, detail.empty() ? "begun" : detail);
}

}  // namespace

std::string progress_line(const Json& operation, WallTime now, const ProgressStyle& style) {
    std::int64_t total = 0;
    std::int64_t done = 0;
    std::string current;
    for (const Json& step : list_field(operation, "steps")) {
        ++total;
        const std::string state = text_field(step, "state");
        if (state == "succeeded") ++done;
        if (state != "running" && state != "failed") continue;
        if (!current.empty()) continue;
        const std::string detail = text_field(step, "detail");
        current = text_field(step, "name") + (detail.empty() ? "" : ": " + detail);
    }
    const Duration elapsed = span_of(operation, "created_at", "finished_at", now);
    const std::string head =
        fmt::format("{}  {}  {}/{}  ", title_of(operation),
                    bar(done, total, bar_width(style), style.unicode), done, total);
    const std::string tail = "  " + human_elapsed(elapsed);
    // The last column stays free: some terminals wrap when it is written.
    const int room = style.width - 1 - display_width(head) - display_width(tail);
    const std::string middle = fit(printable(current), std::max(room, 0), style.unicode);
    return fit(head + middle + tail, style.width - 1, style.unicode);
}

std::vector<std::string> progress_news(const Json& before, const Json& after, WallTime now,
                                       News which) {
    std::vector<std::string> lines;
    for (const Json& step : list_field(after, "steps")) {
        std::string line = news_of(step_named(before, text_field(step, "name")), step, now, which);
        if (!line.empty()) lines.push_back(std::move(line));
    }
    return lines;
}

std::string transfer_line(const Transfer& transfer, const ProgressStyle& style) {
    const double seconds = static_cast<double>(transfer.elapsed.count()) / 1000;
    const double speed = seconds < 0.05 ? 0 : static_cast<double>(transfer.done_bytes) / seconds;
    const std::string text =
        fmt::format("{}  {}  {} of {}  {}/s  {}", printable(transfer.what),
                    bar(transfer.done_bytes, transfer.total_bytes, bar_width(style), style.unicode),
                    human_bytes(transfer.done_bytes), human_bytes(transfer.total_bytes),
                    human_bytes(static_cast<std::int64_t>(speed)), human_elapsed(transfer.elapsed));
    return fit(text, style.width - 1, style.unicode);
}

bool is_running(const Json& operation) { return text_field(operation, "state") == "running"; }
bool has_failed(const Json& operation) { return text_field(operation, "state") == "failed"; }

}  // namespace foyer::cli
