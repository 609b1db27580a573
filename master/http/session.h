// One HTTPS connection: reads a request, has it answered, writes the answer, again. Everything runs
// on the connection's strand.
//
//   handshake ──► header ──► (who? may he?) ──► JSON body ──► handler ──► answer ──► header …
//                              │                  ├─ or blob, piece by piece, in either direction
//                              │                  └─ or a stream of events, which does not end
//                              └─ refused: answered at once; a body that nobody will read ends the
//                              connection
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "master/app/connection_places.h"
#include "master/app/gate.h"
#include "master/http/event_stream.h"
#include "master/http/http_server.h"
#include "master/http/openapi.h"
#include "master/http/read_buffer.h"
#include "master/http/router.h"

namespace foyer::master {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

class Session;

inline std::string text_of(beast::string_view text) { return {text.data(), text.size()}; }

// What all connections of a server share.
struct SessionHost {
    SessionHost(HttpParts borrowed, HttpLimits chosen, const ToldLimits& told)
        : parts(std::move(borrowed)),
          limits(chosen),
          documents(api_documents(told)),
          streams(chosen.event_streams_max, chosen.event_streams_per_account_max),
          places({chosen.connections_max, chosen.connections_per_source_max}) {}

    // A newcomer's place, and who has to go for it.
    struct Admitted {
        ConnectionVerdict verdict;
        std::shared_ptr<Session> instead_of;
    };
    Admitted admit(const std::string& source);
    // Those whose connection is closed, but not what they were about, among them.
    std::size_t alive() const;

    HttpParts parts;
    HttpLimits limits;
    net::thread_pool slow{1};  // fsync
    const ApiDocuments documents;
    StreamPlaces streams;
    std::atomic<bool> stopping{false};
    std::atomic<int> uploads{0};
    mutable std::mutex mutex;  // of what follows
    ConnectionPlaces places;
    std::map<ConnectionNumber, Session*> sessions;
};

class Session : public std::enable_shared_from_this<Session> {
public:
    // `number` is its place, which it gives back.
    Session(net::ip::tcp::socket socket, net::ssl::context& tls, SessionHost& host,
            ConnectionNumber number, std::string source);
    ~Session();

    void start();
    // From any thread: an idle connection goes now, a busy one after its answer.
    void finish_soon();
    // From any thread: its place was given to another.
    void give_way();

private:
    using Response = http::response<http::string_body>;
    using Download = http::response<http::file_body>;
    struct Exchange;  // request and answer of one rpc

    // session.cpp
    void read_header();
    void on_header(beast::error_code failed, std::size_t bytes);
    void route_request();
    void read_body();
    void on_body(beast::error_code failed);
    Status read_terms();
    void call_rpc(std::string_view body);
    void answer_rpc(const std::shared_ptr<Exchange>& exchange, const Status& status);
    void answer_health();
    Status check_framing() const;
    Status check_body_kind() const;
    bool has_body() const;
    void wait_for_client();
    bool begin_work();
    void leave_place();
    bool expects_continue() const;
    // Runs `next` once a client that asked whether to go on was told so.
    void after_continue(const std::function<void()>& next);

    // session_reply.cpp
    void refuse(const Error& why);
    void refuse(int status, const Error& why, http::field extra = http::field::unknown,
                const std::string& extra_value = {});
    void reply(int status, std::string body, const std::string& etag = {});
    void send(Response response);
    void prepare(http::fields& header) const;
    void on_sent(beast::error_code failed);
    void finish_exchange(int status);
    void linger();
    void close();

    // session_login.cpp
    std::string authorization();
    const http::fields& sent_fields() const;
    bool is_own_page() const;
    Status check_page() const;
    Status begin_login(google::protobuf::Message& request) const;
    void end_login(const google::protobuf::Message& request, google::protobuf::Message& response);

    // session_document.cpp
    void answer_document();

    // session_events.cpp
    struct EventStream;
    bool wants_stream() const;
    void begin_events();
    void send_stream_head(const std::shared_ptr<EventStream>& stream);
    void watch_client(const std::shared_ptr<EventStream>& stream);
    void send_events(const std::shared_ptr<EventStream>& stream);
    Status may_go_on();
    void next_events(const std::shared_ptr<EventStream>& stream, Duration wait);
    void on_events(const std::shared_ptr<EventStream>& stream,
                   const foyer::api::v1::ListEventsResponse& found);
    void end_events(const std::shared_ptr<EventStream>& stream, const Error& why);

    // session_blob.cpp
    void serve_blob();
    void begin_upload();
    void begin_piece();
    void read_piece();
    void on_piece(beast::error_code failed);
    void finish_upload();
    void send_blob(const OpenBlob& blob);
    void send_head(std::int64_t size);
    void write_piece();

    static constexpr std::size_t piece_bytes = 64 * 1024;

    SessionHost& host_;
    const ConnectionNumber number_;
    const std::string source_;
    beast::ssl_stream<beast::tcp_stream> stream_;
    ReadBuffer buffer_;
    bool first_ = true;
    bool idle_ = true;

    // Of the request under way.
    std::optional<http::request_parser<http::empty_body>> header_;
    std::optional<http::request_parser<http::string_body>> body_;
    std::optional<http::request_parser<http::buffer_body>> upload_body_;
    std::unique_ptr<BlobUpload> upload_;
    std::unique_ptr<std::array<char, piece_bytes>> piece_;
    std::shared_ptr<Response> response_;
    std::shared_ptr<Download> download_;
    std::shared_ptr<http::response_serializer<http::file_body>> download_pieces_;
    std::string request_id_;
    std::string account_;
    std::string method_;
    std::string route_text_;
    std::optional<Matched> matched_;
    std::optional<Caller> caller_;
    std::optional<RateVerdict> rate_;
    CallTerms terms_;
    std::string by_cookie_;             // the token, if it came so
    std::vector<std::string> cookies_;  // lines of the answer
    std::string idempotency_key_;
    std::string if_none_match_;
    std::vector<std::string> if_match_;  // every line of it
    MonoTime started_;
    bool keep_alive_ = false;
    bool unread_body_ = false;
    bool counts_as_upload_ = false;
};

}  // namespace foyer::master
