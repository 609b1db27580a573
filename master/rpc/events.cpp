// What happened, as the caller may know it; held while there is nothing to tell.
#include <memory>

#include "master/rpc/handlers.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

struct Ask {
    EventFilter filter;
    std::int64_t after = 0;
    int size = 0;
    int newest = 0;  // 0: those after `after`
    Duration wait{0};
};

Result<Ask> ask_of(const ApiContext& context, const Caller& caller,
                   const api::ListEventsRequest& request) {
    Ask ask;
    if (request.after() < 0)
        return error(ErrorCode::InvalidArgument, "'/after' must be 0 or more",
                     {{"path", "/after"}});
    ask.after = request.after();
    ask.size = TRY(page_size_of(context, request.page_size(), "/page_size"));
    ask.wait = TRY(wait_of(context, request.wait_ms()));
    ask.newest = request.newest();
    if (ask.newest < 0 || ask.newest > context.limits.page_size_max)
        return error(ErrorCode::InvalidArgument,
                     "'/newest' must be from 0 to " + std::to_string(context.limits.page_size_max),
                     {{"path", "/newest"}});
    if (ask.newest > 0 && (request.has_after() || ask.wait > Duration(0)))
        return error(ErrorCode::InvalidArgument,
                     "'/newest' stands alone: neither with '/after' nor with '/wait_ms'",
                     {{"path", "/newest"}});
    if (!caller.is_operator()) ask.filter.owner = caller.account;
    ask.filter.about = TRY(from_wire(request.about()));
    ask.filter.subject = request.subject();
    ask.filter.kind = request.kind();
    ask.filter.above = Revision(request.after_revision());
    return ask;
}

void fill(const EventsSince& found, api::ListEventsResponse& response) {
    for (const Event& event : found.events) show(event, *response.add_events());
    response.set_last(found.last);
    response.set_has_more(found.more);
}

// Whether there is something to tell. What was looked at once is not looked at again: asked under
// the desk's lock, one at a time.
class News {
public:
    News(EventFilter filter, std::int64_t seen) : filter_(std::move(filter)), seen_(seen) {}

    bool operator()(const State& state) {
        // What is not in memory any more is told by the database to who asks.
        const auto found = remembered_since(state, filter_, seen_, 1);
        if (!found || !found->events.empty()) return true;
        seen_ = found->last;
        return false;
    }

private:
    EventFilter filter_;
    std::int64_t seen_;
};

void answer(const ApiContext& context, const Ask& ask, api::ListEventsResponse& response,
            Api::Done done) {
    context.events.since(ask.filter, ask.after, ask.size,
                         [&response, done = std::move(done)](const Result<EventsSince>& found) {
                             if (!found.ok()) return done(found.failure());
                             fill(found.value(), response);
                             done(ok_status());
                         });
}

void hold(const ApiContext& context, const Ask& ask, std::int64_t seen,
          api::ListEventsResponse& response, const Api::Done& done) {
    Ask later = ask;
    later.after = seen;
    const auto held = context.desk.wait(
        {}, context.clock.mono() + ask.wait,
        [news = std::make_shared<News>(ask.filter, seen)](const State& state) {
            return (*news)(state);
        },
        [&context, later, &response, done](Woken) { answer(context, later, response, done); });
    if (!held.ok()) return done(held.failure());
    context.planner.read([&](const State& state) { context.desk.recheck(held.value(), state); });
}

}  // namespace

Result<std::optional<EventAbout>> from_wire(api::EventAbout about) {
    if (about == api::EVENT_ABOUT_UNSPECIFIED) return std::optional<EventAbout>();
    for (const EventAbout known : all_event_abouts)
        if (to_wire(known) == about) return std::optional(known);
    return error(ErrorCode::InvalidArgument, "'/about' is none of the kinds of things",
                 {{"path", "/about"}});
}

void list_events(const ApiContext& context, ApiCall call, const api::ListEventsRequest& request,
                 api::ListEventsResponse& response) {
    const auto asked = ask_of(context, call.caller, request);
    if (!asked.ok()) return call.done(asked.failure());
    const Ask ask = asked.value();
    if (ask.newest > 0) {
        fill(context.events.newest(ask.filter, ask.newest), response);
        return call.done(ok_status());
    }
    if (ask.wait == Duration(0)) return answer(context, ask, response, std::move(call.done));
    context.events.since(
        ask.filter, ask.after, ask.size,
        [&context, ask, &response, done = std::move(call.done)](const Result<EventsSince>& found) {
            if (!found.ok()) return done(found.failure());
            if (found.value().events.empty())
                return hold(context, ask, found.value().last, response, done);
            fill(found.value(), response);
            done(ok_status());
        });
}

}  // namespace foyer::master
