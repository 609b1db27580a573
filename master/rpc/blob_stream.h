// One FetchBlob: pieces of a file, the next one read when the last one was written (gRPC's flow
// control paces us).
#pragma once

#include <grpcpp/grpcpp.h>
#include <map>
#include <mutex>

#include "foyer/agent/v1/agent.grpc.pb.h"
#include "master/app/blob_store.h"

namespace foyer::master {

// How many streams run, in all and for each box.
class StreamCounter {
public:
    StreamCounter(int per_node, int total) : per_node_(per_node), total_(total) {}
    // ResourceExhausted: this box, or all together, read enough already.
    Status enter(const NodeId& node);
    void leave(const NodeId& node);

private:
    const int per_node_;
    const int total_;
    std::mutex mutex_;
    std::map<NodeId, int> by_node_;
    int running_ = 0;
};

// Deletes itself when the stream is done.
class BlobStream final : public grpc::ServerWriteReactor<agent::v1::FetchBlobResponse> {
public:
    // The stream was entered at the counter.
    BlobStream(StreamCounter& counter, NodeId node, OpenBlob blob, std::int64_t offset);
    void OnWriteDone(bool ok) override;
    void OnDone() override;

private:
    void next();

    StreamCounter& counter_;
    const NodeId node_;
    OpenBlob blob_;
    std::int64_t offset_;
    bool first_ = true;
    agent::v1::FetchBlobResponse piece_;
};

// A stream that was refused.
class RefusedStream final : public grpc::ServerWriteReactor<agent::v1::FetchBlobResponse> {
public:
    explicit RefusedStream(const Error& why);
    void OnDone() override;
};

}  // namespace foyer::master
