#include "node-agent/state/takeover_json.h"

#include "node-agent/state/json_fields.h"

namespace foyer::agent {
namespace {

using Json = nlohmann::json;

void add(Json& body, const char* key, const std::optional<Duration>& span) {
    if (span) body[key] = span->count();
}

std::optional<Duration> span_from(JsonFields& fields, const char* key) {
    if (!fields.has(key)) return std::nullopt;
    return Duration(fields.number(key));
}

Json to_json(const LeadershipBegin& begin) {
    Json body = {{"began_at_unix_ms", begin.began_at.unix_ms},
                 {"cause", to_text(begin.cause)},
                 {"former_generation", begin.former_fence.generation.number()},
                 {"former_epoch", begin.former_fence.epoch.number()},
                 {"detected_ms", begin.detected.count()},
                 {"fenced_ms", begin.fenced.count()},
                 {"elected_ms", begin.elected.count()}};
    if (begin.former) body["former"] = begin.former->number;
    add(body, "announced_ms", begin.announced);
    add(body, "promoted_ms", begin.promoted);
    add(body, "opened_ms", begin.opened);
    return body;
}

LeadershipBegin begin_from(const Json& body, JsonFields& outer) {
    JsonFields fields(body);
    LeadershipBegin begin;
    begin.began_at = WallTime{fields.number("began_at_unix_ms")};
    const auto cause = takeover_cause_from(fields.text("cause"));
    if (fields.is(cause.has_value())) begin.cause = *cause;
    if (fields.has("former")) begin.former = ReplicaIndex{fields.whole("former")};
    begin.former_fence = {Generation(fields.count("former_generation")),
                          Epoch(fields.count("former_epoch"))};
    begin.detected = Duration(fields.number("detected_ms"));
    begin.fenced = Duration(fields.number("fenced_ms"));
    begin.elected = Duration(fields.number("elected_ms"));
    begin.announced = span_from(fields, "announced_ms");
    begin.promoted = span_from(fields, "promoted_ms");
    begin.opened = span_from(fields, "opened_ms");
    outer.is(fields.ok());
    return begin;
}

LeadershipEnd end_from(const Json& body, JsonFields& outer) {
    JsonFields fields(body);
    LeadershipEnd end;
    const auto reason = leadership_end_reason_from(fields.text("reason"));
    if (fields.is(reason.has_value())) end.reason = *reason;
    end.ended_at = WallTime{fields.number("ended_at_unix_ms")};
    end.closing = Duration(fields.number("closing_ms"));
    outer.is(fields.ok());
    return end;
}

Json to_json(const LeadershipReport& report) {
    Json body = {{"partition", report.partition.str()},
                 {"ordered_at_unix_ms", report.ordered_at.unix_ms},
                 {"generation", report.fence.generation.number()},
                 {"epoch", report.fence.epoch.number()}};
    if (report.begin) body["begin"] = to_json(*report.begin);
    if (report.end)
        body["end"] = {{"reason", to_text(report.end->reason)},
                       {"ended_at_unix_ms", report.end->ended_at.unix_ms},
                       {"closing_ms", report.end->closing.count()}};
    return body;
}

LeadershipReport leadership_from(const Json& body, JsonFields& outer) {
    JsonFields fields(body);
    LeadershipReport report;
    report.partition = PartitionId(fields.text("partition"));
    report.ordered_at = WallTime{fields.number("ordered_at_unix_ms")};
    report.fence = {Generation(fields.count("generation")), Epoch(fields.count("epoch"))};
    if (fields.has("begin")) report.begin = begin_from(body.at("begin"), fields);
    if (fields.has("end")) report.end = end_from(body.at("end"), fields);
    outer.is(fields.ok() && !report.partition.empty());
    return report;
}

Json to_json(const RoutingReport& report) {
    Json body = {{"instance", report.instance.str()},
                 {"ordered_at_unix_ms", report.ordered_at.unix_ms},
                 {"generation", report.fence.generation.number()},
                 {"epoch", report.fence.epoch.number()},
                 {"heard_at_unix_ms", report.heard_at.unix_ms},
                 {"routed_ms", report.routed.count()}};
    add(body, "answered_ms", report.answered);
    return body;
}

RoutingReport routing_from(const Json& body, JsonFields& outer) {
    JsonFields fields(body);
    RoutingReport report;
    report.instance = InstanceName(fields.text("instance"));
    report.ordered_at = WallTime{fields.number("ordered_at_unix_ms")};
    report.fence = {Generation(fields.count("generation")), Epoch(fields.count("epoch"))};
    report.heard_at = WallTime{fields.number("heard_at_unix_ms")};
    report.routed = Duration(fields.number("routed_ms"));
    report.answered = span_from(fields, "answered_ms");
    outer.is(fields.ok() && !report.instance.empty());
    return report;
}

}  // namespace

Json to_json(const KeptTakeovers& kept) {
    Json body = {{"leaderships", Json::array()}, {"routings", Json::array()}};
    for (const auto& one : kept.leaderships) body["leaderships"].push_back(to_json(one));
    for (const auto& one : kept.routings) body["routings"].push_back(to_json(one));
    return body;
}

std::optional<KeptTakeovers> takeovers_from_json(const Json& body) {
    JsonFields fields(body);
    KeptTakeovers kept;
    for (const Json& one : fields.list("leaderships"))
        kept.leaderships.push_back(leadership_from(one, fields));
    for (const Json& one : fields.list("routings"))
        kept.routings.push_back(routing_from(one, fields));
    if (!fields.ok()) return std::nullopt;
    return kept;
}

}  // namespace foyer::agent
