#include "master/http/session.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <limits>

#include "master/app/if_match.h"
#include "master/app/source_address.h"
#include "master/http/errors.h"
#include "master/http/json_print.h"
#include "master/http/request_message.h"

namespace foyer::master {
namespace {

bool is_good_id(std::string_view id) {
    if (id.empty() || id.size() > 64) return false;
    for (const char letter : id) {
        if (letter <= ' ' || letter >= '\x7f') return false;
    }
    return true;
}

// The message's own revision and a check of all that is shown (some of it is no part of the row);
// nothing when it has none.
std::string etag_of(const google::protobuf::Message& message, std::string_view shown) {
    const auto* field = message.GetDescriptor()->FindFieldByName("revision");
    if (field == nullptr || field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_UINT64)
        return {};
    return entity_tag(message.GetReflection()->GetUInt64(message, field), shown);
}

}  // namespace

SessionHost::Admitted SessionHost::admit(const std::string& source) {
    const std::scoped_lock lock(mutex);
    Admitted admitted{places.enter(source), nullptr};
    const auto gone = sessions.find(admitted.verdict.instead_of);
    if (gone != sessions.end()) admitted.instead_of = gone->second->weak_from_this().lock();
    return admitted;
}

std::size_t SessionHost::alive() const {
    const std::scoped_lock lock(mutex);
    return sessions.size();
}

struct Session::Exchange {
    std::unique_ptr<google::protobuf::Message> request;
    std::unique_ptr<google::protobuf::Message> response;
};

Session::Session(net::ip::tcp::socket socket, net::ssl::context& tls, SessionHost& host,
                 ConnectionNumber number, std::string source)
    : host_(host),
      number_(number),
      source_(std::move(source)),
      stream_(std::move(socket), tls),
      buffer_(host.limits.header_bytes_max + piece_bytes) {
    const std::scoped_lock lock(host_.mutex);
    host_.sessions.emplace(number_, this);
}

Session::~Session() {
    if (counts_as_upload_) --host_.uploads;
    const std::scoped_lock lock(host_.mutex);
    host_.sessions.erase(number_);
    host_.places.leave(number_);
}

void Session::start() {
    beast::get_lowest_layer(stream_).expires_after(host_.limits.handshake_timeout);
    stream_.async_handshake(net::ssl::stream_base::server,
                            [self = shared_from_this()](beast::error_code failed) {
                                if (!failed) self->read_header();
                            });
}

void Session::finish_soon() {
    net::post(stream_.get_executor(), [self = shared_from_this()] {
        if (self->idle_) self->close();
    });
}

void Session::give_way() {
    net::post(stream_.get_executor(), [self = shared_from_this()] { self->close(); });
}

void Session::wait_for_client() {
    const std::scoped_lock lock(host_.mutex);
    host_.places.waits(number_);
}

bool Session::begin_work() {
    const std::scoped_lock lock(host_.mutex);
    return host_.places.works(number_);
}

void Session::leave_place() {
    const std::scoped_lock lock(host_.mutex);
    host_.places.leave(number_);
}

void Session::read_header() {
    idle_ = true;
    if (host_.stopping) return close();
    wait_for_client();
    header_.emplace();
    header_->header_limit(static_cast<std::uint32_t>(host_.limits.header_bytes_max));
    buffer_.begin_header();
    // The body's own limit comes with its kind. (Boost 1.74 takes "none" for a limit of nothing.)
    header_->body_limit(std::numeric_limits<std::uint64_t>::max());
    body_.reset();
    upload_body_.reset();
    matched_.reset();
    caller_.reset();
    beast::get_lowest_layer(stream_).expires_after(first_ ? host_.limits.header_timeout
                                                          : host_.limits.idle_timeout);
    first_ = false;
    http::async_read_header(
        stream_, buffer_, *header_,
        [self = shared_from_this()](beast::error_code failed, std::size_t bytes) {
            self->on_header(failed, bytes);
        });
}

void Session::on_header(beast::error_code failed, std::size_t /*bytes*/) {
    idle_ = false;
    if (failed == http::error::end_of_stream || failed == beast::error::timeout ||
        failed == net::error::operation_aborted || !begin_work())
        return close();
    started_ = host_.parts.clock.mono();
    request_id_ = "req-" + host_.parts.rng.text(12);
    account_.clear();
    by_cookie_.clear();
    cookies_.clear();
    rate_.reset();
    method_ = "-";
    route_text_ = "-";
    keep_alive_ = false;
    unread_body_ = true;
    if (failed == http::error::header_limit)
        return refuse(431, error(ErrorCode::InvalidArgument, "the header is too large",
                                 {{"rule", "header_bytes_max"}}));
    if (failed.category() == http::make_error_code(http::error::bad_method).category()) {
        return refuse(
            400, error(ErrorCode::InvalidArgument, "this is not HTTP/1.1: " + failed.message()));
    }
    if (failed) return close();
    const auto& request = header_->get();
    const std::string own_id = text_of(request["X-Request-Id"]);
    if (is_good_id(own_id)) request_id_ = own_id;
    method_ = text_of(request.method_string());
    const Status framing = check_framing();
    if (!framing.ok()) return refuse(framing.failure());
    keep_alive_ = request.keep_alive();
    unread_body_ = has_body();
    idempotency_key_ = text_of(request["Idempotency-Key"]);
    if_none_match_ = text_of(request[http::field::if_none_match]);
    if_match_.clear();
    const auto [first, last] = request.equal_range(http::field::if_match);
    for (auto at = first; at != last; ++at) if_match_.push_back(text_of(at->value()));
    route_request();
}

void Session::route_request() {
    const std::string target = text_of(header_->get().target());
    const auto method = http_method_from(method_);
    RouteAnswer answer = find_route(method.value_or(HttpMethod::Get), target);
    if (!method) {
        return refuse(405,
                      error(ErrorCode::InvalidArgument,
                            "method " + method_.substr(0, 20) + " is not known here"),
                      http::field::allow, "GET, HEAD, POST, PUT, DELETE");
    }
    if (!answer.matched) {
        switch (answer.why) {
            case NoRoute::Malformed:
                return refuse(error(ErrorCode::InvalidArgument, "the address is malformed"));
            case NoRoute::UnknownPath:
                return refuse(error(ErrorCode::NotFound, "there is nothing at this address"));
            case NoRoute::WrongMethod:
                return refuse(
                    405, error(ErrorCode::InvalidArgument, "this address takes " + answer.allowed),
                    http::field::allow, answer.allowed);
        }
    }
    matched_ = std::move(answer.matched);
    const Route& route = *matched_->route;
    route_text_ = route.path;
    if (route.scope == Scope::Public) {
        const Status terms = read_terms();
        if (!terms.ok()) return refuse(terms.failure());
    }
    if (route.kind == RouteKind::Health) return answer_health();
    if (route.kind == RouteKind::Document) return answer_document();
    Admission admission = host_.parts.gate.admit(route, authorization());
    rate_ = admission.rate;
    if (admission.caller.ok()) account_ = admission.caller.value().account.str();
    if (!admission.may.ok()) return refuse(admission.may.failure());
    caller_ = std::move(admission.caller).value();
    const Status page = check_page();
    if (!page.ok()) return refuse(page.failure());
    const Status terms = read_terms();
    if (!terms.ok()) return refuse(terms.failure());
    if (route.kind == RouteKind::Blob) return serve_blob();
    if (wants_stream()) return begin_events();
    read_body();
}

Status Session::read_terms() {
    terms_ = {};
    terms_.source = source_;
    if (if_match_.empty()) return ok_status();
    if (if_match_.size() > 1)
        return error(ErrorCode::InvalidArgument, "If-Match is given twice",
                     {{"path", "If-Match"}, {"rule", "if_match_form"}});
    terms_.if_match = TRY(parse_if_match(*matched_->route, if_match_.front()));
    return ok_status();
}

// Where a body ends must be said in one way that everybody on the way reads alike: what a proxy
// takes for the end of a request and we for its middle, or the other way round, hides a second one.
// Beast's parser passes over codings that it does not know.
Status Session::check_framing() const {
    if (buffer_.folded())
        return error(ErrorCode::InvalidArgument, "a line of the header may not go on in the next",
                     {{"rule", "header_folded"}});
    const auto& request = header_->get();
    const std::size_t codings = request.count(http::field::transfer_encoding);
    if (codings == 0) return ok_status();
    const bool plain = codings == 1 && request.version() == 11 &&
                       beast::iequals(request[http::field::transfer_encoding], "chunked");
    if (plain) return ok_status();
    return error(
        ErrorCode::InvalidArgument,
        "Transfer-Encoding must be chunked, named once, over HTTP/1.1; or leave it out and "
        "send Content-Length",
        {{"path", "Transfer-Encoding"}, {"rule", "transfer_encoding"}});
}

bool Session::has_body() const {
    return header_->chunked() || header_->content_length().value_or(0) > 0;
}

bool Session::expects_continue() const {
    return beast::iequals(header_->get()[http::field::expect], "100-continue");
}

Status Session::check_body_kind() const {
    const auto kind = header_->get()[http::field::content_type];
    const bool json =
        kind.empty() || beast::iequals(kind.substr(0, kind.find(';')), "application/json");
    if (json) return ok_status();
    return error(ErrorCode::InvalidArgument, "the body must be application/json",
                 {{"rule", "content_type"}});
}

void Session::after_continue(const std::function<void()>& next) {
    if (!expects_continue()) return next();
    auto go_on = std::make_shared<http::response<http::empty_body>>(http::status::continue_, 11);
    beast::get_lowest_layer(stream_).expires_after(host_.limits.transfer_timeout);
    http::async_write(
        stream_, *go_on,
        [self = shared_from_this(), go_on, next](beast::error_code failed, std::size_t) {
            if (failed) return self->close();
            next();
        });
}

void Session::read_body() {
    if (!has_body()) return call_rpc({});
    // What a read wants stands in its address; a body would be read by some on the way and not by
    // others.
    if (!matched_->route->write)
        return refuse(error(ErrorCode::InvalidArgument, "this request has no body"));
    const Status kind = check_body_kind();
    if (!kind.ok()) return refuse(415, kind.failure());
    const std::size_t limit = host_.limits.body_bytes_max;
    if (header_->content_length().value_or(0) > limit) {
        return refuse(413, error(ErrorCode::InvalidArgument,
                                 "the body may have at most " + std::to_string(limit) + " bytes",
                                 {{"rule", "body_bytes_max"}}));
    }
    after_continue([this] {
        body_.emplace(std::move(*header_));
        body_->body_limit(host_.limits.body_bytes_max);
        // Nobody knows who this is: he may be as silent with his body as with his header.
        if (matched_->route->scope == Scope::Public) wait_for_client();
        beast::get_lowest_layer(stream_).expires_after(host_.limits.body_timeout);
        http::async_read(stream_, buffer_, *body_,
                         [self = shared_from_this()](beast::error_code failed, std::size_t) {
                             self->on_body(failed);
                         });
    });
}

void Session::on_body(beast::error_code failed) {
    if (failed == beast::error::timeout) return close();
    if (matched_->route->scope == Scope::Public && !begin_work()) return close();
    if (failed == http::error::body_limit) {
        return refuse(413, error(ErrorCode::InvalidArgument, "the body is too large",
                                 {{"rule", "body_bytes_max"}}));
    }
    if (failed) {
        keep_alive_ = false;
        return refuse(400, error(ErrorCode::InvalidArgument,
                                 "the body could not be read: " + failed.message()));
    }
    unread_body_ = false;
    call_rpc(body_->get().body());
}

void Session::call_rpc(std::string_view body) {
    const std::string_view rpc = matched_->route->rpc;
    auto exchange = std::make_shared<Exchange>();
    exchange->request = host_.parts.api.new_request(rpc);
    exchange->response = host_.parts.api.new_response(rpc);
    const Status filled =
        fill_request({*matched_, body, idempotency_key_}, *exchange->request, host_.limits.json);
    if (!filled.ok()) return refuse(filled.failure());
    const Status own = begin_login(*exchange->request);
    if (!own.ok()) return refuse(own.failure());
    // The handler may take as long as its own limits allow; nothing is read or written meanwhile.
    beast::get_lowest_layer(stream_).expires_never();
    host_.parts.api.call(rpc, *caller_, terms_, *exchange->request, *exchange->response,
                         [self = shared_from_this(), exchange](const Status& status) {
                             net::post(self->stream_.get_executor(), [self, exchange, status] {
                                 self->answer_rpc(exchange, status);
                             });
                         });
}

void Session::answer_rpc(const std::shared_ptr<Exchange>& exchange, const Status& status) {
    if (!status.ok()) return refuse(status.failure());
    end_login(*exchange->request, *exchange->response);
    std::string body = print_json(*exchange->response) + "\n";
    const std::string etag =
        matched_->route->write ? std::string() : etag_of(*exchange->response, body);
    if (!etag.empty() && if_none_match_ == etag) return reply(304, {}, etag);
    reply(200, std::move(body), etag);
}

void Session::answer_health() {
    const auto trouble = host_.parts.trouble();
    if (!trouble) return reply(200, "{\"status\":\"ok\"}\n");
    refuse(error(ErrorCode::Unavailable, *trouble));
}

}  // namespace foyer::master
