#include "master/rpc/api_door.h"

#include <algorithm>
#include <optional>
#include <string>

#include "common/wire/status_map.h"
#include "master/app/if_match.h"
#include "master/app/source_address.h"

namespace foyer::master {
namespace {

std::optional<std::string_view> metadatum(const Context& context, const char* key) {
    const auto found = context.client_metadata().find(key);
    if (found == context.client_metadata().end()) return std::nullopt;
    return std::string_view(found->second.data(), found->second.size());
}

// As the header of HTTP. Given twice, it could mean either.
Result<CallTerms> terms_of(const Route& route, const Context& context) {
    if (context.client_metadata().count("if-match") > 1)
        return error(ErrorCode::InvalidArgument, "if-match is given twice",
                     {{"path", "If-Match"}, {"rule", "if_match_form"}});
    return CallTerms{TRY(parse_if_match(route, metadatum(context, "if-match"))),
                     source_of_peer(context.peer())};
}

}  // namespace

Reactor* Door::serve(Context* context, std::string_view rpc, const Message& request,
                     Message& response) {
    Reactor* reactor = context->DefaultReactor();
    const MonoTime started = clock_.mono();
    const Route* route = find_rpc_route(rpc);
    CHECK(route != nullptr);
    const Admission admission =
        gate_.admit(*route, metadatum(*context, "authorization").value_or(""));
    const std::string account =
        admission.caller.ok() ? admission.caller.value().account.str() : std::string();
    const auto finish = [this, reactor, rpc, account, started](const Status& status) {
        log_.info("grpc_request", {{"rpc", rpc},
                                   {"account", account},
                                   {"status", status.ok() ? std::string_view("ok")
                                                          : to_text(status.failure().code)},
                                   {"ms", clock_.mono() - started}});
        reactor->Finish(status.ok() ? grpc::Status::OK : wire::to_grpc(status.failure()));
    };
    if (!admission.may.ok()) return finish(admission.may), reactor;
    const Result<CallTerms> terms = terms_of(*route, *context);
    if (!terms.ok()) return finish(terms.failure()), reactor;
    api_.call(rpc, admission.caller.value(), terms.value(), request, response, finish);
    return reactor;
}

}  // namespace foyer::master
