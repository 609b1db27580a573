#include "master/domain/webhooks.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/base/utf8.h"
#include "master/domain/draft.h"

namespace foyer::master {
namespace {

Error bad_url(std::string why) {
    return error(ErrorCode::InvalidArgument, "'url' " + std::move(why), {{"field", "url"}});
}

Status check_text(std::string_view field, const std::string& text) {
    if (text.size() <= webhook_text_bytes_max && is_plain_text(text)) return ok_status();
    return error(ErrorCode::InvalidArgument,
                 "'" + std::string(field) + "' has at most 200 bytes, all of them text",
                 {{"field", std::string(field)}});
}

bool is_host_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
}

bool is_port(std::string_view text) {
    const auto number = parse_int(text);
    return number && *number >= 1 && *number <= 65'535;
}

// "example.com", "example.com:8443", "[2001:db8::1]:8443"
bool is_authority(std::string_view text) {
    std::string_view host = text;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos || end < 3) return false;
        host = text.substr(1, end - 1);
        if (host.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos)
            return false;
        text.remove_prefix(end + 1);
        return text.empty() || (text.front() == ':' && is_port(text.substr(1)));
    }
    const auto colon = text.find(':');
    if (colon != std::string_view::npos) {
        if (!is_port(text.substr(colon + 1))) return false;
        host = text.substr(0, colon);
    }
    return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, is_host_letter);
}

Result<Webhook> find_webhook(const State& state, const WebhookKey& key) {
    const auto found = state.webhooks().find(key);
    if (found != state.webhooks().end()) return found->second;
    return no_such_row("webhook", key.second.str(), "foyer api get /v1/webhooks");
}

std::size_t webhooks_of(const State& state, const AccountId& account) {
    std::size_t count = 0;
    const auto& all = state.webhooks();
    for (auto at = all.lower_bound({account, WebhookName()});
         at != all.end() && at->first.first == account; ++at)
        ++count;
    return count;
}

// Whether it says something that the row does not.
bool is_news(const Webhook& row, const WebhookProgress& progress) {
    return row.created_at == progress.created_at && !row.off_at && progress.last >= row.last &&
           (progress.last != row.last || progress.deliveries != row.deliveries ||
            progress.failing_since != row.failing_since || progress.failure != row.failure);
}

void switch_off(Draft& draft, Webhook& row) {
    row.off_at = draft.now();
    const auto account = draft.state().accounts().find(row.account);
    if (account == draft.state().accounts().end()) return;
    draft.event("webhook_off", account->second,
                "webhook " + row.name.str() + " took nothing for 3 days and is switched off: " +
                    row.failure + "; once that is mended, POST /v1/webhooks/" + row.name.str() +
                    ":enable goes on where it stopped");
}

}  // namespace

std::string webhook_secret_place(const WebhookKey& key) {
    return "webhook/" + key.first.str() + "/" + key.second.str();
}

std::optional<EventFilter> filter_of(const State& state, const Webhook& row) {
    const auto account = state.accounts().find(row.account);
    if (account == state.accounts().end()) return std::nullopt;
    EventFilter filter{std::nullopt, row.about, row.subject, row.kind, {}};
    if (!account->second.roles.contains(AccountRole::Operator)) filter.owner = row.account;
    return filter;
}

Status check_webhook_url(const std::string& url) {
    constexpr std::string_view scheme = "https://";
    if (url.size() > webhook_url_bytes_max)
        return bad_url("has at most " + std::to_string(webhook_url_bytes_max) + " bytes");
    if (!url.starts_with(scheme)) return bad_url("must begin with https://");
    if (std::ranges::any_of(url, [](char c) { return c <= ' ' || c > '~' || c == '\\'; }))
        return bad_url("holds a letter that has to be written as %xx");
    if (url.find('#') != std::string::npos) return bad_url("must not have a fragment (#)");
    const std::string_view rest = std::string_view(url).substr(scheme.size());
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
    if (authority.find('@') != std::string_view::npos)
        return bad_url("must not name a user: each call is signed, which proves more");
    if (!is_authority(authority)) return bad_url("has no host, or a port out of 1 to 65535");
    return ok_status();
}

Result<Decision> create_webhook(const State& state, const CreateWebhook& command, WallTime now) {
    Webhook row = command.webhook;
    TRY(check_name("webhook", row.name.str()));
    TRY(check_webhook_url(row.url));
    TRY(check_text("subject", row.subject));
    TRY(check_text("kind", row.kind));
    TRY(check_text("note", row.note));
    if (state.webhooks().contains(key_of_webhook(row)))
        return error(ErrorCode::AlreadyExists, "webhook '" + row.name.str() + "' already exists",
                     {{"field", "name"}});
    if (webhooks_of(state, row.account) >= webhooks_per_account_max)
        return error(ErrorCode::ResourceExhausted,
                     "an account has at most " + std::to_string(webhooks_per_account_max) +
                         " webhooks; delete one",
                     {{"rule", "webhooks_max"}});
    row.last = state.last_event();
    row.deliveries = 0;
    row.failing_since.reset();
    row.failure.clear();
    row.off_at.reset();
    row.created_at = now;
    Draft draft(state, now);
    draft.put(row);
    return std::move(draft).done(row.name.str());
}

Result<Decision> delete_webhook(const State& state, const DeleteWebhook& command, WallTime now) {
    TRY(find_webhook(state, command.key));
    Draft draft(state, now);
    draft.drop(DropWebhook{command.key});
    return std::move(draft).done(command.key.second.str());
}

Result<Decision> enable_webhook(const State& state, const EnableWebhook& command, WallTime now) {
    Webhook row = TRY(find_webhook(state, command.key));
    Draft draft(state, now);
    if (row.off_at) {
        row.off_at.reset();
        row.failing_since.reset();
        row.failure.clear();
        draft.put(row);
    }
    return std::move(draft).done(row.name.str());
}

Result<Decision> note_webhooks(const State& state, const NoteWebhooks& command, WallTime now) {
    Draft draft(state, now);
    for (const WebhookProgress& progress : command.progress) {
        const auto found = state.webhooks().find(progress.key);
        if (found == state.webhooks().end()) continue;
        Webhook row = found->second;
        const bool over = progress.failing_since && row.created_at == progress.created_at &&
                          !row.off_at && now - *progress.failing_since >= webhook_patience;
        if (!over && !is_news(row, progress)) continue;
        row.last = std::max(row.last, progress.last);
        row.deliveries = std::max(row.deliveries, progress.deliveries);
        row.failing_since = progress.failing_since;
        row.failure = progress.failing_since ? progress.failure : std::string();
        if (over) switch_off(draft, row);
        draft.put(row);
    }
    return std::move(draft).done();
}

}  // namespace foyer::master
