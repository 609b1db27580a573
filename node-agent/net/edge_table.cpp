#include "node-agent/net/edge_table.h"

#include <nlohmann/json.hpp>
#include <set>

#include "common/base/text.h"
#include "node-agent/net/ipv6.h"

namespace foyer::agent {

namespace {

using nlohmann::json;

constexpr int closed_port = 1;
constexpr std::uint64_t slot_number_max = 65'535;  // of a file: far more than an edge has

bool is_hostname(const std::string& name) {
    return !name.empty() && name.size() <= 253 && name[0] != '.' && name[0] != '-' &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string::npos;
}

Result<int> free_slot(const std::set<int>& taken, int slots_max) {
    for (int slot = 0; slot < slots_max; ++slot)
        if (!taken.contains(slot)) return slot;
    return error(ErrorCode::ResourceExhausted,
                 "this edge serves no more than " + std::to_string(slots_max) + " names");
}

// Absent in the file of an older agent.
WallTime ordered_at_from(const json& slot) {
    const auto found = slot.find("ordered_at_unix_ms");
    if (found == slot.end() || !found->is_number_integer()) return {};
    return WallTime{found->get<std::int64_t>()};
}

}  // namespace

Result<EdgeAddress> parse_backend(const std::string& backend) {
    if (backend.empty()) return EdgeAddress{.address = "::1", .port = closed_port};
    const std::size_t close = backend.rfind("]:");
    if (!backend.starts_with('[') || close == std::string::npos)
        return error(ErrorCode::InvalidArgument, "'" + backend + "' is not a backend");
    const std::string address = backend.substr(1, close - 1);
    const auto port = parse_int(backend.substr(close + 2));
    if (!is_ipv6(address) || !port || *port < 1 || *port > 65'535)
        return error(ErrorCode::InvalidArgument, "'" + backend + "' is not a backend");
    return EdgeAddress{.address = address, .port = static_cast<int>(*port)};
}

Result<EdgeTable> merge_routes(const EdgeTable& now, const std::map<std::string, EdgeRoute>& routes,
                               int slots_max) {
    EdgeTable table;
    std::set<int> taken;
    for (const auto& [name, slot] : now)
        if (routes.contains(name)) {
            table[name] = slot;
            taken.insert(slot.slot);
        }
    for (const auto& [name, route] : routes) {
        if (!is_hostname(name))
            return error(ErrorCode::InvalidArgument, "'" + name + "' is not a hostname");
        TRY(parse_backend(route.backend));
        const auto held = table.find(name);
        if (held == table.end()) {
            const int slot = TRY(free_slot(taken, slots_max));
            taken.insert(slot);
            table[name] = {.slot = slot,
                           .backend = route.backend,
                           .fence = route.fence,
                           .ordered_at = route.ordered_at};
        } else if (route.fence >= held->second.fence ||
                   is_other_order(route.ordered_at, held->second.ordered_at)) {
            held->second.backend = route.backend;
            held->second.fence = route.fence;
            held->second.ordered_at = route.ordered_at;
        }
    }
    return table;
}

std::string fence_text(const Fence& fence) {
    return std::to_string(fence.generation.number()) + "." + std::to_string(fence.epoch.number());
}

std::string to_json(const EdgeTable& table) {
    json names = json::object();
    for (const auto& [name, slot] : table)
        names[name] = {{"slot", slot.slot},
                       {"backend", slot.backend},
                       {"ordered_at_unix_ms", slot.ordered_at.unix_ms},
                       {"generation", slot.fence.generation.number()},
                       {"epoch", slot.fence.epoch.number()}};
    return names.dump(1) + "\n";
}

Result<EdgeTable> edge_table_from(const std::string& text) {
    const json names = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!names.is_object()) return error(ErrorCode::InvalidArgument, "the edge's table is damaged");
    EdgeTable table;
    std::set<int> taken;
    for (const auto& [name, slot] : names.items()) {
        const bool shaped = is_hostname(name) && slot.is_object() && slot.contains("slot") &&
                            slot["slot"].is_number_unsigned() &&
                            slot["slot"].get<std::uint64_t>() <= slot_number_max &&
                            slot.contains("backend") && slot["backend"].is_string() &&
                            slot.contains("generation") &&
                            slot["generation"].is_number_unsigned() && slot.contains("epoch") &&
                            slot["epoch"].is_number_unsigned();
        if (!shaped || !parse_backend(slot["backend"].get<std::string>()).ok() ||
            !taken.insert(slot["slot"].get<int>()).second)
            return error(ErrorCode::InvalidArgument, "the edge's table is damaged");
        table[name] = {.slot = slot["slot"].get<int>(),
                       .backend = slot["backend"].get<std::string>(),
                       .fence = {.generation = Generation(slot["generation"].get<std::uint64_t>()),
                                 .epoch = Epoch(slot["epoch"].get<std::uint64_t>())},
                       .ordered_at = ordered_at_from(slot)};
    }
    return table;
}

}  // namespace foyer::agent
