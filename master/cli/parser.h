// What a command takes, in words of our own. CLI11 does the work; what it makes of its templates
// costs each file that includes it some seconds, so parser.cpp and the few that walk its tree pay
// for all commands.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
class Option;
}  // namespace CLI

namespace foyer::cli {

// What a value must be like.
struct Check {
    std::string type;  // as help shows it: "table|json", "DURATION", "1..5"
    std::function<std::string(const std::string&)> fault;  // empty: none

    Check called(std::string name) && {
        type = std::move(name);
        return std::move(*this);
    }
};

// An option, a flag or a positional argument of a command. A handle: the parser owns what is behind
// it, as long as it lives.
class Option {
public:
    explicit Option(CLI::Option* option) : option_(option) {}

    Option required();
    Option check(Check check);
    Option type_name(const std::string& name);
    Option description(const std::string& text);
    Option delimiter(char letter);
    Option one_value_each();  // given several times, one value at a time
    Option shows_default();   // in help
    Option needs(Option other);
    Option excludes(Option other);

private:
    CLI::Option* option_;
};

// A command or a group of them. A handle, as Option.
class Command {
public:
    Command(CLI::App& app) : app_(&app) {}  // NOLINT: meant to be implicit

    Command add_command(const std::string& name, const std::string& description) const;
    void requires_one() const;  // of its commands
    // The variables are set while parsing; they must outlive the parser.
    Option add_option(const std::string& names, std::string& value,
                      const std::string& description) const;
    Option add_option(const std::string& names, int& value, const std::string& description) const;
    Option add_option(const std::string& names, std::int64_t& value,
                      const std::string& description) const;
    Option add_option(const std::string& names, std::uint64_t& value,
                      const std::string& description) const;
    Option add_option(const std::string& names, std::optional<int>& value,
                      const std::string& description) const;
    Option add_option(const std::string& names, std::vector<std::string>& value,
                      const std::string& description) const;
    Option add_flag(const std::string& names, bool& value, const std::string& description) const;
    void callback(std::function<void()> chosen) const;
    std::string name() const;
    CLI::App& app() const { return *app_; }

private:
    CLI::App* app_;
};

}  // namespace foyer::cli
