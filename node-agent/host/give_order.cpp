#include "node-agent/host/give_order.h"

#include <nlohmann/json.hpp>

#include "common/base/check.h"
#include "common/base/text.h"

namespace foyer::agent {
namespace {

using Json = nlohmann::json;

constexpr Duration look_again{200};
constexpr Duration stopped_within{30'000};
constexpr Duration let_go_within{15'000};

std::string text_at(const Json& body, const char* key) {
    const auto at = body.find(key);
    return at != body.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::size_t partitions_in(const std::string& status) {
    const Json body = Json::parse(status, nullptr, /*allow_exceptions=*/false);
    return body.is_object() && body.contains("partitions") ? body["partitions"].size() : 0;
}

std::string wish_in(const std::string& status) {
    const Json body = Json::parse(status, nullptr, /*allow_exceptions=*/false);
    if (!body.is_object() || !body.contains("host") || !body["host"].is_object()) return "";
    return text_at(body["host"], "wish");
}

std::string copies(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " copy" : " copies");
}

std::string moving(std::size_t count) {
    return count == 1 ? "1 copy moves to another box, once its replacement is there"
                      : copies(count) + " move to other boxes, each once its replacement is there";
}

Result<std::string> ask(const OrderPorts& ports, const HostRequest& request) {
    const std::string answer = TRY(ports.ask(to_line(request)));
    if (const auto why = refusal_in(answer)) return error(ErrorCode::FailedPrecondition, *why);
    return answer;
}

std::string end_of(const HostOrder& order) {
    return order.until ? "It serves again at " + to_rfc3339(*order.until) +
                             ", or before with: foyer-node resume"
                       : "It serves again with: foyer-node resume";
}

// His order is over; what he limited goes on.
std::string served(const std::string& status) {
    const Json body = Json::parse(status, nullptr, /*allow_exceptions=*/false);
    const Json limits = body.is_object() ? body.value("limits", Json::object()) : Json::object();
    const Json pause = limits.is_object() ? limits.value("pause", Json::object()) : Json::object();
    const std::string until = pause.is_object() ? text_at(pause, "until") : "";
    if (until.empty()) return "this box serves";
    return "no order of yours is left; its limits keep this box paused until " + until +
           ": foyer-node limits";
}

Result<std::string> wait_stopped(const HostOrder& order, std::string status,
                                 const OrderPorts& ports) {
    const MonoTime began = ports.clock.mono();
    while (true) {
        const auto running = still_running(status);
        if (running.empty()) break;
        if (ports.clock.mono() - began >= stopped_within)
            return error(ErrorCode::DeadlineExceeded,
                         "still running after 30 s: " + join(running, ", ") +
                             "; the agent goes on stopping it, see foyer-node status");
        ports.sleep(look_again);
        status = TRY(ask(ports, {}));
    }
    const auto tenths = (ports.clock.mono() - began).count() / 100;
    return "paused after " + std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) +
           " s: nothing of a customer runs here (" + copies(partitions_in(status)) +
           " kept on the disk). " + end_of(order);
}

bool has_left(const std::string& status) {
    const Json body = Json::parse(status, nullptr, /*allow_exceptions=*/false);
    if (!body.is_object() || !body.contains("master") || !body["master"].is_object()) return false;
    const auto left = body["master"].find("left");
    return left != body["master"].end() && left->is_boolean() && left->get<bool>();
}

Result<std::string> wait_let_go(std::string status, const OrderPorts& ports) {
    const std::size_t left = partitions_in(status);
    if (left > 0)
        return moving(left) +
               "; leave the box on. Then it gets its receipt and leaves. How far it is: foyer-node "
               "status. It stays with: foyer-node resume";
    const MonoTime began = ports.clock.mono();
    while (!has_left(status)) {
        if (ports.clock.mono() - began >= let_go_within)
            return std::string(
                "nothing is here; this box leaves as soon as its master lets it go: foyer-node "
                "status. It stays with: foyer-node resume");
        ports.sleep(look_again);
        status = TRY(ask(ports, {}));
    }
    return std::string(
        "this box has left the cloud; its receipt: foyer-node receipt. What is left of it here "
        "goes with: systemctl disable --now foyer-node && foyer-node clear --erase");
}

}  // namespace

std::vector<std::string> still_running(const std::string& status) {
    std::vector<std::string> found;
    const Json body = Json::parse(status, nullptr, /*allow_exceptions=*/false);
    if (!body.is_object() || !body.contains("partitions")) return found;
    for (const Json& item : body["partitions"]) {
        if (!item.is_object() || text_at(item, "role") == "witness") continue;
        const std::string phase = text_at(item, "phase");
        // One that has just been assigned, or found again, is not looked at yet. What failed and
        // what is being erased has ended.
        if (phase != "stopped" && phase != "erasing" && phase != "failed")
            found.push_back(text_at(item, "partition") + " (" + phase + ")");
    }
    return found;
}

Result<std::string> give_order(const HostOrder& order, const OrderPorts& ports) {
    std::string status = TRY(ask(ports, {order}));
    if (wish_in(status) != to_text(order.wish))
        return error(ErrorCode::FailedPrecondition,
                     "the agent that runs is older than this command and knows no such order: "
                     "systemctl restart foyer-node, then try it again");
    switch (order.wish) {
        case HostWish::Serving: return served(status);
        case HostWish::Paused: return wait_stopped(order, std::move(status), ports);
        case HostWish::Leaving: return wait_let_go(std::move(status), ports);
        case HostWish::Draining: {
            const std::size_t left = partitions_in(status);
            if (left == 0) return "nothing is here, and nothing comes. " + end_of(order);
            return moving(left) + "; leave the box on. What is left: foyer-node status. " +
                   end_of(order);
        }
    }
    CHECK(false);
}

}  // namespace foyer::agent
