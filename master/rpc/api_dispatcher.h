// The public API by rpc name: finds the handler and its messages. Names come from the route table,
// so an unknown one is a bug.
#pragma once

#include <memory>
#include <string_view>

#include "master/app/api.h"
#include "master/rpc/api_context.h"

namespace foyer::master {

class ApiDispatcher final : public Api {
public:
    explicit ApiDispatcher(ApiContext context) : context_(std::move(context)) {}

    std::unique_ptr<google::protobuf::Message> new_request(std::string_view rpc) const override;
    std::unique_ptr<google::protobuf::Message> new_response(std::string_view rpc) const override;
    void call(std::string_view rpc, const Caller& caller, const CallTerms& terms,
              const google::protobuf::Message& request, google::protobuf::Message& response,
              Done done) override;

private:
    ApiContext context_;
};

}  // namespace foyer::master
