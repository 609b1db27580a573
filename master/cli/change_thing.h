// The end of the commands that change one thing ("set"): what is not named stays.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "master/cli/session.h"

namespace foyer::cli {

struct ChangeRoute {
    std::string path;       // of the thing
    std::string_view next;  // advised when it is not there
    View view;
};

// Reads the thing, writes what `body_of` makes of it, and shows what became of it. Whoever changes
// it in between makes the write fail (If-Match) rather than be lost.
Status change_thing(Session& session, const ChangeRoute& route, bool dry_run,
                    const std::function<Result<Json>(const Json& before)>& body_of);

}  // namespace foyer::cli
