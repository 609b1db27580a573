// Where the command finds its master: one TOML file with profiles, 0600, since it holds tokens.
//
//   default_profile = "default"
//   [profiles.default]
//   api = "https://cloud.example:7444"
//   ca_file = "/etc/foyer/ca.crt"
//   token = "foyer_…"        # of a program, or of a person's session
//   device = "…"             # by which the next login of that person is known
#pragma once

#include <map>
#include <string>

#include "common/base/result.h"
#include "common/log/secret.h"

namespace foyer::cli {

struct Profile {
    std::string api;
    std::string ca_file;  // absolute
    Secret<std::string> token;
    Secret<std::string> device;  // of a person's login; empty: none
};

struct Config {
    std::string default_profile = "default";
    std::map<std::string, Profile> profiles;
};

// $FOYER_CONFIG, else $XDG_CONFIG_HOME/foyer/config.toml, else ~/.config/foyer/config.toml.
std::string default_config_path();

// NotFound: no file. FailedPrecondition: others may read it. InvalidArgument: not TOML, or a key
// that does not exist, with its line.
Result<Config> load_config(const std::string& path);
Result<Config> parse_config(const std::string& text, const std::string& name);
std::string print_config(const Config& config);

// Replaces the file as a whole (0600; its folder is made 0700).
Status save_config(const std::string& path, const Config& config);

// NotFound: no such profile, with those there are.
Result<Profile> find_profile(const Config& config, const std::string& name);

}  // namespace foyer::cli
