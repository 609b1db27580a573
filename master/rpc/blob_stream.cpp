#include "master/rpc/blob_stream.h"

#include <algorithm>
#include <unistd.h>

#include "common/wire/status_map.h"

namespace foyer::master {
namespace {

constexpr std::int64_t piece_bytes = 256 * 1024;

}  // namespace

Status StreamCounter::enter(const NodeId& node) {
    const std::scoped_lock lock(mutex_);
    if (running_ >= total_ || by_node_[node] >= per_node_) {
        // Not ResourceExhausted: a box waits for its turn, its disk is not full.
        return error(ErrorCode::Unavailable, "too many downloads at once; try again in a moment",
                     {{"rule", "blob_streams"}});
    }
    ++running_;
    ++by_node_[node];
    return ok_status();
}

void StreamCounter::leave(const NodeId& node) {
    const std::scoped_lock lock(mutex_);
    --running_;
    if (--by_node_[node] == 0) by_node_.erase(node);
}

BlobStream::BlobStream(StreamCounter& counter, NodeId node, OpenBlob blob, std::int64_t offset)
    : counter_(counter), node_(std::move(node)), blob_(std::move(blob)), offset_(offset) {
    next();
}

void BlobStream::next() {
    const std::int64_t left = blob_.size - offset_;
    if (left <= 0) return Finish(grpc::Status::OK);
    std::string& data = *piece_.mutable_data();
    data.resize(static_cast<std::size_t>(std::min(left, piece_bytes)));
    const ssize_t count = ::pread(blob_.file.get(), data.data(), data.size(), offset_);
    if (count <= 0)
        return Finish(
            grpc::Status(grpc::StatusCode::UNAVAILABLE, "the blob cannot be read; try again"));
    data.resize(static_cast<std::size_t>(count));
    offset_ += count;
    piece_.set_total_bytes(first_ ? static_cast<std::uint64_t>(blob_.size) : 0);
    first_ = false;
    StartWrite(&piece_);
}

void BlobStream::OnWriteDone(bool ok) {
    if (!ok) return Finish(grpc::Status(grpc::StatusCode::CANCELLED, "the reader is gone"));
    next();
}

void BlobStream::OnDone() {
    counter_.leave(node_);
    delete this;
}

RefusedStream::RefusedStream(const Error& why) { Finish(wire::to_grpc(why)); }

void RefusedStream::OnDone() { delete this; }

}  // namespace foyer::master
