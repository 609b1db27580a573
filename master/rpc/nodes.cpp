// Boxes: their tokens, how they are, their farewell.
#include "common/tls/enrol_token.h"
#include "common/tls/sha256.h"
#include "master/domain/limits.h"
#include "master/rpc/handlers.h"
#include "master/rpc/list_filters.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

constexpr std::size_t token_secret_length = 40;  // 200 bits

bool may_see(const State& state, const Caller& caller, const Node& node) {
    if (caller.is_operator()) return true;
    const auto site = state.sites().find(node.site);
    return site != state.sites().end() && may_see(caller, site->second);
}

void show_node(const State& after, const Reply& reply, google::protobuf::Message& answer) {
    const auto found = after.nodes().find(NodeId(reply.subject));
    if (found != after.nodes().end())
        show(after, found->second, nullptr, static_cast<api::Node&>(answer));
}

template <class Command>
void act(const ApiContext& context, ApiCall call, const api::NodeActionRequest& request,
         api::Node& response) {
    PreparedWrite write;
    write.command = Command{NodeId(request.name())};
    write.render = show_node;
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

}  // namespace

void cordon_node(const ApiContext& context, ApiCall call, const api::NodeActionRequest& request,
                 api::Node& response) {
    act<CordonNode>(context, std::move(call), request, response);
}

void accept_node_line(const ApiContext& context, ApiCall call,
                      const api::NodeActionRequest& request, api::Node& response) {
    act<AcceptLine>(context, std::move(call), request, response);
}

void uncordon_node(const ApiContext& context, ApiCall call, const api::NodeActionRequest& request,
                   api::Node& response) {
    act<UncordonNode>(context, std::move(call), request, response);
}

void cancel_drain(const ApiContext& context, ApiCall call, const api::NodeActionRequest& request,
                  api::Node& response) {
    act<CancelDrain>(context, std::move(call), request, response);
}

void drain_node(const ApiContext& context, ApiCall call, const api::DrainNodeRequest& request,
                api::Operation& response) {
    constexpr std::int64_t deadline_seconds_max = limits::drain_deadline_max.count() / 1000;
    if (request.deadline_seconds() < 0 || request.deadline_seconds() > deadline_seconds_max) {
        return call.done(error(ErrorCode::InvalidArgument,
                               "'/deadline_seconds' must be from 0 to 7776000 (90 days)",
                               {{"path", "/deadline_seconds"}}));
    }
    const auto wait = wait_of(context, request.wait_ms());
    if (!wait.ok()) return call.done(wait.failure());
    call.done = once_ended(context, wait.value(), response, std::move(call.done));
    PreparedWrite write;
    write.command = DrainNode{NodeId(request.name()), Duration(request.deadline_seconds() * 1000),
                              new_operation(context), call.caller.account};
    write.render = render_operation;
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void create_node_token(const ApiContext& context, ApiCall call,
                       const api::CreateNodeTokenRequest& request, api::NodeToken& response) {
    constexpr std::int64_t valid_seconds_max = limits::node_token_valid_max.count() / 1000;
    if (request.valid_seconds() < 0 || request.valid_seconds() > valid_seconds_max) {
        return call.done(error(ErrorCode::InvalidArgument,
                               "'/valid_seconds' must be from 60 to 2592000 (30 days)",
                               {{"path", "/valid_seconds"}}));
    }
    tls::EnrolToken token;
    token.addresses = context.agent_addresses;
    token.secret = Secret<std::string>(context.rng.text(token_secret_length));
    token.ca_sha256 = context.authority.fingerprint();
    PreparedWrite write;
    write.command = CreateNodeToken{SiteId(request.site()),
                                    NodeId(request.node()),
                                    request.edge(),
                                    request.public_address(),
                                    tls::sha256_hex(token.secret.reveal()),
                                    Duration(request.valid_seconds() * 1000)};
    // With validate_only nothing is kept, so a token would be a lie.
    const std::string text =
        request.validate_only() ? std::string() : tls::encode_enrol_token(token);
    write.kind = AnswerKind::Secret;
    write.render = [text](const State& after, const Reply& reply,
                          google::protobuf::Message& answer) {
        auto& shown = static_cast<api::NodeToken&>(answer);
        shown.set_token(text);
        shown.set_node(reply.subject);
        set_time(after.nodes().at(NodeId(reply.subject)).token_expires_at,
                 *shown.mutable_expires_at());
    };
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void get_node(const ApiContext& context, ApiCall call, const api::GetNodeRequest& request,
              api::Node& response) {
    call.done(context.planner.read([&](const State& state) -> Status {
        const auto found = state.nodes().find(NodeId(request.name()));
        if (found == state.nodes().end() || !may_see(state, call.caller, found->second)) {
            return error(ErrorCode::NotFound, "node '" + request.name() + "' does not exist");
        }
        show(state, found->second, &context.presence, response);
        return ok_status();
    }));
}

void list_nodes(const ApiContext& context, ApiCall call, const api::ListNodesRequest& request,
                api::ListNodesResponse& response) {
    const auto window = page_window(context, request.page());
    if (!window.ok()) return call.done(window.failure());
    const Status filter = check_filter(request);
    if (!filter.ok()) return call.done(filter);
    context.planner.read([&](const State& state) {
        list_rows(
            state, state.nodes(), window.value(), *response.mutable_page(),
            [&](const Node& row) {
                return may_see(state, call.caller, row) && fits(state, row, request);
            },
            [&](const Node& row) { show(state, row, &context.presence, *response.add_nodes()); });
    });
    call.done(ok_status());
}

void delete_node(const ApiContext& context, ApiCall call, const api::DeleteNodeRequest& request,
                 api::DeleteNodeResponse& response) {
    PreparedWrite write;
    const NodeId node(request.name());
    write.command = DeleteNode{node};
    write.committed = [&context, node] { context.presence.forget(node); };
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

}  // namespace foyer::master
