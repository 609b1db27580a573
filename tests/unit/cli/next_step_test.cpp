// What to type after a refusal: every rule the master knows is thought of, and every command that
// is advised exists.
#include "master/cli/next_step.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "common/base/text.h"
#include "master/cli/commands.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"

using namespace foyer;
using namespace foyer::cli;

namespace {

// Where a helper puts the rule in: how its callers name it.
const std::map<std::string, std::string>& helpers() {
    static const std::map<std::string, std::string> known = {
        {"domain/accounts.cpp", R"re(refuse\(\s*"(\w+)")re"},
        {"domain/applications.cpp", R"re(too_many\(\s*"(\w+)")re"},
        {"domain/contacts.cpp", R"re(too_many\(\s*"(\w+)")re"},
        {"domain/domains.cpp", R"re(full\(\s*"(\w+)")re"},
        {"domain/fleet.cpp", R"re(in_use\([^;]*?"(\w+_in_use)")re"},
        {"domain/refusal.cpp", R"re(rule = [^;]*?"(\w+)"(?:[^;]*?"(\w+)")?;)re"},
        {"domain/replacement.cpp", R"re(refuse\(\s*"(\w+)")re"},
        {"http/session_events.cpp", R"re(too_many\(\s*"(\w+)")re"},
    };
    return known;
}

void add_matches(const std::string& text, const std::string& pattern, std::set<std::string>& to) {
    const std::regex wanted(pattern);
    for (std::sregex_iterator at(text.begin(), text.end(), wanted), end; at != end; ++at)
        for (std::size_t group = 1; group < at->size(); ++group)
            if ((*at)[group].matched) to.insert((*at)[group].str());
}

// Of every source of the master but this command's own.
std::set<std::string> rules_in_sources() {
    const std::filesystem::path master = std::filesystem::path(FOYER_SOURCE_DIR) / "master";
    std::set<std::string> rules;
    for (const auto& file : std::filesystem::recursive_directory_iterator(master)) {
        const std::string name = file.path().lexically_relative(master).generic_string();
        if (file.path().extension() != ".cpp" || name.starts_with("cli/")) continue;
        std::stringstream text;
        text << std::ifstream(file.path()).rdbuf();
        add_matches(text.str(), R"re("rule",\s*"(\w+)")re", rules);
        const auto helper = helpers().find(name);
        INFO(name << " names rules in a way this test does not know");
        if (std::regex_search(text.str(), std::regex(R"re(\{"rule",\s*[^"\s])re")))
            CHECK(helper != helpers().end());
        if (helper == helpers().end()) continue;
        const std::size_t before = rules.size();
        add_matches(text.str(), helper->second, rules);
        CHECK(rules.size() > before);
    }
    return rules;
}

std::set<std::string> listed_rules() {
    std::set<std::string> rules;
    for (const RuleAdvice& one : advised_rules()) CHECK(rules.emplace(one.rule).second);
    for (const SilentRule& one : silent_rules()) CHECK(rules.emplace(one.rule).second);
    return rules;
}

Error refused(ErrorCode code, std::vector<ErrorDetail> facts = {}) {
    return error(code, "no", std::move(facts));
}

// Of "foyer node show {first} (…)" the commands: foyer node show.
const CLI::App* command_of(const CLI::App& program, const std::string& advice) {
    const CLI::App* at = &program;
    for (const std::string& word : split(advice, ' ')) {
        if (word == "foyer") continue;
        const auto commands = at->get_subcommands([](const CLI::App*) { return true; });
        const auto next = std::ranges::find(commands, word, &CLI::App::get_name);
        if (next == commands.end()) break;
        at = *next;
    }
    return at;
}

}  // namespace

TEST_CASE("every rule the master refuses by has a next step, or it is said why it has none") {
    const std::set<std::string> known = listed_rules();
    const std::set<std::string> used = rules_in_sources();
    CHECK(used.size() > 100);
    for (const std::string& rule : used) {
        INFO("add '" << rule << "' to master/cli/rule_advice.cpp");
        CHECK(known.contains(rule));
    }
    for (const std::string& rule : known) {
        INFO("the master knows no rule '" << rule << "' any more");
        CHECK(used.contains(rule));
    }
}

TEST_CASE("what is advised can be typed") {
    Console console;
    test::FakeClock clock;
    SeededRng rng{1};
    Session session{console, clock, rng};
    CLI::App program{"the command", "foyer"};
    add_all(program, session);
    for (const RuleAdvice& one : advised_rules()) {
        for (const std::string_view advice : {one.next, one.otherwise}) {
            INFO(advice);
            if (!advice.starts_with("foyer ")) continue;
            const CLI::App* command = command_of(program, std::string(advice));
            CHECK(command != &program);
            CHECK(command->get_require_subcommand_min() == 0);
        }
    }
    for (const SilentRule& one : silent_rules()) CHECK_FALSE(one.why.empty());
}

TEST_CASE("advice is filled in from the path and from the facts") {
    const auto by = [](const char* rule, ErrorDetail fact = {}) {
        return refused(ErrorCode::FailedPrecondition, {{"rule", rule}, std::move(fact)});
    };
    CHECK(next_after(by("if_match"), {"/v1/isps/alder?validate_only=true"}) ==
          "foyer isp show alder, then decide anew");
    CHECK(next_after(by("not_running"), {"/v1/instances/acme:promote"}) ==
          "foyer instance show acme");
    CHECK(next_after(by("isp_in_use", {"first", "lille"}), {"/v1/isps/alder"}) ==
          "foyer site show lille");
    CHECK(next_after(by("isp_in_use"), {"/v1/isps/alder"}) == "foyer site ls");
    CHECK(next_after(by("may_lead"), {"/v1/instances/acme:promote"}) == "foyer instance show acme");
    CHECK(next_after(by("may_lead"), {"/v1/instances"}).starts_with("foyer plan order"));
    CHECK(next_after(by("rate", {"retry_after_ms", "20"}), {"/v1/isps"}) ==
          "wait 0.1 s, then repeat the command");
    CHECK(next_after(by("rate", {"retry_after_ms", "-x"}), {"/v1/isps"}) ==
          "wait a moment, then repeat the command");
    CHECK(next_after(by("manages"), {"/v1/accounts/acme/members"}).starts_with("foyer whoami"));
    CHECK(next_after(by("domain_taken"), {"/v1/domains"}).empty());
}

TEST_CASE("without a rule that is known the code says what to type") {
    CHECK(next_after(refused(ErrorCode::AlreadyExists), {"/v1/isps", R"({"name":"dune"})"}) ==
          "foyer isp show dune");
    CHECK(next_after(refused(ErrorCode::AlreadyExists), {"/v1/software-releases", "{}"}) ==
          "foyer release ls");
    CHECK(next_after(refused(ErrorCode::AlreadyExists),
                     {"/v1/accounts/acme/members", R"({"name":"anna"})"}) ==
          "foyer member show anna --account acme");
    // It may be another account's.
    CHECK(next_after(refused(ErrorCode::AlreadyExists), {"/v1/instances", R"({"name":"a"})"}) ==
          "foyer instance ls");
    CHECK(next_after(refused(ErrorCode::Aborted),
                     {"/v1/software-releases/tryton/versions/7.0:withdraw"}) ==
          "foyer release show tryton@7.0, then decide anew");
    CHECK(next_after(refused(ErrorCode::PermissionDenied), {}).starts_with("foyer whoami"));
    CHECK(next_after(refused(ErrorCode::Unauthenticated), {}).starts_with("foyer login"));
    for (const ErrorCode code : {ErrorCode::InvalidArgument, ErrorCode::NotFound,
                                 ErrorCode::Unavailable, ErrorCode::Internal})
        CHECK(next_after(refused(code), {"/v1/isps/alder"}).empty());
    CHECK(next_after(refused(ErrorCode::FailedPrecondition), {"/v1/rebalance:start"}).empty());
}

TEST_CASE("what others wrote is no part of a command unless it is a plain word") {
    const Error odd =
        refused(ErrorCode::FailedPrecondition, {{"rule", "isp_in_use"}, {"first", "a; rm -rf ~"}});
    CHECK(next_after(odd, {"/v1/isps/alder"}) == "foyer site ls");
    CHECK(next_after(refused(ErrorCode::FailedPrecondition), {"/v1/isps/a%20b"}).empty());
    CHECK(next_after(refused(ErrorCode::AlreadyExists), {"/v1/isps", R"({"name":"$x;"})"}) ==
          "foyer isp ls");
    for (const char* path : {"", "/", "/v1", "/v1/", "/v1//", "v1/isps/a", "/v1/isps/:x", "?", ":"})
        CHECK(next_after(refused(ErrorCode::FailedPrecondition), {path}).empty());
    CHECK(next_after(refused(ErrorCode::AlreadyExists), {"/v1/isps", "no JSON"}) == "foyer isp ls");
}
