// Going on with what has no end: page after page of a held call, as each of them comes.
#pragma once

#include <functional>
#include <string>

#include "master/cli/session.h"

namespace foyer::cli {

// How long the master is asked to hold a page that has nothing yet.
inline constexpr int follow_hold_ms = 20'000;

struct FollowRules {
    std::string what;         // "a log that is followed is", for who asks for another format
    bool asks_a_box = false;  // a box that says nothing in time is waited for, too
    int first_tries_max = 0;  // before the first page; 0: no limit
    std::string next = {};    // advised when what it is of is not found
};

// Shows a page; the path of the next one.
using TakePage = std::function<Result<std::string>(const std::string& body)>;

// Until a signal, or a refusal. A master that is away is waited for; nothing is missed where each
// page begins where the last one ended.
Status follow(Session& session, std::string path, const FollowRules& rules, const TakePage& take);

}  // namespace foyer::cli
