// Blobs: streamed through a fixed buffer in either direction, whatever their size.
#include <algorithm>
#include <unistd.h>

#include "master/http/json_text.h"
#include "master/http/session.h"

namespace foyer::master {
namespace {

std::string blob_json(const std::string& digest, std::int64_t size) {
    std::string body = "{\"digest\":";
    append_json_string(body, digest);
    return body + ",\"size_bytes\":" + std::to_string(size) + "}\n";
}

}  // namespace

void Session::serve_blob() {
    const Digest digest(matched_->path.front().second);
    if (!matched_->query.empty())
        return refuse(error(ErrorCode::InvalidArgument, "this request has no parameters",
                            {{"path", "?" + matched_->query.front().first.substr(0, 64)}}));
    if (matched_->route->method == HttpMethod::Put) return begin_upload();
    if (has_body()) return refuse(error(ErrorCode::InvalidArgument, "this request has no body"));
    if (matched_->route->method == HttpMethod::Head) {
        const auto size = host_.parts.blobs.find(digest);
        return size.ok() ? send_head(size.value()) : refuse(size.failure());
    }
    const auto blob = host_.parts.blobs.open_blob(digest);
    if (!blob.ok()) return refuse(blob.failure());
    send_blob(blob.value());
}

void Session::send_head(std::int64_t size) {
    Response response(http::status::ok, 11);
    response.set(http::field::content_type, "application/octet-stream");
    response.keep_alive(keep_alive_);
    prepare(response);
    response.content_length(static_cast<std::uint64_t>(size));
    finish_exchange(200);
    // The header alone: an answer to HEAD names a length and brings no body.
    response_ = std::make_shared<Response>(std::move(response));
    auto header = std::make_shared<http::response_serializer<http::string_body>>(*response_);
    beast::get_lowest_layer(stream_).expires_after(host_.limits.transfer_timeout);
    http::async_write_header(stream_, *header,
                             [self = shared_from_this(), header](
                                 beast::error_code failed, std::size_t) { self->on_sent(failed); });
}

void Session::send_blob(const OpenBlob& blob) {
    download_ = std::make_shared<Download>(http::status::ok, 11);
    download_->set(http::field::content_type, "application/octet-stream");
    download_->keep_alive(keep_alive_);
    prepare(*download_);
    beast::error_code failed;
    beast::file_posix file;
    file.native_handle(::dup(blob.file.get()));
    download_->body().reset(std::move(file), failed);
    if (failed)
        return refuse(
            error(ErrorCode::Unavailable, "the blob cannot be read: " + failed.message()));
    download_->content_length(static_cast<std::uint64_t>(blob.size));
    finish_exchange(200);
    download_pieces_ = std::make_shared<http::response_serializer<http::file_body>>(*download_);
    write_piece();
}

void Session::write_piece() {
    if (download_pieces_->is_done()) return on_sent({});
    beast::get_lowest_layer(stream_).expires_after(host_.limits.transfer_timeout);
    http::async_write_some(stream_, *download_pieces_,
                           [self = shared_from_this()](beast::error_code failed, std::size_t) {
                               if (failed) return self->close();
                               self->write_piece();
                           });
}

void Session::begin_upload() {
    const Digest digest(matched_->path.front().second);
    std::optional<std::int64_t> size;
    if (const auto length = header_->content_length())
        size = static_cast<std::int64_t>(std::min<std::uint64_t>(*length, INT64_MAX));
    auto begun = host_.parts.blobs.begin(digest, size);
    if (!begun.ok() && begun.failure().code == ErrorCode::AlreadyExists) {
        // Content-addressed: what is there is what was sent. Nothing more is read.
        return reply(200, blob_json(digest.str(), host_.parts.blobs.find(digest).value_or(0)));
    }
    if (!begun.ok())
        return refuse(begun.failure().code == ErrorCode::ResourceExhausted ? 413 : 400,
                      begun.failure());
    if (host_.uploads.fetch_add(1) >= host_.limits.uploads_max) {
        --host_.uploads;
        return refuse(error(ErrorCode::ResourceExhausted,
                            "too many uploads at once; try again in a moment",
                            {{"rule", "uploads_max"}}));
    }
    counts_as_upload_ = true;
    upload_ = std::move(begun).value();
    if (!piece_) piece_ = std::make_unique<std::array<char, piece_bytes>>();
    after_continue([this] {
        upload_body_.emplace(std::move(*header_));
        upload_body_->body_limit(
            static_cast<std::uint64_t>(host_.parts.blobs.limits().blob_bytes_max) + 1);
        begin_piece();
    });
}

// Its time runs until it is full, or the blob ends: a byte now and then does not wind it up again.
void Session::begin_piece() {
    if (upload_body_->is_done()) return finish_upload();
    upload_body_->get().body().data = piece_->data();
    upload_body_->get().body().size = piece_->size();
    upload_body_->get().body().more = true;
    beast::get_lowest_layer(stream_).expires_after(host_.limits.body_timeout);
    read_piece();
}

void Session::read_piece() {
    http::async_read_some(stream_, buffer_, *upload_body_,
                          [self = shared_from_this()](beast::error_code failed, std::size_t) {
                              self->on_piece(failed);
                          });
}

void Session::on_piece(beast::error_code failed) {
    if (failed == http::error::body_limit) {
        return refuse(413, error(ErrorCode::ResourceExhausted, "the blob is too large",
                                 {{"rule", "blob_bytes_max"}}));
    }
    if (failed && failed != http::error::need_buffer) return close();
    const std::size_t left = upload_body_->get().body().size;
    if (left > 0 && !upload_body_->is_done()) return read_piece();
    const std::size_t bytes = piece_->size() - left;
    const Status kept =
        upload_->append({reinterpret_cast<const std::uint8_t*>(piece_->data()), bytes});
    if (!kept.ok()) {
        upload_.reset();
        return refuse(507, kept.failure());
    }
    begin_piece();
}

void Session::finish_upload() {
    unread_body_ = false;
    beast::get_lowest_layer(stream_).expires_never();
    net::post(host_.slow, [self = shared_from_this()] {
        const Status kept = self->upload_->finish();
        const std::int64_t size = self->upload_->size();
        net::post(self->stream_.get_executor(), [self, kept, size] {
            self->upload_.reset();
            --self->host_.uploads;
            self->counts_as_upload_ = false;
            if (!kept.ok()) return self->refuse(kept.failure());
            self->reply(201, blob_json(self->matched_->path.front().second, size));
        });
    });
}

}  // namespace foyer::master
