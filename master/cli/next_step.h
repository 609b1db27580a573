// What to type after the master refused something: by the rule that it names, else by the code.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace foyer::cli {

// What was asked for, as far as advice needs it.
struct Asked {
    std::string_view path = {};  // "/v1/isps/alder?validate_only=true"
    std::string_view body = {};  // JSON; of what is made, the name
};

// Empty: nothing that could be typed helps.
std::string next_after(const Error& refusal, const Asked& asked);

// Advice for one rule. {show} is the command that shows the thing of the path, {name} its name,
// {wait} how long the master wants to be left alone, any other {word} the fact of that name. What
// cannot be filled in is not advised.
struct RuleAdvice {
    std::string_view rule;
    std::string_view next;
    std::string_view otherwise = {};  // where `next` cannot be filled in
};
std::span<const RuleAdvice> advised_rules();

// Rules at which nothing can be typed, and why not. A test holds that the master knows no rule that
// is in neither list.
struct SilentRule {
    std::string_view rule;
    std::string_view why;
};
std::span<const SilentRule> silent_rules();

}  // namespace foyer::cli
