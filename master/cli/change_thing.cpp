#include "master/cli/change_thing.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/commands.h"

namespace foyer::cli {

Status change_thing(Session& session, const ChangeRoute& route, bool dry_run,
                    const std::function<Result<Json>(const Json& before)>& body_of) {
    const Json before = TRY(session.get_json(route.path, route.next));
    Json body = TRY(body_of(before));
    if (dry_run) body["validate_only"] = true;
    session.if_match = fmt::format("\"{}\"", text_field(before, "revision"));
    const std::string answer = TRY(session.write("PUT", route.path, body, route.next));
    return show_created(session, answer, route.view, dry_run);
}

}  // namespace foyer::cli
