// What operators want: packages published, an upgrade begun, paused, resumed, turned back.
#include <algorithm>
#include <set>

#include "master/domain/upgrades.h"

namespace foyer::master {
namespace {

// Nothing of it is needed any more: no box runs it, none is to get it or to go back to it.
bool is_unused(const State& state, const AgentRelease& row) {
    const std::string& version = row.package.version;
    const Upgrade* upgrade = current_upgrade(state);
    if (upgrade != nullptr && upgrade->version == version) return false;
    const bool run = std::ranges::any_of(
        state.nodes(), [&](const auto& entry) { return entry.second.agent_version == version; });
    return !run && std::ranges::none_of(state.node_agents(), [&](const auto& entry) {
        return entry.second.from == version || entry.second.to == version;
    });
}

Status make_room_for_release(const State& state, Draft& draft) {
    if (state.agent_releases().size() < agent_releases_max) return ok_status();
    const AgentRelease* oldest = nullptr;
    for (const auto& [key, row] : state.agent_releases()) {
        if (is_unused(state, row) && (oldest == nullptr || row.created_at < oldest->created_at))
            oldest = &row;
    }
    if (oldest == nullptr)
        return error(ErrorCode::ResourceExhausted,
                     "as many packages of the agent are published as are kept, and boxes use all "
                     "of them",
                     {{"rule", "agent_releases_max"}});
    draft.drop(DropAgentRelease{key_of_agent_release(*oldest)});
    return ok_status();
}

Error no_upgrade() {
    return error(ErrorCode::FailedPrecondition,
                 "there is no upgrade; `foyer upgrade start VERSION` begins one",
                 {{"rule", "no_upgrade"}});
}

Error not_so(const Upgrade& upgrade, const std::string& wanted) {
    return error(ErrorCode::FailedPrecondition,
                 "the upgrade to version " + upgrade.version + " is " +
                     std::string(to_text(upgrade.state)) + " and cannot be " + wanted,
                 {{"rule", "upgrade_state"}});
}

Result<int> at_most_of(const State& state, const StartUpgrade& command) {
    const auto refuse = [](const std::string& field, const std::string& range) {
        return error(ErrorCode::InvalidArgument, field + " must be " + range, {{"field", field}});
    };
    if (command.at_most < 0 || command.at_most > upgrade_at_most_max)
        return refuse("at_most", "from 1 to " + std::to_string(upgrade_at_most_max));
    if (command.at_most_percent < 0 || command.at_most_percent > 100)
        return refuse("at_most_percent", "from 1 to 100");
    if (command.at_most > 0 && command.at_most_percent > 0)
        return refuse("at_most_percent", "left out where at_most is given");
    if (command.at_most > 0) return command.at_most;
    const int percent =
        command.at_most_percent > 0 ? command.at_most_percent : upgrade_percent_default;
    const auto boxes = static_cast<std::int64_t>(state.nodes().size());
    return static_cast<int>(
        std::clamp<std::int64_t>(boxes * percent / 100, 1, upgrade_at_most_max));
}

Result<Duration> observe_of(const StartUpgrade& command) {
    if (command.observe < Duration(0) || command.observe > observe_max)
        return error(ErrorCode::InvalidArgument, "canaries are watched for at most 7 days",
                     {{"field", "observe_seconds"}});
    if (command.canaries.empty()) return Duration(0);
    return command.observe > Duration(0) ? command.observe : observe_default;
}

Status check_published(const State& state, const std::string& version) {
    const auto found = state.agent_releases().lower_bound({version, ""});
    if (found != state.agent_releases().end() && found->first.first == version) return ok_status();
    return error(ErrorCode::NotFound,
                 "version '" + version +
                     "' of the agent is not published; `foyer agent-release ls` shows those that "
                     "are",
                 {{"field", "version"}});
}

// One goes on at a time; one that is over, or has nobody under way, gives place.
Status check_may_start(const State& state) {
    const Upgrade* before = current_upgrade(state);
    if (before == nullptr || state.upgrading().empty()) return ok_status();
    return error(ErrorCode::FailedPrecondition,
                 "boxes are under way to version " + before->version +
                     "; `foyer upgrade pause`, and start once `foyer upgrade show` shows none",
                 {{"rule", "upgrade_under_way"}});
}

Status name_canaries(const State& state, const Upgrade& upgrade, const StartUpgrade& command,
                     WallTime now, Draft& draft) {
    const std::set<NodeId> names(command.canaries.begin(), command.canaries.end());
    const UpgradeView view(state, upgrade, now);
    for (const NodeId& name : names) {
        const Node node = TRY(find_row(state.nodes(), name, "node", "foyer node ls"));
        const UpgradeStanding standing = view.standing_of(node);
        if (!standing.takes_part)
            return error(
                ErrorCode::FailedPrecondition,
                "box '" + name.str() + "' cannot go first: " +
                    (standing.reason.empty() ? "it runs this version already" : standing.reason),
                {{"field", "canaries"}});
        NodeAgent agent = state.node_agents().at(name);
        agent.upgrade = upgrade.number;
        agent.canary = true;
        agent.step = UpgradeStep::Waits;
        agent.from.clear();
        agent.to.clear();
        agent.reason.clear();
        agent.since.reset();
        draft.put(std::move(agent));
    }
    return ok_status();
}

void give_place(const State& state, WallTime now, Draft& draft) {
    if (const Upgrade* before = current_upgrade(state);
        before != nullptr && before->state != UpgradeState::Finished) {
        Upgrade ended = *before;
        ended.state = UpgradeState::Finished;
        ended.reason.clear();
        ended.ended_at = now;
        draft.put(std::move(ended));
    }
    if (state.upgrades().size() >= upgrades_kept_max)
        draft.drop(DropUpgrade{state.upgrades().begin()->first});
}

Result<Upgrade> paused(Upgrade upgrade) {
    if (upgrade.state != UpgradeState::Running) return not_so(upgrade, "paused");
    upgrade.state = UpgradeState::Paused;
    return upgrade;
}

Result<Upgrade> resumed(Upgrade upgrade) {
    if (upgrade.state != UpgradeState::Paused && upgrade.state != UpgradeState::Stopped)
        return not_so(upgrade, "resumed");
    upgrade.state = UpgradeState::Running;
    upgrade.reason.clear();
    return upgrade;
}

Result<Upgrade> turned_back(Upgrade upgrade) {
    if (upgrade.back)
        return error(ErrorCode::FailedPrecondition,
                     "boxes go back from version " + upgrade.version + " already",
                     {{"rule", "upgrade_state"}});
    upgrade.back = true;
    upgrade.state = UpgradeState::Running;
    upgrade.reason.clear();
    upgrade.ended_at.reset();
    return upgrade;
}

Result<Upgrade> steered(const Upgrade& upgrade, SteerUpgrade::Wish wish) {
    switch (wish) {
        case SteerUpgrade::Wish::Pause: return paused(upgrade);
        case SteerUpgrade::Wish::Resume: return resumed(upgrade);
        case SteerUpgrade::Wish::Back: return turned_back(upgrade);
    }
    CHECK(false);
}

std::string way_text(const Upgrade& upgrade) {
    return (upgrade.back ? "back from version " : "to version ") + upgrade.version;
}

}  // namespace

Result<Decision> publish_agent_release(const State& state, const PublishAgentRelease& command,
                                       WallTime now) {
    AgentRelease release = command.release;
    const AgentReleaseKey key = key_of_agent_release(release);
    const std::string title = "version '" + key.first + "' of the agent for " + key.second;
    if (const AgentRelease* known = state.agent_releases().get(key)) {
        if (known->document != release.document || known->signature != release.signature)
            return error(ErrorCode::AlreadyExists,
                         title + " is published with other content; raise the version",
                         {{"field", "version"}});
        Decision same;  // publishing the same again changes nothing
        same.reply.subject = key.first;
        return same;
    }
    release.created_at = now;
    Draft draft(state, now);
    TRY(make_room_for_release(state, draft));
    draft.event("agent_release_published", title);
    draft.put(std::move(release));
    return std::move(draft).done(key.first);
}

Result<Decision> start_upgrade(const State& state, const StartUpgrade& command, WallTime now) {
    TRY(check_agent_version(command.version));
    if (command.canaries.size() > canaries_max)
        return error(ErrorCode::InvalidArgument,
                     "at most " + std::to_string(canaries_max) + " boxes go first",
                     {{"field", "canaries"}});
    const Upgrade* before = current_upgrade(state);
    Upgrade upgrade;
    upgrade.number = before == nullptr ? 1 : before->number + 1;
    upgrade.version = command.version;
    upgrade.at_most = TRY(at_most_of(state, command));
    upgrade.observe = TRY(observe_of(command));
    upgrade.started_at = now;
    TRY(check_published(state, command.version));
    TRY(check_may_start(state));
    Draft draft(state, now);
    TRY(name_canaries(state, upgrade, command, now, draft));
    give_place(state, now, draft);
    draft.event("upgrade_started", "to version " + upgrade.version + ", at most " +
                                       std::to_string(upgrade.at_most) + " boxes at once");
    draft.put(upgrade);
    return std::move(draft).done(upgrade.version);
}

Result<Decision> steer_upgrade(const State& state, const SteerUpgrade& command, WallTime now) {
    const Upgrade* upgrade = current_upgrade(state);
    if (upgrade == nullptr) return no_upgrade();
    Upgrade next = TRY(steered(*upgrade, command.wish));
    Draft draft(state, now);
    switch (command.wish) {
        case SteerUpgrade::Wish::Pause: draft.event("upgrade_paused", way_text(next)); break;
        case SteerUpgrade::Wish::Resume: draft.event("upgrade_resumed", way_text(next)); break;
        case SteerUpgrade::Wish::Back: draft.event("upgrade_turned_back", way_text(next)); break;
    }
    const std::string version = next.version;
    draft.put(std::move(next));
    return std::move(draft).done(version);
}

}  // namespace foyer::master
