// Packages of the agent, and the upgrades that give them to boxes.
#include "master/domain/upgrades.h"

#include <algorithm>
#include <array>
#include <map>

#include "common/base/base64.h"
#include "common/tls/ed25519.h"
#include "master/app/blob_store.h"
#include "master/rpc/handlers.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

constexpr std::size_t boxes_shown_max = 500;

void show(const AgentRelease& from, api::AgentRelease& to) {
    to.set_version(from.package.version);
    to.set_architecture(from.package.architecture);
    to.set_digest(from.package.file.str());
    to.set_size_bytes(from.package.size.count());
    to.set_publisher_key(raw_from_base64url(from.publisher_key));
    set_time(from.created_at, *to.mutable_created_at());
    to.set_revision(from.revision.number());
}

void show_signed(const AgentRelease& from, api::AgentRelease& to) {
    show(from, to);
    to.set_document(from.document);
    to.set_signature(raw_from_base64url(from.signature));
}

// Those that need somebody first.
std::ptrdiff_t urgency(std::string_view step) {
    constexpr std::array<std::string_view, 7> order{"failed", "yields", "ordered", "skipped",
                                                    "waits",  "other",  "done"};
    return std::find(order.begin(), order.end(), step) - order.begin();
}

std::string step_word(const UpgradeStanding& standing) {
    const bool other = !standing.takes_part && standing.step == UpgradeStep::Waits;
    return other ? "other" : std::string(to_text(standing.step));
}

api::UpgradeBox box_of(const State& state, const Upgrade& upgrade, const UpgradeView& view,
                       const Node& node) {
    const UpgradeStanding standing = view.standing_of(node);
    api::UpgradeBox box;
    box.set_node(node.name.str());
    box.set_agent_version(node.agent_version);
    box.set_step(step_word(standing));
    box.set_reason(standing.reason);
    const NodeAgent* agent = state.node_agents().get(node.name);
    if (agent == nullptr || agent->upgrade != upgrade.number) return box;
    box.set_canary(agent->canary);
    if (agent->since) {
        box.set_from(agent->from);
        set_time(*agent->since, *box.mutable_since());
    }
    return box;
}

void show_boxes(const State& state, const Upgrade& from, WallTime now, api::Upgrade& to) {
    const UpgradeView view(state, from, now);
    std::vector<api::UpgradeBox> boxes;
    std::map<std::string, int> counts;
    for (const auto& [name, node] : state.nodes()) {
        boxes.push_back(box_of(state, from, view, node));
        ++counts[boxes.back().step()];
    }
    std::ranges::stable_sort(boxes, {},
                             [](const api::UpgradeBox& box) { return urgency(box.step()); });
    for (const auto& [step, count] : counts) {
        api::UpgradeCount& added = *to.add_counts();
        added.set_step(step);
        added.set_boxes(count);
    }
    const std::size_t shown = std::min(boxes.size(), boxes_shown_max);
    for (std::size_t i = 0; i < shown; ++i) *to.add_boxes() = std::move(boxes[i]);
    to.set_boxes_left_out(static_cast<int>(boxes.size() - shown));
}

void show(const State& state, const Upgrade& from, WallTime now, api::Upgrade& to) {
    to.set_number(from.number);
    to.set_version(from.version);
    to.set_state(std::string(to_text(from.state)));
    to.set_back(from.back);
    to.set_reason(from.reason);
    to.set_at_most(from.at_most);
    to.set_observe_seconds(from.observe.count() / 1000);
    if (from.canaries_done_at) set_time(*from.canaries_done_at, *to.mutable_canaries_done_at());
    set_time(from.started_at, *to.mutable_started_at());
    if (from.ended_at) set_time(*from.ended_at, *to.mutable_ended_at());
    to.set_revision(from.revision.number());
    show_boxes(state, from, now, to);
}

Result<AgentRelease> read_agent_release(const ApiContext& context,
                                        const api::PublishAgentReleaseRequest& request) {
    AgentRelease release;
    release.document = request.document();
    release.package = TRY(parse_agent_document(release.document));
    release.signature = to_base64url(as_bytes(request.signature()));
    release.publisher_key = to_base64url(as_bytes(request.publisher_key()));
    TRY(tls::ed25519_verify(release.publisher_key, release.document, release.signature));
    const auto size = context.blobs.find(release.package.file);
    if (!size.ok())
        return error(ErrorCode::FailedPrecondition,
                     "the package '" + release.package.file.str() + "' is not uploaded",
                     {{"rule", "blobs_missing"}, {"digest", release.package.file.str()}});
    if (size.value() != release.package.size.count())
        return error(ErrorCode::InvalidArgument,
                     "the package has " + std::to_string(size.value()) +
                         " bytes, its document says " +
                         std::to_string(release.package.size.count()),
                     {{"rule", "blob_size"}, {"digest", release.package.file.str()}});
    return release;
}

// Of a write, which leaves an upgrade behind.
void show_current(const State& after, WallTime now, google::protobuf::Message& answer) {
    if (const Upgrade* upgrade = current_upgrade(after))
        show(after, *upgrade, now, static_cast<api::Upgrade&>(answer));
}

template <class Request>
void write_upgrade(const ApiContext& context, ApiCall call, const Request& request,
                   api::Upgrade& response, Command command) {
    PreparedWrite write;
    write.command = std::move(command);
    write.render = [now = context.clock.wall()](const State& after, const Reply&,
                                                google::protobuf::Message& answer) {
        show_current(after, now, answer);
    };
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

}  // namespace

void publish_agent_release(const ApiContext& context, ApiCall call,
                           const api::PublishAgentReleaseRequest& request,
                           api::AgentRelease& response) {
    auto release = read_agent_release(context, request);
    if (!release.ok()) return call.done(release.failure());
    PreparedWrite write;
    const AgentReleaseKey key = key_of_agent_release(release.value());
    write.command = PublishAgentRelease{std::move(release).value()};
    write.render = [key](const State& after, const Reply&, google::protobuf::Message& answer) {
        show_signed(after.agent_releases().at(key), static_cast<api::AgentRelease&>(answer));
    };
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void get_agent_release(const ApiContext& context, ApiCall call,
                       const api::GetAgentReleaseRequest& request, api::AgentRelease& response) {
    call.done(context.planner.read([&](const State& state) -> Status {
        const AgentRelease* row =
            state.agent_releases().get({request.version(), request.architecture()});
        if (row == nullptr)
            return error(ErrorCode::NotFound,
                         "version '" + request.version() + "' of the agent is not published for '" +
                             request.architecture() +
                             "'; `foyer agent-release ls` shows those that are");
        show_signed(*row, response);
        return ok_status();
    }));
}

void list_agent_releases(const ApiContext& context, ApiCall call,
                         const api::ListAgentReleasesRequest& request,
                         api::ListAgentReleasesResponse& response) {
    const auto window = page_window(context, request.page());
    if (!window.ok()) return call.done(window.failure());
    context.planner.read([&](const State& state) {
        using Name = Id<struct AgentReleaseNameTag>;  // as pages go on by: "version architecture"
        std::map<Name, AgentRelease> rows;
        for (const auto& [key, row] : state.agent_releases())
            rows.emplace(Name(key.first + " " + key.second), row);
        list_rows(state, rows, window.value(), *response.mutable_page(),
                  [&](const AgentRelease& row) { show(row, *response.add_agent_releases()); });
    });
    call.done(ok_status());
}

void get_upgrade(const ApiContext& context, ApiCall call, const api::GetUpgradeRequest&,
                 api::Upgrade& response) {
    // A copy costs next to nothing; looking at each box of it keeps nobody waiting.
    const State state = context.planner.read([](const State& now) { return now; });
    if (current_upgrade(state) == nullptr)
        return call.done(error(ErrorCode::NotFound,
                               "there was no upgrade yet; `foyer upgrade start VERSION` begins "
                               "one"));
    show_current(state, context.clock.wall(), response);
    call.done(ok_status());
}

void start_upgrade(const ApiContext& context, ApiCall call, const api::StartUpgradeRequest& request,
                   api::Upgrade& response) {
    StartUpgrade command;
    command.version = request.version();
    command.at_most = request.at_most();
    command.at_most_percent = request.at_most_percent();
    for (const std::string& name : request.canaries()) command.canaries.emplace_back(name);
    const std::int64_t seconds = request.observe_seconds();
    if (seconds < 0 || seconds > observe_max.count() / 1000)
        return call.done(error(ErrorCode::InvalidArgument,
                               "canaries are watched for at most 7 days",
                               {{"path", "/observe_seconds"}}));
    command.observe = Duration(seconds * 1000);
    write_upgrade(context, std::move(call), request, response, std::move(command));
}

void pause_upgrade(const ApiContext& context, ApiCall call,
                   const api::UpgradeActionRequest& request, api::Upgrade& response) {
    write_upgrade(context, std::move(call), request, response,
                  SteerUpgrade{SteerUpgrade::Wish::Pause});
}

void resume_upgrade(const ApiContext& context, ApiCall call,
                    const api::UpgradeActionRequest& request, api::Upgrade& response) {
    write_upgrade(context, std::move(call), request, response,
                  SteerUpgrade{SteerUpgrade::Wish::Resume});
}

void turn_back_upgrade(const ApiContext& context, ApiCall call,
                       const api::UpgradeActionRequest& request, api::Upgrade& response) {
    write_upgrade(context, std::move(call), request, response,
                  SteerUpgrade{SteerUpgrade::Wish::Back});
}

}  // namespace foyer::master
