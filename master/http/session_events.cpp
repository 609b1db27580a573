// A stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html):
// ListEvents asked again and again, each answer one chunk. While there is nothing to tell, a beat
// tells that the line lives and how far the client is.
//
//   (stopping? who? may he still?) ──► ListEvents, held ──► (head, once) ──► chunk ──► again
//          └─ no: "event: refused", and the end
//
// A client that does not read keeps one chunk, and is let go when it cannot be written in time.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "common/base/text.h"
#include "foyer/api/v1/events.pb.h"
#include "master/http/errors.h"
#include "master/http/event_stream.h"
#include "master/http/request_message.h"
#include "master/http/session.h"

namespace foyer::master {
namespace {

namespace api = ::foyer::api::v1;

Error too_many(std::string_view rule, std::size_t most, std::string_view whose) {
    return error(ErrorCode::ResourceExhausted,
                 std::string(whose) + " " + std::to_string(most) +
                     " event streams already; close one, or ask with wait_ms instead",
                 {{"rule", std::string(rule)}});
}

}  // namespace

// Where a stream stands.
struct Session::EventStream {
    explicit EventStream(SessionHost& shared, std::string whose)
        : host(shared), account(std::move(whose)) {}
    EventStream(const EventStream&) = delete;
    EventStream& operator=(const EventStream&) = delete;
    ~EventStream() { leave(); }
    // Gives its place back.
    void leave() {
        if (!over) host.streams.leave(account);
        over = true;
    }

    SessionHost& host;
    std::string account;
    api::ListEventsRequest request;
    std::string chunk;  // being written
    Duration wait{0};   // of the next question
    char heard = 0;     // what the client says meanwhile
    bool begun = false;
    bool over = false;
};

bool Session::wants_stream() const {
    return matched_->route->streams &&
           accepts_event_stream(text_of(header_->get()[http::field::accept]));
}

void Session::begin_events() {
    if (has_body()) return refuse(error(ErrorCode::InvalidArgument, "this request has no body"));
    const HttpLimits& limits = host_.limits;
    switch (host_.streams.enter(account_)) {
        case StreamPlace::Given: break;
        case StreamPlace::AccountFull:
            return refuse(too_many("event_streams_per_account_max",
                                   limits.event_streams_per_account_max, "this account has"));
        case StreamPlace::Full:
            return refuse(
                too_many("event_streams_max", limits.event_streams_max, "this master has"));
    }
    const auto stream = std::make_shared<EventStream>(host_, account_);
    const Status filled = fill_request({*matched_, {}, {}}, stream->request, limits.json);
    if (!filled.ok()) return refuse(filled.failure());
    const std::string last_seen = text_of(header_->get()["Last-Event-ID"]);
    const auto begin = begin_of_stream(last_seen, stream->request);
    if (!begin.ok()) return refuse(begin.failure());
    if (begin.value()) {
        if (!last_seen.empty()) stream->request.clear_newest();
        stream->request.set_after(*begin.value());
    } else if (stream->request.after_revision() == 0 && stream->request.newest() == 0) {
        stream->request.set_after(
            host_.parts.planner.read([](const State& state) { return state.last_event(); }));
    }
    next_events(stream, Duration(0));
}

// Ended, revoked or expired meanwhile: the client hears why, and that it is over.
Status Session::may_go_on() {
    if (host_.stopping)
        return error(ErrorCode::Unavailable, "the master is stopping; resume with Last-Event-ID");
    caller_ = TRY(host_.parts.gate.still(*matched_->route, authorization()));
    return ok_status();
}

void Session::next_events(const std::shared_ptr<EventStream>& stream, Duration wait) {
    const Status may = may_go_on();
    if (!may.ok()) return end_events(stream, may.failure());
    stream->request.set_wait_ms(static_cast<int>(wait.count()));
    auto response = std::make_shared<api::ListEventsResponse>();
    beast::get_lowest_layer(stream_).expires_never();
    host_.parts.api.call(matched_->route->rpc, *caller_, {}, stream->request, *response,
                         [self = shared_from_this(), stream, response](const Status& status) {
                             net::post(self->stream_.get_executor(),
                                       [self, stream, response, status] {
                                           if (stream->over) return;
                                           if (!status.ok())
                                               return self->end_events(stream, status.failure());
                                           self->on_events(stream, *response);
                                       });
                         });
}

void Session::on_events(const std::shared_ptr<EventStream>& stream,
                        const api::ListEventsResponse& found) {
    stream->request.set_after(found.last());
    stream->request.clear_after_revision();
    stream->request.clear_newest();
    stream->chunk = event_stream_text(found);
    // What is there already is not waited for.
    stream->wait = found.has_more() ? Duration(0) : host_.limits.event_beat;
    if (stream->begun) return send_events(stream);
    stream->begun = true;
    send_stream_head(stream);
}

void Session::send_stream_head(const std::shared_ptr<EventStream>& stream) {
    auto head = std::make_shared<http::response<http::empty_body>>(http::status::ok, 11);
    prepare(*head);
    head->set(http::field::content_type, "text/event-stream");
    head->set("X-Accel-Buffering", "no");  // a proxy on the way passes each event on at once
    head->keep_alive(false);
    head->chunked(true);
    finish_exchange(200);
    auto pieces = std::make_shared<http::response_serializer<http::empty_body>>(*head);
    beast::get_lowest_layer(stream_).expires_after(host_.limits.transfer_timeout);
    http::async_write_header(
        stream_, *pieces,
        [self = shared_from_this(), head, pieces, stream](beast::error_code failed, std::size_t) {
            if (failed) return self->close();
            self->watch_client(stream);
            self->send_events(stream);
        });
}

// A client that goes gives its place back at once, not at the next beat. It has nothing more to
// say: if it does, it is let go.
void Session::watch_client(const std::shared_ptr<EventStream>& stream) {
    beast::get_lowest_layer(stream_).expires_never();
    stream_.async_read_some(net::buffer(&stream->heard, 1),
                            [self = shared_from_this(), stream](beast::error_code, std::size_t) {
                                stream->leave();
                                self->close();
                            });
}

void Session::send_events(const std::shared_ptr<EventStream>& stream) {
    beast::get_lowest_layer(stream_).expires_after(host_.limits.transfer_timeout);
    net::async_write(stream_, http::make_chunk(net::buffer(stream->chunk)),
                     [self = shared_from_this(), stream](beast::error_code failed, std::size_t) {
                         if (failed) return self->close();
                         self->next_events(stream, stream->wait);
                     });
}

void Session::end_events(const std::shared_ptr<EventStream>& stream, const Error& why) {
    if (!stream->begun) return refuse(why);
    stream->chunk = refused_stream_text(error_body(why, request_id_));
    beast::get_lowest_layer(stream_).expires_after(host_.limits.transfer_timeout);
    net::async_write(stream_, http::make_chunk(net::buffer(stream->chunk)),
                     [self = shared_from_this(), stream](beast::error_code failed, std::size_t) {
                         if (failed) return self->close();
                         net::async_write(
                             self->stream_, http::make_chunk_last(),
                             [self, stream](beast::error_code, std::size_t) { self->close(); });
                     });
}

}  // namespace foyer::master
