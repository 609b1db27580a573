// The public API as both borders see it: one asynchronous call on messages. Implemented by
// master/rpc, used by gRPC services and HTTP.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "master/app/access.h"
#include "master/domain/precondition.h"

namespace google::protobuf {
class Message;
}

namespace foyer::master {

// What a call brings beside its message.
struct CallTerms {
    std::optional<Precondition> if_match;
    std::string source = {};  // address it came from; of IPv6 its /64
};

class Api {
public:
    using Done = std::function<void(Status)>;
    virtual ~Api() = default;

    // Fresh, empty messages of an rpc of the route table.
    virtual std::unique_ptr<google::protobuf::Message> new_request(std::string_view rpc) const = 0;
    virtual std::unique_ptr<google::protobuf::Message> new_response(std::string_view rpc) const = 0;

    // Never blocks on the database. The caller was admitted (allow()). Both messages live until
    // `done`, which runs exactly once, on any thread; the response is filled only when it is ok.
    virtual void call(std::string_view rpc, const Caller& caller, const CallTerms& terms,
                      const google::protobuf::Message& request, google::protobuf::Message& response,
                      Done done) = 0;
};

}  // namespace foyer::master
