// The text of a stream of server-sent events, where one begins, and how many there may be. Pure but
// for the counter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace foyer::api::v1 {
class ListEventsRequest;
class ListEventsResponse;
}  // namespace foyer::api::v1

namespace foyer::master {

// Whether this Accept header asks for text/event-stream by name.
bool accepts_event_stream(std::string_view accept);

// After which sequence; nothing: from now on. What a client saw last counts more than what its
// address says, which is as old as the page. InvalidArgument: neither is a number, or a wait is
// asked for.
Result<std::optional<std::int64_t>> begin_of_stream(std::string_view last_event_id,
                                                    const api::v1::ListEventsRequest& request);

// Each event in one line of data; without any, only how far the client is.
std::string event_stream_text(const api::v1::ListEventsResponse& found);

// The last words of a stream, with the one error shape. EventSource keeps "error" for itself.
std::string refused_stream_text(std::string_view error_json);

enum class StreamPlace { Given, AccountFull, Full };

// How many streams there are, of whom. From any thread.
class StreamPlaces {
public:
    StreamPlaces(std::size_t most, std::size_t per_account)
        : most_(most), per_account_(per_account) {}

    StreamPlace enter(const std::string& account);  // Given: leave() once
    void leave(const std::string& account);
    std::size_t taken() const;

private:
    const std::size_t most_;
    const std::size_t per_account_;
    mutable std::mutex mutex_;
    std::size_t taken_ = 0;
    std::map<std::string, std::size_t> by_account_;
};

}  // namespace foyer::master
