#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/commands.h"
#include "master/cli/views.h"
#include "master/cli/watch.h"

namespace foyer::cli {
namespace {

constexpr int moves_default = 20;
constexpr int moves_most = 200;

struct RebalanceOptions {
    int moves = moves_default;
    WaitOptions wait;
};

void add_moves(Command command, RebalanceOptions& options) {
    command.add_option("--moves", options.moves, "copies that may move, 1 to 200")
        .shows_default()
        .check(between(1, moves_most));
}

Status plan(Session& session, const RebalanceOptions& options) {
    return session.show(TRY(session.get(fmt::format("/v1/rebalance?moves_max={}", options.moves))),
                        view_balance);
}

Status start(Session& session, const RebalanceOptions& options) {
    Json body = {{"moves_max", options.moves}};
    if (options.wait.dry_run) body["validate_only"] = true;
    const std::string answer = TRY(session.write("POST", "/v1/rebalance:start", body));
    return follow_operation(session, answer, options.wait,
                            "done; foyer rebalance plan shows how the boxes are used now");
}

Status stop(Session& session, const RebalanceOptions& options) {
    Json body = Json::object();
    if (options.wait.dry_run) body["validate_only"] = true;
    const std::string answer = TRY(session.write("POST", "/v1/rebalance:stop", body));
    if (session.wants_json()) TRY(session.print_json(answer));
    session.console().note(
        options.wait.dry_run ? dry_run_note : "the rebalancing is stopped; what has moved stays");
    return ok_status();
}

}  // namespace

void add_rebalance_commands(Command app, Session& session) {
    Command group = add_group(app, "rebalance", "give new boxes their share of the copies");
    auto& planned = session.keep<RebalanceOptions>();
    Command look =
        add_command(group, "plan", "what would move, and how the boxes are used (operator)");
    add_moves(look, planned);
    look.callback([&session, &planned] {
        session.action = [&session, &planned] { return plan(session, planned); };
    });
    auto& started = session.keep<RebalanceOptions>();
    Command command = add_command(group, "start", "move standbys, one by one (operator)");
    add_moves(command, started);
    add_wait_options(command, started.wait);
    command.callback([&session, &started] {
        session.action = [&session, &started] { return start(session, started); };
    });
    auto& stopped = session.keep<RebalanceOptions>();
    Command end = add_command(group, "stop", "end it; what has moved stays (operator)");
    add_dry_run(end, stopped.wait.dry_run);
    end.callback([&session, &stopped] {
        session.action = [&session, &stopped] { return stop(session, stopped); };
    });
}

}  // namespace foyer::cli
