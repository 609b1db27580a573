// How a connection answers.
#include <algorithm>

#include "common/base/http_date.h"
#include "master/http/cookies.h"
#include "master/http/errors.h"
#include "master/http/session.h"

namespace foyer::master {
namespace {

std::int64_t in_seconds(Duration span) { return (span.count() + 999) / 1000; }

}  // namespace

void Session::refuse(const Error& why) {
    const http::field extra =
        why.code == ErrorCode::Unauthenticated ? http::field::www_authenticate
        : why.code == ErrorCode::Unavailable || why.code == ErrorCode::ResourceExhausted
            ? http::field::retry_after
            : http::field::unknown;
    const Duration again = rate_ ? rate_->again_after : Duration(0);
    refuse(http_status_of(why), why, extra,
           extra == http::field::www_authenticate
               ? "Bearer"
               : std::to_string(std::max<std::int64_t>(in_seconds(again), 1)));
}

void Session::refuse(int status, const Error& why, http::field extra,
                     const std::string& extra_value) {
    if (why.code == ErrorCode::Internal)
        host_.parts.log.failure(LogLevel::Error, "http_internal_error", why,
                                {{"request_id", request_id_}});
    Response response(http::int_to_status(static_cast<unsigned>(status)), 11);
    response.set(http::field::content_type, "application/json");
    if (extra != http::field::unknown) response.set(extra, extra_value);
    if (method_ != "HEAD") response.body() = error_body(why, request_id_);
    send(std::move(response));
}

void Session::reply(int status, std::string body, const std::string& etag) {
    Response response(http::int_to_status(static_cast<unsigned>(status)), 11);
    if (!body.empty()) response.set(http::field::content_type, "application/json");
    if (!etag.empty()) response.set(http::field::etag, etag);
    response.body() = std::move(body);
    send(std::move(response));
}

void Session::prepare(http::fields& header) const {
    header.set("X-Request-Id", request_id_);
    header.set(http::field::date, to_http_date(host_.parts.clock.wall()));
    header.set("X-Content-Type-Options", "nosniff");
    for (const std::string& line : cookies_) header.insert(http::field::set_cookie, line);
    // A page that was loaded anew asks with any read.
    if (!by_cookie_.empty() && caller_) header.set("X-CSRF-Token", csrf_token_of(by_cookie_));
    // As draft-ietf-httpapi-ratelimit-headers-07 has it.
    if (rate_) {
        const Rate& rate = host_.parts.gate.rate();
        header.set("RateLimit-Limit", std::to_string(rate.burst));
        header.set("RateLimit-Remaining", std::to_string(rate_->left));
        header.set("RateLimit-Reset", std::to_string(in_seconds(rate_->full_after)));
    }
    // What a caller sees is his alone, and old at once; a document may be kept while its tag holds.
    const bool document = matched_ && matched_->route->kind == RouteKind::Document;
    header.set(http::field::cache_control, document ? "no-cache" : "no-store");
}

void Session::send(Response response) {
    // What nobody read would be taken for the next request.
    if (unread_body_ || host_.stopping) keep_alive_ = false;
    prepare(response);
    response.keep_alive(keep_alive_);
    response.prepare_payload();
    finish_exchange(static_cast<int>(response.result_int()));
    response_ = std::make_shared<Response>(std::move(response));
    beast::get_lowest_layer(stream_).expires_after(host_.limits.transfer_timeout);
    http::async_write(stream_, *response_,
                      [self = shared_from_this(), kept = response_](
                          beast::error_code failed, std::size_t) { self->on_sent(failed); });
}

void Session::on_sent(beast::error_code failed) {
    response_.reset();
    download_.reset();
    download_pieces_.reset();
    if (failed) return close();
    if (keep_alive_) return read_header();
    if (unread_body_) return linger();
    close();
}

void Session::finish_exchange(int status) {
    const Duration took = host_.parts.clock.mono() - started_;
    host_.parts.metrics.count(route_text_, status, took);
    // Probes come every second and say nothing.
    if (route_text_ == "/healthz" && status == 200) return;
    host_.parts.log.info("http_request", {{"request_id", request_id_},
                                          {"account", account_},
                                          {"method", std::string_view(method_).substr(0, 20)},
                                          {"route", route_text_},
                                          {"status", status},
                                          {"ms", took}});
}

// A client that is still sending gets our answer only if we read on a little: closing at once would
// reset the line under it.
void Session::linger() {
    if (!piece_) piece_ = std::make_unique<std::array<char, piece_bytes>>();
    constexpr Duration patience{2'000};
    beast::get_lowest_layer(stream_).expires_after(patience);
    auto left = std::make_shared<std::size_t>(std::size_t{4} << 20);
    auto again = std::make_shared<std::function<void()>>();
    *again = [this, left, weak = std::weak_ptr(again)] {
        stream_.async_read_some(net::buffer(*piece_),
                                [self = shared_from_this(), left, next = weak.lock()](
                                    beast::error_code failed, std::size_t bytes) {
                                    if (failed || bytes >= *left) return self->close();
                                    *left -= bytes;
                                    (*next)();
                                });
    };
    (*again)();
}

// What is under way may hold this object for a while yet, a held call until its time: the place is
// free at once.
void Session::close() {
    leave_place();
    idle_ = false;
    upload_.reset();
    beast::error_code ignored;
    auto& socket = beast::get_lowest_layer(stream_).socket();
    socket.shutdown(net::ip::tcp::socket::shutdown_both, ignored);
    beast::get_lowest_layer(stream_).close();
}

}  // namespace foyer::master
