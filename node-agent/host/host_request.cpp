#include "node-agent/host/host_request.h"

#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "node-agent/state/host_json.h"
#include "node-agent/state/limits_json.h"

namespace foyer::agent {
namespace {

using Json = nlohmann::json;

Error bad(const std::string& why) {
    return error(ErrorCode::InvalidArgument, "this is no request of foyer-node: " + why);
}

Result<HostOrder> parse_order(const Json& body, WallTime now) {
    HostOrder order;
    const auto wish = body.find("wish");
    if (wish == body.end() || !wish->is_string()) return bad("'wish' is no text");
    const auto known = host_wish_from(wish->get<std::string>());
    if (!known) return bad("no wish is called '" + wish->get<std::string>() + "'");
    order.wish = *known;
    const auto until = body.find("until_unix_ms");
    if (until == body.end()) return order;
    if (!until->is_number_unsigned() || until->get<std::uint64_t>() > INT64_MAX)
        return bad("'until_unix_ms' is no time");
    if (until->get<std::int64_t>() == 0) return order;
    order.until = WallTime{until->get<std::int64_t>()};
    if (!may_end(order.wish)) return bad("only a pause or a drain ends by itself");
    if (*order.until <= now)
        return error(ErrorCode::InvalidArgument, to_rfc3339(*order.until) + " is over already");
    if (*order.until - now > order_span_max)
        return error(ErrorCode::InvalidArgument,
                     to_rfc3339(*order.until) + " is more than a year away; leave --until out");
    return order;
}

}  // namespace

std::string to_line(const HostRequest& request) {
    if (request.limits) return Json{{"do", "limits"}, {"limits", to_json(*request.limits)}}.dump();
    if (request.refuses)
        return Json{{"do", "refuse"}, {"refuses", to_json(*request.refuses)}}.dump();
    if (request.upgrades) return Json{{"do", "upgrades"}, {"on", *request.upgrades}}.dump();
    Json body = {{"do", request.order ? "order" : "status"}};
    if (request.order) {
        body["wish"] = to_text(request.order->wish);
        body["until_unix_ms"] = request.order->until ? request.order->until->unix_ms : 0;
    }
    return body.dump();
}

Result<HostRequest> parse_request(const std::string& line, WallTime now) {
    const Json body = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!body.is_object()) return bad("no JSON object");
    const auto verb = body.find("do");
    if (verb == body.end() || !verb->is_string()) return bad("'do' is no text");
    const std::string word = verb->get<std::string>();
    if (word == "status") return HostRequest{};
    if (word == "limits") {
        const auto limits = limits_from_json(body.value("limits", Json()));
        if (!limits) return bad("'limits' are none");
        TRY(check(*limits));
        return HostRequest{std::nullopt, limits, std::nullopt};
    }
    if (word == "refuse") {
        const auto refuses = refusals_from_json(body.value("refuses", Json()));
        if (!refuses) return bad("'refuses' are no countries, kinds and now");
        TRY(check(*refuses));
        return HostRequest{std::nullopt, std::nullopt, refuses};
    }
    if (word == "upgrades") {
        const auto on = body.find("on");
        if (on == body.end() || !on->is_boolean()) return bad("'on' is not true or false");
        HostRequest request;
        request.upgrades = on->get<bool>();
        return request;
    }
    if (word != "order") return bad("it cannot do '" + word + "'");
    return HostRequest{TRY(parse_order(body, now)), std::nullopt, std::nullopt};
}

std::string refusal_json(const Error& failure) {
    return Json{{"error", failure.message}}.dump(-1, ' ', false, Json::error_handler_t::replace) +
           "\n";
}

std::optional<std::string> refusal_in(const std::string& answer) {
    const Json body = Json::parse(answer, nullptr, /*allow_exceptions=*/false);
    if (!body.is_object() || !body.contains("error") || !body["error"].is_string())
        return std::nullopt;
    return body["error"].get<std::string>();
}

}  // namespace foyer::agent
