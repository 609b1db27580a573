#include "master/cli/parser.h"

#include <CLI/CLI.hpp>

namespace foyer::cli {

Option Option::required() {
    option_->required();
    return *this;
}

Option Option::check(Check check) {
    const auto fault = [fault = std::move(check.fault)](std::string& word) { return fault(word); };
    option_->check(CLI::Validator(fault, check.type, ""));
    return *this;
}

Option Option::type_name(const std::string& name) {
    option_->type_name(name);
    return *this;
}

Option Option::description(const std::string& text) {
    option_->description(text);
    return *this;
}

Option Option::delimiter(char letter) {
    option_->delimiter(letter);
    return *this;
}

Option Option::one_value_each() {
    option_->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    return *this;
}

Option Option::shows_default() {
    option_->capture_default_str();
    return *this;
}

Option Option::needs(Option other) {
    option_->needs(other.option_);
    return *this;
}

Option Option::excludes(Option other) {
    option_->excludes(other.option_);
    return *this;
}

Command Command::add_command(const std::string& name, const std::string& description) const {
    CLI::App& command = *app_->add_subcommand(name, description);
    command.fallthrough();  // so that --output and its like may stand anywhere
    return command;
}

void Command::requires_one() const { app_->require_subcommand(1); }

Option Command::add_option(const std::string& names, std::string& value,
                           const std::string& description) const {
    return Option(app_->add_option(names, value, description));
}

Option Command::add_option(const std::string& names, int& value,
                           const std::string& description) const {
    return Option(app_->add_option(names, value, description));
}

Option Command::add_option(const std::string& names, std::int64_t& value,
                           const std::string& description) const {
    return Option(app_->add_option(names, value, description));
}

Option Command::add_option(const std::string& names, std::uint64_t& value,
                           const std::string& description) const {
    return Option(app_->add_option(names, value, description));
}

Option Command::add_option(const std::string& names, std::optional<int>& value,
                           const std::string& description) const {
    return Option(app_->add_option(names, value, description));
}

Option Command::add_option(const std::string& names, std::vector<std::string>& value,
                           const std::string& description) const {
    return Option(app_->add_option(names, value, description));
}

Option Command::add_flag(const std::string& names, bool& value,
                         const std::string& description) const {
    return Option(app_->add_flag(names, value, description));
}

void Command::callback(std::function<void()> chosen) const { app_->callback(std::move(chosen)); }

std::string Command::name() const { return app_->get_name(); }

}  // namespace foyer::cli
