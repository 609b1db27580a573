#include "node-agent/app/hook_output.h"

#include <nlohmann/json.hpp>

namespace foyer::agent {
namespace {

constexpr std::size_t followers_max = 32;
constexpr std::size_t text_bytes_max = 512;
constexpr std::int64_t flushed_bytes_max = std::int64_t{1} << 60;  // what the wire carries

using Json = nlohmann::json;

Error refuse(std::string_view hook, std::string_view why) {
    return error(ErrorCode::InvalidArgument, std::string(hook) + " hook: " + std::string(why));
}

Result<Json> parse_object(std::string_view hook, std::string_view output) {
    Json body = Json::parse(output.begin(), output.end(), nullptr, /*allow_exceptions=*/false);
    if (!body.is_object()) return refuse(hook, "its output is not a JSON object");
    return body;
}

std::string text_of(const Json& body, const char* key) {
    const auto at = body.find(key);
    return at != body.end() && at->is_string() ? at->get<std::string>().substr(0, text_bytes_max)
                                               : std::string();
}

std::optional<std::int64_t> number_of(const Json& body, const char* key) {
    const auto at = body.find(key);
    if (at == body.end() || !at->is_number_integer()) return std::nullopt;
    if (at->is_number_unsigned() &&
        at->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
        return std::nullopt;
    return at->get<std::int64_t>();
}

bool truth_of(const Json& body, const char* key) {
    const auto at = body.find(key);
    return at != body.end() && at->is_boolean() && at->get<bool>();
}

std::vector<FollowerView> followers_of(const Json& body) {
    std::vector<FollowerView> followers;
    const auto list = body.find("replicas");
    if (list == body.end() || !list->is_array()) return followers;
    for (const Json& item : *list) {
        if (followers.size() == followers_max || !item.is_object()) break;
        followers.push_back({.name = text_of(item, "name"),
                             .state = text_of(item, "state"),
                             .sync_state = text_of(item, "sync_state"),
                             .lag_bytes = number_of(item, "lag_bytes").value_or(0)});
    }
    return followers;
}

std::optional<ShownQuorum> quorum_of(const Json& body) {
    const auto at = body.find("quorum");
    if (at == body.end() || !at->is_object()) return std::nullopt;
    const auto copies = number_of(*at, "copies");
    const auto names = at->find("names");
    if (!copies || *copies < 1 || *copies > static_cast<std::int64_t>(followers_max) ||
        names == at->end() || !names->is_array() || names->size() > followers_max)
        return std::nullopt;
    ShownQuorum quorum;
    quorum.copies = static_cast<int>(*copies);
    for (const Json& name : *names)
        if (name.is_string()) quorum.names.push_back(name.get<std::string>());
    return quorum;
}

}  // namespace

Result<PositionReport> parse_position(std::string_view output) {
    const Json body = TRY(parse_object("position", output));
    const std::string role = text_of(body, "role");
    if (role != "primary" && role != "standby")
        return refuse("position", "'role' is neither primary nor standby");
    const auto epoch = number_of(body, "epoch");
    const auto flushed = number_of(body, "flushed_bytes");
    if (!epoch || *epoch < 0) return refuse("position", "'epoch' is not a number");
    if (!flushed || *flushed < 0 || *flushed > flushed_bytes_max)
        return refuse("position", "'flushed_bytes' is not a number");
    PositionReport report;
    report.leads = role == "primary";
    report.position = {Epoch(static_cast<std::uint64_t>(*epoch)), *flushed,
                       truth_of(body, "receiving")};
    // A release that knows no generations writes the log of the first.
    const std::int64_t generation = number_of(body, "generation").value_or(1);
    if (generation < 1) return refuse("position", "'generation' is not 1 or more");
    report.position.generation = Generation(static_cast<std::uint64_t>(generation));
    report.followers = followers_of(body);
    report.quorum = quorum_of(body);
    return report;
}

Result<Health> parse_health(std::string_view output) {
    const Json body = TRY(parse_object("health", output));
    const auto healthy = body.find("healthy");
    const auto ready = body.find("ready");
    if (healthy == body.end() || !healthy->is_boolean())
        return refuse("health", "'healthy' is not true or false");
    if (ready == body.end() || !ready->is_boolean())
        return refuse("health", "'ready' is not true or false");
    return Health{healthy->get<bool>(), ready->get<bool>(), truth_of(body, "diverged"),
                  text_of(body, "detail")};
}

}  // namespace foyer::agent
