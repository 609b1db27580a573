#include "node-agent/state/local_json.h"

#include "common/base/check.h"
#include "node-agent/state/json_fields.h"

namespace foyer::agent {
namespace {

using Json = nlohmann::json;

Json to_json(const Fence& fence) {
    return {{"generation", fence.generation.number()}, {"epoch", fence.epoch.number()}};
}

Fence fence_from(const char* key, const Json& body, JsonFields& outer) {
    if (!outer.is(outer.has(key))) return {};
    JsonFields fields(body.at(key));
    const Fence fence{Generation(fields.count("generation")), Epoch(fields.count("epoch"))};
    outer.is(fields.ok());
    return fence;
}

const char* text_of(Removal removal) {
    switch (removal) {
        case Removal::None: return "none";
        case Removal::Ordered: return "ordered";
        case Removal::Forgotten: return "forgotten";
    }
    CHECK(false);
}

std::optional<Removal> removal_from(const std::string& text) {
    for (const Removal removal : {Removal::None, Removal::Ordered, Removal::Forgotten}) {
        if (text == text_of(removal)) return removal;
    }
    return std::nullopt;
}

}  // namespace

Json to_json(const LocalState& local) {
    Json body = {{"partition", local.partition.str()},
                 {"initialized", local.initialized},
                 {"begun_empty", local.begun_empty},
                 {"diverged", local.diverged},
                 {"fence", to_json(local.fence)},
                 {"applied", to_json(local.applied)},
                 {"promoted", to_json(local.promoted)},
                 {"applied_revision", local.applied_revision.number()},
                 {"shape", local.shape},
                 {"removal", text_of(local.removal)},
                 {"removed_at_unix_ms", local.removed_at.unix_ms}};
    if (local.ordered_at.unix_ms != 0) body["ordered_at_unix_ms"] = local.ordered_at.unix_ms;
    if (local.led) body["led"] = *local.led;
    if (local.applied_serial != 0) {
        body["applied_serial"] = local.applied_serial;
        body["rejoined"] = to_json(local.rejoined);
        body["replacing"] = local.replacing;
    }
    return body;
}

std::optional<LocalState> local_from_json(const Json& body) {
    JsonFields fields(body);
    LocalState local;
    local.partition = PartitionId(fields.text("partition"));
    local.ordered_at = WallTime{fields.number_or_zero("ordered_at_unix_ms")};
    local.initialized = fields.truth("initialized");
    local.begun_empty = fields.has("begun_empty") && fields.truth("begun_empty");
    local.diverged = fields.truth("diverged");
    local.fence = fence_from("fence", body, fields);
    local.applied = fence_from("applied", body, fields);
    local.promoted = fence_from("promoted", body, fields);
    local.applied_revision = Revision(fields.count("applied_revision"));
    local.shape = fields.text("shape");
    const auto removal = removal_from(fields.text("removal"));
    if (fields.is(removal.has_value())) local.removal = *removal;
    local.removed_at = WallTime{fields.number("removed_at_unix_ms")};
    local.led.reset();
    if (fields.has("led")) local.led = fields.truth("led");
    if (fields.has("applied_serial")) {  // of a copy whose group elects
        local.applied_serial = fields.count("applied_serial");
        local.rejoined = fence_from("rejoined", body, fields);
        local.replacing = fields.truth("replacing");
    }
    if (!fields.ok() || local.partition.empty()) return std::nullopt;
    return local;
}

}  // namespace foyer::agent
