#include "node-agent/state/limits_json.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "node-agent/state/json_fields.h"

namespace foyer::agent {
namespace {

using Json = nlohmann::json;
using Cap = std::optional<KbitPerSecond>;

std::int64_t count_of(const Cap& cap) { return cap ? cap->count() : 0; }

Cap cap_at(const char* key, JsonFields& fields) {
    const std::int64_t kbit = fields.number(key);
    fields.is(kbit >= 0);
    return kbit > 0 ? Cap(KbitPerSecond(kbit)) : std::nullopt;
}

QuietHours quiet_from(const Json& body, JsonFields& outer) {
    JsonFields fields(body);
    const auto from = clock_minute(fields.text("from"));
    const auto until = clock_minute(fields.text("until"));
    const auto act = quiet_act_from(fields.text("act"));
    outer.is(fields.ok() && from && until && act);
    return {from.value_or(0), until.value_or(0), act.value_or(QuietAct::Pause)};
}

Traffic moved_in(JsonFields& fields) {
    const Traffic moved{Bytes(fields.number("up_bytes")), Bytes(fields.number("down_bytes"))};
    fields.is(moved.up >= Bytes(0) && moved.down >= Bytes(0));
    return moved;
}

}  // namespace

std::string clock_text(int minute) {
    const auto two = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return two(minute / 60) + ":" + two(minute % 60);
}

std::optional<int> clock_minute(std::string_view text) {
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    const auto is_digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
    if (!is_digit(0) || !is_digit(1) || !is_digit(3) || !is_digit(4)) return std::nullopt;
    const int hour = (text[0] - '0') * 10 + (text[1] - '0');
    const int minute = (text[3] - '0') * 10 + (text[4] - '0');
    if (hour > 23 || minute > 59) return std::nullopt;
    return hour * 60 + minute;
}

std::string_view to_text(QuietAct act) {
    switch (act) {
        case QuietAct::Pause: return "pause";
        case QuietAct::LowerCaps: return "lower";
    }
    CHECK(false);
}

std::optional<QuietAct> quiet_act_from(std::string_view text) {
    for (const QuietAct act : {QuietAct::Pause, QuietAct::LowerCaps})
        if (text == to_text(act)) return act;
    return std::nullopt;
}

Json to_json(const HostLimits& limits) {
    Json quiet = Json::array();
    for (const QuietHours& hours : limits.quiet)
        quiet.push_back({{"from", clock_text(hours.from_minute)},
                         {"until", clock_text(hours.until_minute)},
                         {"act", to_text(hours.act)}});
    return {{"upload_kbit", count_of(limits.caps.upload)},
            {"download_kbit", count_of(limits.caps.download)},
            {"upload_active_kbit", count_of(limits.active_caps.upload)},
            {"download_active_kbit", count_of(limits.active_caps.download)},
            {"month_bytes", limits.month ? limits.month->count() : 0},
            {"quiet", quiet}};
}

std::optional<HostLimits> limits_from_json(const Json& body) {
    JsonFields fields(body);
    HostLimits limits;
    limits.caps = {cap_at("upload_kbit", fields), cap_at("download_kbit", fields)};
    limits.active_caps = {cap_at("upload_active_kbit", fields),
                          cap_at("download_active_kbit", fields)};
    const std::int64_t month = fields.number("month_bytes");
    fields.is(month >= 0);
    if (month > 0) limits.month = Bytes(month);
    const Json& quiet = fields.list("quiet");
    if (!fields.is(quiet.size() <= quiet_max)) return std::nullopt;
    for (const Json& hours : quiet) limits.quiet.push_back(quiet_from(hours, fields));
    return fields.ok() ? std::optional(limits) : std::nullopt;
}

Json to_json(const TrafficBook& book) {
    Json months = Json::array();
    for (const auto& [month, moved] : book.months)
        months.push_back({{"year", month.year},
                          {"month", month.month},
                          {"up_bytes", moved.up.count()},
                          {"down_bytes", moved.down.count()}});
    Json devices = Json::array();
    for (const auto& [name, count] : book.devices)
        devices.push_back({{"name", name},
                           {"number", count.number},
                           {"up_bytes", count.moved.up.count()},
                           {"down_bytes", count.moved.down.count()}});
    return {{"months", months}, {"devices", devices}};
}

std::optional<TrafficBook> traffic_from_json(const Json& body) {
    JsonFields fields(body);
    TrafficBook book;
    for (const Json& item : fields.list("months")) {
        JsonFields month(item);
        const LocalMonth key{month.whole("year"), month.whole("month")};
        book.months[key] = moved_in(month);
        fields.is(month.ok() && key.month >= 1 && key.month <= 12);
    }
    for (const Json& item : fields.list("devices")) {
        JsonFields device(item);
        const std::string name = device.text("name");
        const std::int64_t number = device.number("number");
        book.devices[name] = {number, moved_in(device)};
        fields.is(device.ok());
    }
    return fields.ok() ? std::optional(book) : std::nullopt;
}

}  // namespace foyer::agent
