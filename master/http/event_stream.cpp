#include "master/http/event_stream.h"

#include <algorithm>
#include <cctype>

#include "common/base/check.h"
#include "common/base/text.h"
#include "foyer/api/v1/events.pb.h"
#include "master/http/json_print.h"

namespace foyer::master {
namespace {

constexpr std::string_view event_stream = "text/event-stream";

// "  text/event-stream;q=0.9" is that type.
bool is_event_stream(std::string_view type) {
    type.remove_prefix(std::min(type.find_first_not_of(' '), type.size()));
    type = type.substr(0, std::min(type.find_first_of("; "), type.size()));
    return std::ranges::equal(type, event_stream, [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == b;
    });
}

Error not_a_place(std::string_view path) {
    return error(ErrorCode::InvalidArgument,
                 "'" + std::string(path) + "' must be the sequence of an event: 0 or more",
                 {{"path", std::string(path)}});
}

}  // namespace

bool accepts_event_stream(std::string_view accept) {
    return std::ranges::any_of(split(accept, ','), is_event_stream);
}

Result<std::optional<std::int64_t>> begin_of_stream(std::string_view last_event_id,
                                                    const api::v1::ListEventsRequest& request) {
    if (request.wait_ms() != 0)
        return error(ErrorCode::InvalidArgument, "a stream waits by itself; leave '/wait_ms' out",
                     {{"path", "/wait_ms"}});
    if (!last_event_id.empty()) {
        const auto place = parse_int(last_event_id);
        if (!place || *place < 0) return not_a_place("Last-Event-ID");
        return place;
    }
    if (!request.has_after()) return std::optional<std::int64_t>();
    if (request.after() < 0) return not_a_place("/after");
    return std::optional(request.after());
}

std::string event_stream_text(const api::v1::ListEventsResponse& found) {
    std::string text;
    for (const api::v1::Event& event : found.events())
        text += "id: " + std::to_string(event.sequence()) + "\ndata: " + print_json(event) + "\n\n";
    // What was passed over is not looked at again by who resumes.
    if (!found.has_more()) text += "id: " + std::to_string(found.last()) + "\n\n";
    return text;
}

std::string refused_stream_text(std::string_view error_json) {
    std::string line(error_json);
    std::erase(line, '\n');
    return "event: refused\ndata: " + line + "\n\n";
}

StreamPlace StreamPlaces::enter(const std::string& account) {
    const std::scoped_lock lock(mutex_);
    if (taken_ >= most_) return StreamPlace::Full;
    std::size_t& own = by_account_[account];
    if (own >= per_account_) return StreamPlace::AccountFull;
    ++own;
    ++taken_;
    return StreamPlace::Given;
}

void StreamPlaces::leave(const std::string& account) {
    const std::scoped_lock lock(mutex_);
    const auto own = by_account_.find(account);
    CHECK(own != by_account_.end());
    --taken_;
    if (--own->second == 0) by_account_.erase(own);
}

std::size_t StreamPlaces::taken() const {
    const std::scoped_lock lock(mutex_);
    return taken_;
}

}  // namespace foyer::master
