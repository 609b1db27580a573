// What a site has earned in a month: GET /v1/sites/{name}/promise.
#include "master/domain/host_promise.h"
#include "master/rpc/handlers.h"

namespace foyer::master {
namespace {

// A box that stands at the site, or did: its name may be another's now, or have been before.
struct Stay {
    NodeId node;
    std::optional<WallTime> gone_at;
};

struct Asked {
    std::vector<Stay> stays;
    Span month;
    Span passed;   // of the month, until now
    Span counted;  // and of that, since the site is there: its name may have been another's before
};

Result<Span> month_asked(const std::string& text, WallTime now) {
    return month_of(text.empty() ? to_rfc3339(now).substr(0, 7) : text);
}

Result<Asked> asked(const State& state, const Caller& caller,
                    const api::GetSitePromiseRequest& request, WallTime now) {
    const Site* site = TRY(find_own_site(state, caller, request.name()));
    Asked what;
    what.month = TRY(month_asked(request.month(), now));
    if (what.month.from > now)
        return error(ErrorCode::InvalidArgument, "that month has not begun", {{"field", "month"}});
    what.passed = {what.month.from, std::min(now, what.month.to)};
    what.counted = {std::max(what.passed.from, site->created_at), what.passed.to};
    if (what.counted.from >= what.counted.to) return what;
    for (const auto& [name, node] : state.nodes())
        if (node.site == site->name) what.stays.push_back({name, std::nullopt});
    for (const FormerBox& box : site->former_boxes)
        if (box.gone_at > what.counted.from) what.stays.push_back({box.node, box.gone_at});
    return what;
}

void show(const Asked& asked, const EventHistory::Lives& lives, const ApiLimits& limits,
          api::SitePromise& to) {
    std::vector<Span> heard;
    for (std::size_t i = 0; i < lives.size(); ++i)
        for (const Span& span :
             heard_spans(life_of(lives[i], asked.stays[i].gone_at), asked.counted))
            heard.push_back(span);
    const Duration up = covered(std::move(heard));
    to.set_month(to_rfc3339(asked.month.from).substr(0, 7));
    to.set_currency(limits.host_currency);
    to.set_monthly_cents(limits.host_monthly.count());
    to.set_earned_cents(earned(limits.host_monthly, up, asked.month).count());
    to.set_heard_ms(up.count());
    to.set_passed_ms((asked.passed.to - asked.passed.from).count());
}

}  // namespace

void get_site_promise(const ApiContext& context, ApiCall call,
                      const api::GetSitePromiseRequest& request, api::SitePromise& response) {
    const WallTime now = context.clock.wall();
    auto what = context.planner.read(
        [&](const State& state) { return asked(state, call.caller, request, now); });
    if (!what.ok()) return call.done(what.failure());
    response.set_site(request.name());
    std::vector<NodeId> nodes;
    for (const Stay& stay : what.value().stays) nodes.push_back(stay.node);
    const Span counted = what.value().counted;
    context.events.lives(nodes, counted,
                         [&response, limits = context.limits, what = std::move(what).value(),
                          done = std::move(call.done)](Result<EventHistory::Lives> lives) {
                             if (!lives.ok()) return done(lives.failure());
                             show(what, lives.value(), limits, response);
                             done(ok_status());
                         });
}

}  // namespace foyer::master
