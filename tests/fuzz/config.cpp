// The three configuration files: master, agent and command read the same bytes.
#include "master/config.h"

#include <fstream>

#include "common/base/check.h"
#include "master/cli/config.h"
#include "node-agent/config.h"
#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

std::string file(const std::string& name) {
    std::ifstream in(std::string(FOYER_SOURCE_DIR) + "/deploy/" + name);
    return {std::istreambuf_iterator<char>(in), {}};
}

void feed(std::string_view bytes) {
    const auto master = master::parse_config(bytes);
    if (!master.problems.empty()) CHECK(!master::to_text(master.problems).empty());
    discard(agent::parse_config(bytes, "node.toml"), "only that it returns");
    const auto command = cli::parse_config(std::string(bytes), "config.toml");
    if (!command.ok()) return;
    const std::string printed = cli::print_config(command.value());
    const auto again = cli::parse_config(printed, "config.toml");
    CHECK(again.ok() && again.value().profiles.size() == command.value().profiles.size());
    for (const auto& [name, profile] : command.value().profiles) {
        const cli::Profile& read = again.value().profiles.at(name);
        CHECK(read.api == profile.api && read.ca_file == profile.ca_file);
        CHECK(read.token == profile.token);
    }
}

std::vector<std::string> seeds() {
    return {file("master.toml"), file("node.toml"),
            "default_profile = \"default\"\n[profiles.default]\napi = \"https://c.example:7444\"\n"
            "ca_file = '''/etc/ca.crt'''\ntoken = \"foyer_a\\u00e9\\n_b\"\n"
            "[profiles.\"a b\"]\napi = ''\n",
            "a.b.c = [1, 2.5e3, {x = 1979-05-27T07:32:00Z}]\n[[d]]\ne = 0xff\n"};
}

}  // namespace

const Target config{"config", feed, seeds};

}  // namespace foyer::fuzz
