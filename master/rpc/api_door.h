// What all services of the public API over gRPC do with a call: who, may he, do it, one log line.
#pragma once

#include <grpcpp/grpcpp.h>
#include <string_view>

#include "common/log/log.h"
#include "master/app/api.h"
#include "master/app/gate.h"

namespace foyer::master {

using Message = google::protobuf::Message;
using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

class Door {
public:
    Door(Api& api, Gate& gate, const Clock& clock, Log& log)
        : api_(api), gate_(gate), clock_(clock), log_(log) {}

    Reactor* serve(Context* context, std::string_view rpc, const Message& request,
                   Message& response);

private:
    Api& api_;
    Gate& gate_;
    const Clock& clock_;
    Log& log_;
};

}  // namespace foyer::master
