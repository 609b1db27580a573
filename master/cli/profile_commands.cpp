// profile: the masters and accounts this user is logged in to.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/commands.h"
#include "master/cli/exit_code.h"

namespace foyer::cli {
namespace {

// What programs see of a profile, and people: never its token.
std::string profiles_json(const Config& config) {
    OrderedJson rows = OrderedJson::array();
    for (const auto& [name, profile] : config.profiles)
        rows.push_back({{"name", name},
                        {"api", profile.api},
                        {"ca_file", profile.ca_file},
                        {"default", name == config.default_profile}});
    return own_output({{"profiles", rows}}).dump();
}

std::string view_profiles(const Json& list, const ViewContext& context) {
    Table table{{{"PROFILE"}, {"DEFAULT"}, {"API"}, {"CA FILE"}}, {}};
    for (const Json& one : list_field(list, "profiles"))
        table.rows.push_back({text_field(one, "name"), flag_field(one, "default") ? "yes" : "",
                              text_field(one, "api"), text_field(one, "ca_file")});
    return render(table, context.page);
}

Status list(Session& session) {
    return session.show_rows(profiles_json(TRY(session.config())), "profiles", view_profiles);
}

Status use(Session& session, const std::string& name) {
    Config config = TRY(session.config());
    TRY(find_profile(config, name));
    config.default_profile = name;
    TRY(save_config(session.config_path(), config));
    session.console().note(fmt::format("'{}' is the default profile now", name));
    return ok_status();
}

Status remove(Session& session, const std::string& name, bool yes) {
    Config config = TRY(session.config());
    TRY(find_profile(config, name));
    TRY(confirm_loss(session, name,
                     fmt::format("Profile '{}' and the token in it will be forgotten.", name),
                     yes));
    config.profiles.erase(name);
    const bool was_default = config.default_profile == name;
    if (was_default && config.profiles.size() == 1)
        config.default_profile = config.profiles.begin()->first;
    TRY(save_config(session.config_path(), config));
    session.console().note(
        fmt::format("profile '{}' is forgotten; its token is still good until "
                    "it expires or an operator revokes it",
                    name));
    if (was_default && config.profiles.size() > 1)
        session.console().note("none is the default now: foyer profile use PROFILE");
    return ok_status();
}

}  // namespace

void add_profile_commands(Command app, Session& session) {
    Command group = add_group(app, "profile", "the masters and accounts you are logged in to");
    Command shown = add_command(group, "ls", "list all profiles");
    session.has_rows(shown);
    shown.callback([&session] { session.action = [&session] { return list(session); }; });

    auto& used = session.keep<std::string>();
    Command choose = add_command(group, "use", "make one the default");
    add_name(choose, used, "PROFILE");
    choose.callback(
        [&session, &used] { session.action = [&session, &used] { return use(session, used); }; });

    struct Removal {
        std::string name;
        bool yes = false;
    };
    auto& removal = session.keep<Removal>();
    Command forget = add_command(group, "rm", "forget one, with its token");
    add_name(forget, removal.name, "PROFILE");
    forget.add_flag("--yes", removal.yes, "do not ask");
    forget.callback([&session, &removal] {
        session.action = [&session, &removal] {
            return remove(session, removal.name, removal.yes);
        };
    });
}

}  // namespace foyer::cli
