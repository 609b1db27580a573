// Webhooks: whose they are is whoever calls.
#include "common/tls/webhook_signature.h"
#include "master/rpc/handlers.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

void show(const Webhook& from, api::Webhook& to) {
    to.set_name(from.name.str());
    to.set_url(from.url);
    if (from.about) to.set_about(to_wire(*from.about));
    to.set_subject(from.subject);
    to.set_kind(from.kind);
    to.set_note(from.note);
    set_time(from.created_at, *to.mutable_created_at());
    to.set_last(from.last);
    to.set_deliveries(from.deliveries);
    if (from.failing_since) set_time(*from.failing_since, *to.mutable_failing_since());
    to.set_failure(from.failure);
    to.set_on(!from.off_at);
    if (from.off_at) set_time(*from.off_at, *to.mutable_off_at());
    to.set_revision(from.revision.number());
}

WebhookKey key_of(const Caller& caller, const std::string& name) {
    return {caller.account, WebhookName(name)};
}

// The row as the write leaves it.
auto shown_later(const WebhookKey& key, std::string secret) {
    return [key, secret = std::move(secret)](const State& after, const Reply&,
                                             google::protobuf::Message& answer) {
        auto& shown = static_cast<api::Webhook&>(answer);
        show(after.webhooks().at(key), shown);
        shown.set_secret(secret);
    };
}

}  // namespace

void create_webhook(const ApiContext& context, ApiCall call,
                    const api::CreateWebhookRequest& request, api::Webhook& response) {
    const auto about = from_wire(request.about());
    if (!about.ok()) return call.done(about.failure());
    const Status may_hear = check_may_hear(call.caller, "webhook");
    if (!may_hear.ok()) return call.done(may_hear);
    const WebhookKey key = key_of(call.caller, request.name());
    const Secret<std::string> secret(tls::new_webhook_secret(context.rng));
    Webhook row;
    row.account = key.first;
    row.name = key.second;
    row.url = request.url();
    row.about = about.value();
    row.subject = request.subject();
    row.kind = request.kind();
    row.note = request.note();
    row.secret = context.seal.seal(secret, webhook_secret_place(key));
    PreparedWrite write;
    write.command = CreateWebhook{std::move(row)};
    write.kind = AnswerKind::Secret;
    write.render = shown_later(key, request.validate_only() ? std::string() : secret.reveal());
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void get_webhook(const ApiContext& context, ApiCall call, const api::GetWebhookRequest& request,
                 api::Webhook& response) {
    call.done(context.planner.read([&](const State& state) -> Status {
        const auto found = state.webhooks().find(key_of(call.caller, request.name()));
        if (found == state.webhooks().end())
            return error(ErrorCode::NotFound, "webhook '" + request.name() + "' does not exist");
        show(found->second, response);
        return ok_status();
    }));
}

void list_webhooks(const ApiContext& context, ApiCall call, const api::ListWebhooksRequest& request,
                   api::ListWebhooksResponse& response) {
    const auto window = page_window(context, request.page());
    if (!window.ok()) return call.done(window.failure());
    context.planner.read([&](const State& state) {
        std::map<WebhookName, Webhook> own;
        for (auto at = state.webhooks().lower_bound(key_of(call.caller, {}));
             at != state.webhooks().end() && at->first.first == call.caller.account; ++at)
            own.emplace(at->first.second, at->second);
        list_rows(state, own, window.value(), *response.mutable_page(),
                  [&](const Webhook& row) { show(row, *response.add_webhooks()); });
    });
    call.done(ok_status());
}

void delete_webhook(const ApiContext& context, ApiCall call,
                    const api::WebhookActionRequest& request,
                    api::DeleteWebhookResponse& response) {
    PreparedWrite write;
    write.command = DeleteWebhook{key_of(call.caller, request.name())};
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void enable_webhook(const ApiContext& context, ApiCall call,
                    const api::WebhookActionRequest& request, api::Webhook& response) {
    const WebhookKey key = key_of(call.caller, request.name());
    PreparedWrite write;
    write.command = EnableWebhook{key};
    write.render = shown_later(key, {});
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

}  // namespace foyer::master
