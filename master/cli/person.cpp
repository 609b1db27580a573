#include "master/cli/person.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/browser_return.h"
#include "master/cli/commands.h"
#include "master/cli/exit_code.h"

namespace foyer::cli {
namespace {

bool asks_for_code(const Error& failure) {
    return std::ranges::any_of(failure.details, [](const ErrorDetail& detail) {
        return detail.key == "rule" && detail.value == "totp_needed";
    });
}

// As nobody: he is about to say who he is.
Result<Json> post(Session& session, const Profile& profile, const std::string& path,
                  const Json& body) {
    ApiClient client = TRY(session.connect_unknown(profile));
    return post_once(client, path, body);
}

Result<Json> by_password(Session& session, const Profile& profile, const Person& person) {
    Json body = {{"account", person.account}, {"member", person.member}};
    body["password"] = TRY(session.console().ask_secret("Password: "));
    if (!profile.device.reveal().empty()) body["device"] = profile.device.reveal();
    auto answer = post(session, profile, "/v1/login", body);
    if (answer.ok() || !asks_for_code(answer.failure())) return answer;
    body["code"] = TRY(session.console().ask_secret("Code of your authenticator: "));
    return post(session, profile, "/v1/login", body);
}

// What the provider sent the person back with: `flow`, `state` and `code`.
Result<Json> by_browser(Session& session, const Profile& profile) {
    BrowserReturn back = TRY(BrowserReturn::listen());
    const Json begun =
        TRY(post(session, profile, "/v1/login:oidc-start", {{"redirect_uri", back.address()}}));
    session.console().note(fmt::format("open this page in your browser; it comes back here:\n{}",
                                       text_field(begun, "authorization_url")));
    const BrowserAnswer answer = TRY(back.wait());
    return Json{
        {"flow", text_field(begun, "flow")}, {"state", answer.state}, {"code", answer.code}};
}

Result<Json> by_provider(Session& session, const Profile& profile, const Person& person) {
    Json body = TRY(by_browser(session, profile));
    body["account"] = person.account;
    return post(session, profile, "/v1/login:oidc-finish", body);
}

}  // namespace

Result<Json> post_once(ApiClient& client, const std::string& path, const Json& body) {
    ApiCall call{.method = "POST", .path = path, .body = body.dump()};
    call.may_retry = false;
    return parse_json(TRY(client.call(call)).body);
}

Status remember(Session& session, const Profile& profile) {
    const std::string path = session.config_path();
    auto loaded = load_config(path);
    if (!loaded.ok() && loaded.failure().code != ErrorCode::NotFound) return loaded.failure();
    Config config = loaded.ok() ? std::move(loaded).value() : Config{};
    const std::string name =
        session.options.profile.empty() ? config.default_profile : session.options.profile;
    if (config.profiles.empty()) config.default_profile = name;
    config.profiles[name] = profile;
    return save_config(path, config);
}

Result<std::string> ask_new_password(Session& session) {
    std::string chosen = TRY(session.console().ask_secret("New password (12 letters or more): "));
    if (!session.console().is_interactive()) return chosen;
    if (TRY(session.console().ask_secret("Once more: ")) != chosen)
        return usage_error("the two passwords differ; nothing was changed");
    return chosen;
}

Result<Profile> profile_of(Session& session, const Person& person) {
    Profile profile;
    const auto known = session.profile();
    if (known.ok()) profile = known.value();
    if (!person.api.empty() && person.api != profile.api) profile = Profile{};
    profile.token = {};
    if (!person.api.empty()) profile.api = person.api;
    if (!person.ca_file.empty())
        profile.ca_file = std::filesystem::absolute(person.ca_file).string();
    if (profile.api.empty() || profile.ca_file.empty())
        return usage_error("which master? No profile names it yet: add --api URL --ca FILE");
    return profile;
}

Status log_in_person(Session& session, const Person& person) {
    Profile profile = TRY(profile_of(session, person));
    const Json in = TRY(person.provider ? by_provider(session, profile, person)
                                        : by_password(session, profile, person));
    profile.token = Secret<std::string>(text_field(in, "token"));
    profile.device = Secret<std::string>(text_field(in, "device"));
    TRY(remember(session, profile));
    session.console().note(fmt::format("logged in to {} as '{}' of account '{}', until {}",
                                       profile.api, text_field(in, "member"),
                                       text_field(in, "account"), text_field(in, "expires_at")));
    Json shown = in;
    shown.erase("token");  // it is in the profile, and nowhere else
    shown.erase("device");
    if (session.wants_json()) TRY(session.print_json(shown.dump()));
    return ok_status();
}

Status accept_invitation(Session& session, const Person& person) {
    const Profile profile = TRY(profile_of(session, person));
    Json body = {{"account", person.account}, {"member", person.member}};
    body["invitation"] = TRY(session.console().ask_secret("Invitation (inv_…): "));
    body["password"] = TRY(ask_new_password(session));
    TRY(post(session, profile, "/v1/login:accept", body));
    session.console().note(
        fmt::format("welcome. Log in: foyer login --api {} --ca {} --account {} --member {}",
                    profile.api, profile.ca_file, person.account, person.member));
    return ok_status();
}

Status link_person(Session& session) {
    const Profile profile = TRY(session.profile());
    const Json body = TRY(by_browser(session, profile));
    TRY(post_once(*TRY(session.api()), "/v1/login:oidc-link", body));
    session.console().note("tied: from now on `foyer login --account NAME --provider` lets you in");
    return ok_status();
}

}  // namespace foyer::cli
