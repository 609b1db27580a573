#include "master/cli/session.h"

#include <nlohmann/json.hpp>

#include "master/cli/body_text.h"
#include "master/cli/exit_code.h"

namespace foyer::cli {
namespace {

constexpr int pages_max = 2000;
constexpr std::size_t request_id_letters = 24;

}  // namespace

std::string path_of(std::string_view collection, std::string_view name) {
    return "/v1/" + std::string(collection) + "/" + percent_encoded(name);
}

Error advise(Error failure, std::string_view next) {
    if (failure.code == ErrorCode::NotFound && !next.empty()) {
        failure.details.push_back({std::string(next_key), std::string(next)});
    }
    return failure;
}

Result<ApiClient> Session::connect(const Profile& profile) {
    ApiClientOptions made{
        .url = profile.api,
        .ca_file = profile.ca_file,
        .token = profile.token,
        .patience = patience_,
        .pause = pause_for,
        .on_retry = [this](const std::string& why) { console_.note("foyer: " + why); }};
    if (patience_) made.retry.attempts_max = 1;
    return ApiClient::create(std::move(made), rng_);
}

std::string Session::config_path() const {
    return options.config_path.empty() ? default_config_path() : options.config_path;
}

Result<Config> Session::config() const { return load_config(config_path()); }

Result<Profile> Session::profile() const {
    const Config known = TRY(config());
    return find_profile(known, options.profile);
}

Result<ApiClient*> Session::api() {
    if (!client_) {
        const Profile chosen = TRY(profile());
        client_.emplace(TRY(connect(chosen)));
    }
    return &*client_;
}

const std::string& Session::request_id() {
    if (request_id_.empty()) {
        request_id_ =
            options.request_id.empty() ? rng_.text(request_id_letters) : options.request_id;
    }
    return request_id_;
}

Result<std::string> Session::get(const std::string& path, std::string_view next) {
    ApiClient* client = TRY(api());
    auto reply = client->call({.path = path});
    if (!reply.ok()) return advise(std::move(reply).failure(), next);
    return std::move(reply).value().body;
}

Result<Json> Session::get_json(const std::string& path, std::string_view next) {
    const std::string body = TRY(get(path, next));
    return parse_json(body);
}

Result<std::string> Session::write(const std::string& method, const std::string& path,
                                   const std::optional<Json>& body, std::string_view next,
                                   std::string_view part) {
    std::optional<std::string> text;
    if (body) text = TRY(body_text(*body));
    return send(method, path, std::move(text), next, part);
}

Result<std::string> Session::send(const std::string& method, const std::string& path,
                                  std::optional<std::string> body, std::string_view next,
                                  std::string_view part) {
    ApiClient* client = TRY(api());
    ApiCall call{.method = method, .path = path, .request_id = request_id() + std::string(part)};
    call.body = std::move(body);
    auto reply = client->call(call);
    if (reply.ok()) return std::move(reply).value().body;
    Error failure = advise(std::move(reply).failure(), next);
    if (is_retryable(failure.code)) {
        // It may have happened. The same id makes repeating harmless.
        failure.details.push_back(
            {std::string(next_key), "repeat the command with --request-id " + request_id()});
    }
    return failure;
}

Status Session::show(const std::string& body, View view) {
    if (wants_json()) {
        console_.data(body.ends_with('\n') ? body : body + "\n");
        return ok_status();
    }
    console_.data(view(TRY(parse_json(body)), view_context()));
    return ok_status();
}

Status Session::show_list(const ListRoute& route, View view) {
    std::string body = TRY(get(route.path));
    Json all = TRY(parse_json(body));
    std::string token = text_field(field(all, "page"), "next_page_token");
    for (int page = 1; !token.empty() && page < pages_max; ++page) {
        body.clear();
        const Json next = TRY(get_json(route.path + "?page_token=" + percent_encoded(token)));
        for (const Json& row : list_field(next, route.rows)) all[route.rows].push_back(row);
        if (next.contains("page")) all["page"] = next["page"];
        token = text_field(field(next, "page"), "next_page_token");
    }
    // One page is shown as it came; several are one list in the same shape.
    if (wants_json()) {
        console_.data((body.empty() ? all.dump() : body) + "\n");
        return ok_status();
    }
    if (list_field(all, route.rows).empty()) {
        console_.note(route.nothing);
        return ok_status();
    }
    console_.data(view(all, view_context()));
    return ok_status();
}

}  // namespace foyer::cli
