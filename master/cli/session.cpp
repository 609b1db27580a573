#include "master/cli/session.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/body_text.h"
#include "master/cli/csv.h"
#include "master/cli/exit_code.h"
#include "master/cli/live_names.h"
#include "master/cli/text_width.h"
#include "master/cli/yaml.h"

namespace foyer::cli {
namespace {

constexpr int pages_max = 2000;
constexpr std::size_t request_id_letters = 24;

// Said in the one form that has comments; a reader of the tree does not see it.
const std::string yaml_head =
    fmt::format("# foyer output {}: the tree of --output json\n", output_version);

std::string next_page(const OrderedJson& list) {
    const auto page = list.find("page");
    if (page == list.end() || !page->is_object()) return {};
    const auto token = page->find("next_page_token");
    return token != page->end() && token->is_string() ? token->get<std::string>() : std::string();
}

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
    if (profile.token.reveal().empty())
        return usage_error("the API token of the profile is empty or malformed",
                           "foyer login --account NAME --member NAME");
    return open_client(profile);
}

Result<ApiClient> Session::connect_unknown(Profile profile) {
    profile.token = {};
    return open_client(profile);
}

Result<ApiClient> Session::open_client(const Profile& profile) {
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

Error Session::explained(Error failure, const std::string& path, std::string_view next) {
    if (failure.code == ErrorCode::NotFound && !patience_)
        failure.message += name_meant(*this, path);
    return advise(std::move(failure), next);
}

Result<std::string> Session::get(const std::string& path, std::string_view next) {
    ApiClient* client = TRY(api());
    auto reply = client->call({.path = path});
    if (!reply.ok()) return explained(std::move(reply).failure(), path, next);
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
    call.if_match = if_match;
    auto reply = client->call(call);
    if (reply.ok()) return std::move(reply).value().body;
    Error failure = explained(std::move(reply).failure(), path, next);
    if (is_retryable(failure.code)) {
        // It may have happened. The same id makes repeating harmless.
        failure.details.push_back(
            {std::string(next_key), "repeat the command with --request-id " + request_id()});
    }
    return failure;
}

void Session::print(const std::string& text) {
    console_.data(console_.page().width > 0 ? printable_lines(text) : text);
}

Status Session::print_json(const std::string& body) {
    if (format() == Format::AsYaml) {
        print(yaml_head + to_yaml(TRY(parse_ordered_json(body))));
    } else {
        print(body.ends_with('\n') ? body : body + "\n");
    }
    return ok_status();
}

Status Session::show(const std::string& body, View view) {
    if (wants_json()) return print_json(body);
    console_.data(view(TRY(parse_json(body)), view_context()));
    return ok_status();
}

Status Session::show_rows(const std::string& body, std::string_view rows, View view) {
    if (format() != Format::AsCsv) return show(body, view);
    const auto columns = csv_columns(rows);
    if (columns.empty())
        return usage_error("this list has no columns of csv", "repeat with --output json");
    const OrderedJson all = TRY(parse_ordered_json(body));
    const auto found = all.find(std::string(rows));
    print(to_csv(found == all.end() ? OrderedJson::array() : *found, columns));
    return ok_status();
}

// One page goes on as it came; several are one list in the same shape.
Result<std::string> Session::whole_list(const ListRoute& route) {
    const std::string first = route.query.empty() ? route.path : route.path + "?" + route.query;
    const std::string joint = route.query.empty() ? "?" : "&";
    std::string body = TRY(get(first, route.next));
    OrderedJson all = TRY(parse_ordered_json(body));
    std::string token = next_page(all);
    for (int page = 1; !token.empty() && page < pages_max; ++page) {
        const std::string more = TRY(get(first + joint + "page_token=" + percent_encoded(token)));
        OrderedJson next = TRY(parse_ordered_json(more));
        for (OrderedJson& row : next[route.rows]) all[route.rows].push_back(std::move(row));
        if (next.contains("page")) all["page"] = next["page"];
        token = next_page(next);
        body.clear();
    }
    return body.empty() ? all.dump() : body;
}

Status Session::show_list(const ListRoute& route, View view) {
    const std::string body = TRY(whole_list(route));
    if (format() != Format::AsTable) return show_rows(body, route.rows, view);
    const Json all = TRY(parse_json(body));
    if (list_field(all, route.rows).empty()) {
        console_.note(route.nothing);
        return ok_status();
    }
    console_.data(view(all, view_context()));
    return ok_status();
}

}  // namespace foyer::cli
