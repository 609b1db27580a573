#include "master/cli/config.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <sstream>
#include <system_error>
#include <toml++/toml.h>
#include <unistd.h>
#include <vector>

#include "common/base/text.h"
#include "common/base/toml_text.h"
#include "common/tls/private_file.h"
#include "master/cli/exit_code.h"
#include "master/cli/suggest.h"

namespace foyer::cli {
namespace {

constexpr const char* login_hint = "foyer login --api URL --ca FILE --token-file FILE";

std::string environment(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
    return value == nullptr ? "" : value;
}

Error at_line(const std::string& name, const toml::node& node, const std::string& what) {
    return error(ErrorCode::InvalidArgument,
                 fmt::format("{}:{}: {}", name, node.source().begin.line, what));
}

Result<std::string> take_text(const std::string& name, const toml::node& node,
                              std::string_view key) {
    const auto text = node.value<std::string>();
    if (!node.is_string() || !text) {
        return at_line(name, node, fmt::format("'{}' must be a text", key));
    }
    return *text;
}

Result<Profile> read_profile(const std::string& name, const toml::node& node,
                             std::string_view profile_name) {
    const toml::table* table = node.as_table();
    if (table == nullptr) return at_line(name, node, fmt::format("'{}' is no table", profile_name));
    Profile profile;
    for (const auto& [key, value] : *table) {
        const std::string text = TRY(take_text(name, value, key.str()));
        if (key == "api") {
            profile.api = text;
        } else if (key == "ca_file") {
            profile.ca_file = text;
        } else if (key == "token") {
            profile.token = Secret<std::string>(text);
        } else if (key == "device") {
            profile.device = Secret<std::string>(text);
        } else {
            return at_line(
                name, value,
                fmt::format("unknown key '{}'{}", key.str(),
                            did_you_mean(key.str(), {"api", "ca_file", "token", "device"})));
        }
    }
    return profile;
}

}  // namespace

std::string default_config_path() {
    std::string path = environment("FOYER_CONFIG");
    if (!path.empty()) return path;
    std::string base = environment("XDG_CONFIG_HOME");
    if (base.empty()) base = environment("HOME") + "/.config";
    return base + "/foyer/config.toml";
}

Result<Config> parse_config(const std::string& text, const std::string& name) {
    Config config;
    toml::table root;
    if (const auto line = line_of_odd_letter(text))
        return error(ErrorCode::InvalidArgument,
                     fmt::format("{}:{}: {}", name, *line, odd_letter_problem));
    try {
        root = toml::parse(text);
    } catch (const toml::parse_error& failure) {  // the library's only way to say so
        return error(
            ErrorCode::InvalidArgument,
            fmt::format("{}:{}: {}", name, failure.source().begin.line, failure.description()));
    }
    for (const auto& [key, value] : root) {
        if (key == "default_profile") {
            config.default_profile = TRY(take_text(name, value, key.str()));
        } else if (key == "profiles" && value.is_table()) {
            for (const auto& [profile, content] : *value.as_table()) {
                config.profiles[std::string(profile.str())] =
                    TRY(read_profile(name, content, profile.str()));
            }
        } else {
            return at_line(name, value,
                           fmt::format("unknown key '{}'{}", key.str(),
                                       did_you_mean(key.str(), {"default_profile", "profiles"})));
        }
    }
    return config;
}

Result<Config> load_config(const std::string& path) {
    auto text = tls::read_private_file(path);
    if (!text.ok() && text.failure().code == ErrorCode::NotFound) {
        return error(ErrorCode::NotFound, fmt::format("not logged in: there is no file '{}'", path),
                     {{std::string(next_key), login_hint}});
    }
    return parse_config(TRY(std::move(text)), path);
}

std::string print_config(const Config& config) {
    toml::table profiles;
    for (const auto& [name, profile] : config.profiles) {
        toml::table table{
            {"api", profile.api}, {"ca_file", profile.ca_file}, {"token", profile.token.reveal()}};
        if (!profile.device.reveal().empty()) table.insert("device", profile.device.reveal());
        profiles.insert_or_assign(name, std::move(table));
    }
    const toml::table root{{"default_profile", config.default_profile}, {"profiles", profiles}};
    // Every text in double quotes with escapes: the library's other forms are not read again when a
    // text holds their own end.
    constexpr auto flags =
        toml::toml_formatter::default_flags &
        ~(toml::format_flags::allow_literal_strings | toml::format_flags::allow_multi_line_strings);
    std::ostringstream text;
    text << toml::toml_formatter(root, flags) << "\n";
    return text.str();
}

Status save_config(const std::string& path, const Config& config) {
    namespace fs = std::filesystem;
    std::error_code failure;
    const fs::path folder = fs::path(path).parent_path();
    if (!folder.empty() && !fs::exists(folder, failure)) {
        fs::create_directories(folder, failure);
        if (!failure) fs::permissions(folder, fs::perms::owner_all, failure);
    }
    if (failure) {
        return error(
            ErrorCode::FailedPrecondition,
            fmt::format("cannot make folder '{}': {}", folder.string(), failure.message()));
    }
    // The pid keeps two logins apart; a file left by a crash of the same pid goes first.
    const std::string fresh = fmt::format("{}.new-{}", path, ::getpid());
    fs::remove(fresh, failure);
    TRY(tls::create_private_file(fresh, print_config(config)));
    fs::rename(fresh, path, failure);
    if (failure) {
        std::error_code ignored;
        fs::remove(fresh, ignored);
        return error(ErrorCode::FailedPrecondition,
                     fmt::format("cannot write '{}': {}", path, failure.message()));
    }
    return ok_status();
}

Result<Profile> find_profile(const Config& config, const std::string& name) {
    const std::string wanted = name.empty() ? config.default_profile : name;
    const auto found = config.profiles.find(wanted);
    if (found != config.profiles.end()) return found->second;
    std::vector<std::string> names;
    for (const auto& [known, profile] : config.profiles) names.push_back(known);
    const std::string known = names.empty() ? "there is none" : "there is " + join(names, ", ");
    return error(ErrorCode::NotFound,
                 fmt::format("no profile '{}'{} ({})", wanted, did_you_mean(wanted, names), known),
                 {{std::string(next_key), std::string(login_hint) + " --profile " + wanted}});
}

}  // namespace foyer::cli
