#include "master/app/agent_sync.h"

#include <utility>

#include "master/domain/desired.h"
#include "master/domain/disk_class.h"
#include "master/domain/mail_keys.h"
#include "master/domain/upgrades.h"

namespace foyer::master {
namespace {

Error gone(const NodeId& node) {
    return error(
        ErrorCode::Unauthenticated,
        "node '" + node.str() + "' does not exist any more; enrol the box again with a new token",
        {{"rule", "node_deleted"}});
}

std::string desk_key(const NodeId& node) { return "node/" + node.str(); }

// The report was not written, and will be sent again: not the box's fault.
bool is_away(ErrorCode code) {
    return code == ErrorCode::Unavailable || code == ErrorCode::Unknown ||
           code == ErrorCode::ResourceExhausted || code == ErrorCode::DeadlineExceeded;
}

NodeDelta delta_of(DesiredDelta desired) {
    NodeDelta delta;
    delta.lineage = std::move(desired.lineage);
    delta.base = desired.base;
    delta.revision = desired.revision;
    delta.settings = std::move(desired.settings);
    delta.assignments = std::move(desired.assignments);
    delta.removed_assignments = std::move(desired.removed_assignments);
    delta.peers = std::move(desired.peers);
    delta.removed_peers = std::move(desired.removed_peers);
    delta.routes = std::move(desired.routes);
    delta.removed_routes = std::move(desired.removed_routes);
    return delta;
}

}  // namespace

void wake_boxes(WaitDesk& desk, const State& state, const State& before) {
    const auto concerned = state.concerned_since(before);
    if (!concerned) return desk.published(state);
    std::vector<std::string> keys;
    for (const NodeId& node : *concerned) keys.push_back(desk_key(node));
    desk.published(state, keys);
}

void wake_box(WaitDesk& desk, const State& state, const NodeId& node) {
    desk.published(state, {desk_key(node)});
}

void HeldSync::cancel() const {
    shared_->cancelled = true;
    const Desk::Ticket ticket = shared_->ticket;
    if (ticket != 0) desk_->cancel(ticket);
}

AgentSync::AgentSync(Planner& planner, Presence& presence, Desk& desk, const SecretSeal& seal,
                     const Clock& clock, Rng& rng, SyncLimits limits, RecordSigner sign,
                     Errands* errands)
    : planner_(planner),
      presence_(presence),
      desk_(desk),
      seal_(seal),
      clock_(clock),
      rng_(rng),
      limits_(limits),
      sign_(std::move(sign)),
      errands_(errands) {}

HeldSync AgentSync::sync(const NodeId& node, SyncReport report_of_box, Done done,
                         const std::optional<AutonomousSystem>& line) {
    HeldSync call(desk_);
    if (report_of_box.observations.size() > limits_.observations_max ||
        report_of_box.erased.size() > limits_.observations_max ||
        report_of_box.leaderships.size() > limits_.observations_max ||
        report_of_box.routings.size() > limits_.observations_max) {
        done(error(ErrorCode::InvalidArgument,
                   "a report may hold at most " + std::to_string(limits_.observations_max) +
                       " observations",
                   {{"rule", "observations_max"}}));
        return call;
    }
    desk_.replace(desk_key(node));  // one call outstanding a node
    presence_.heard(node, report_of_box.clock, report_of_box.disk_free_bytes);
    presence_.called_from(node, line);
    const Applied applied{report_of_box.applied_lineage, report_of_box.applied_revision};
    if (has_news(node, report_of_box)) {
        // Overtaken by a newer one: nothing of it counts any more.
        if (!presence_.take(node, report_of_box.observation_number)) {
            done(answer(node, applied, Pace::Normal));
            return call;
        }
        report(node, std::move(report_of_box), std::move(done));
        return call;
    }
    // A box we know nothing of since our start is asked at once for everything; asked, not hurried:
    // its next call is held as usual.
    if (report_of_box.immediate || presence_.must_ask(node)) {
        done(answer(node, applied,
                    planner_.phase() == PlannerPhase::Leading ? Pace::Normal : Pace::Away));
        return call;
    }
    hold(node, applied, call, std::move(done));
    return call;
}

// Only what the catalogue does not know yet is worth a commit.
bool AgentSync::has_news(const NodeId& node, const SyncReport& report) const {
    if (report.observation_number > 0 || !report.observations.empty() || report.observations_full ||
        !report.erased.empty() || !report.leaderships.empty() || !report.routings.empty() ||
        report.domains || report.upgrade || report.care)
        return true;
    const std::optional<Bytes> disk_free = presence_.disk_free(node);
    return planner_.read([&](const State& state) {
        const auto found = state.nodes().find(node);
        if (found == state.nodes().end()) return false;  // answered as gone below
        const Node& row = found->second;
        return row.state != NodeState::Online || !row.token_used ||
               (report.capacity && !(*report.capacity == row.capacity)) ||
               (disk_free && is_disk_news(row.disk_free, *disk_free)) ||
               (!report.agent_version.empty() && report.agent_version != row.agent_version) ||
               line_news(node, row);
    });
}

// The network its address is in now, where that is not what the catalogue says.
std::optional<AutonomousSystem> AgentSync::line_news(const NodeId& node, const Node& row) const {
    const auto line = presence_.line(node, row.line ? limits_.line_settles : Duration(0));
    if (!line || (row.line && row.line->system.number == line->number)) return std::nullopt;
    return line;
}

void AgentSync::report(const NodeId& node, SyncReport report, Done done) {
    const Applied applied{report.applied_lineage, report.applied_revision};
    const std::uint64_t number = report.observation_number;
    const bool in_full = report.observations_full;
    ReportNode command;
    command.node = node;
    command.observations = std::move(report.observations);
    command.observations_full = report.observations_full;
    command.erased = std::move(report.erased);
    command.capacity = report.capacity;
    // As last heard, not as in this call: a box tells it once, and that time the database may have
    // been away.
    command.disk_free = presence_.disk_free(node);
    command.agent_version = std::move(report.agent_version);
    command.applied = report.applied_revision;
    command.leaderships = std::move(report.leaderships);
    command.routings = std::move(report.routings);
    command.domains = std::move(report.domains);
    command.host = report.host;
    command.care = std::move(report.care);
    command.refuses = std::move(report.refuses);
    command.upgrade = std::move(report.upgrade);
    command.line = planner_.read([&](const State& state) -> std::optional<AutonomousSystem> {
        const auto row = state.nodes().find(node);
        return row == state.nodes().end() ? std::nullopt : line_news(node, row->second);
    });
    Write write;
    write.command = std::move(command);
    planner_.submit(std::move(write), [this, node, applied, number, in_full,
                                       done = std::move(done)](const Result<Answer>& written) {
        // The answer may be large; the planner has better things to do.
        const bool ok = written.ok();
        const Error why = ok ? Error{} : written.failure();
        if (!ok) presence_.give_back(node);
        desk_.post([this, node, applied, number, in_full, done, ok, why] {
            if (!ok && !is_away(why.code)) return done(why);
            if (ok) presence_.acknowledge(node, number, in_full);
            done(answer(node, applied, ok ? Pace::Normal : Pace::Away));
        });
    });
}

void AgentSync::hold(const NodeId& node, const Applied& applied, const HeldSync& call, Done done) {
    const auto held = desk_.wait(
        desk_key(node), clock_.mono() + limits_.hold,
        [this, node, applied](const State& state) { return changed(state, node, applied); },
        [this, node, applied, done](Woken why) {
            switch (why) {
                case Woken::Changed:
                case Woken::Expired: return done(answer(node, applied, Pace::Normal));
                case Woken::Replaced:
                    return done(error(ErrorCode::Aborted,
                                      "a newer Sync of this node took its place",
                                      {{"rule", "sync_replaced"}}));
                case Woken::Closed:
                    return done(error(ErrorCode::Unavailable, "the master is stopping"));
            }
        });
    // Too many are held already: answered now, with the longer delay.
    if (!held.ok()) return done(answer(node, applied, Pace::Away));
    call.shared_->ticket = held.value();
    if (call.shared_->cancelled) return desk_.cancel(held.value());
    planner_.read([&](const State& state) { desk_.recheck(held.value(), state); });
}

bool AgentSync::changed(const State& state, const NodeId& node, const Applied& applied) const {
    return !state.nodes().contains(node) || state.lineage() != applied.lineage ||
           state.desired_revision(node) > applied.revision ||
           (errands_ != nullptr && errands_->waits_for(node));
}

Result<SyncAnswer> AgentSync::answer(const NodeId& node, const Applied& applied, Pace pace) const {
    SyncAnswer answer;
    const bool there = planner_.read([&](const State& state) {
        if (!state.nodes().contains(node)) return false;
        answer.delta = delta_of(desired_since(state, node, applied.lineage, applied.revision));
        answer.upgrade = upgrade_order(state, node);
        return true;
    });
    if (!there) return gone(node);
    TRY(open_secrets(answer.delta));
    TRY(sign_records(answer.delta));
    const auto presence = presence_.find(node);
    answer.observations_acknowledged = presence ? presence->acknowledged : 0;
    answer.observations_wanted = !presence || !presence->reported_in_full;
    answer.next_delay = with_jitter(pace == Pace::Normal ? limits_.next_delay : limits_.away_delay);
    answer.hold_max = limits_.hold;
    answer.clock = clock_.wall();
    if (errands_ != nullptr) answer.errands = errands_->take(node);
    return answer;
}

Status AgentSync::open_key(DkimKey& key) const {
    const auto plain =
        seal_.open(Sealed(key.private_key), mail_key_place(key.domain, key.selector));
    if (!plain.ok())
        return error(ErrorCode::Internal,
                     "the key that mail of '" + key.domain +
                         "' is signed with cannot be opened: is seal.key the one of this "
                         "database? (" +
                         plain.failure().message + ")");
    key.private_key = plain.value().reveal();
    return ok_status();
}

Status AgentSync::open_secrets(NodeDelta& delta) const {
    if (delta.settings && delta.settings->mail_relay)
        TRY(open_key(delta.settings->mail_relay->zone_key));
    for (EdgeRoute& route : delta.routes) {
        if (!route.mail) continue;
        for (DkimKey& key : route.mail->keys) TRY(open_key(key));
    }
    for (Assignment& assignment : delta.assignments) {
        std::map<std::string, std::string> opened;
        for (const auto& [name, sealed] : assignment.secrets.by_name) {
            if (sealed.empty()) continue;  // the release asks for none
            const auto plain = seal_.open(Sealed(sealed), secret_place(assignment.instance, name));
            if (!plain.ok()) {
                return error(ErrorCode::Internal,
                             "secret '" + name + "' of '" + assignment.instance.str() +
                                 "' cannot be opened: is seal.key the one of this database? (" +
                                 plain.failure().message + ")");
            }
            opened[name] = plain.value().reveal();
        }
        assignment.secrets.by_name = std::move(opened);
    }
    return ok_status();
}

Status AgentSync::sign_records(NodeDelta& delta) const {
    if (!sign_) return ok_status();
    for (Assignment& one : delta.assignments) {
        if (!one.group || one.group->first.text.empty()) continue;
        FirstRecord& first = one.group->first;
        first.signature = TRY(sign_(one.instance, one.ordered_at, first.text));
    }
    for (EdgeRoute& route : delta.routes) {
        if (route.first.text.empty()) continue;
        route.first.signature = TRY(sign_(route.instance, route.ordered_at, route.first.text));
    }
    return ok_status();
}

// Half to one and a half of it, so that boxes that were woken together do not come back together.
Duration AgentSync::with_jitter(Duration delay) const {
    if (delay.count() <= 0) return Duration(0);
    return delay / 2 + Duration(static_cast<std::int64_t>(
                           rng_.below(static_cast<std::uint64_t>(delay.count()) + 1)));
}

}  // namespace foyer::master
