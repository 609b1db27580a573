#include "master/app/errand_desk.h"

#include <algorithm>

namespace foyer::master {
namespace {

constexpr std::size_t id_length = 26;  // 130 bits: no box finishes what another one was given

Error given_up(const std::string& node, bool taken, Woken why) {
    if (why != Woken::Expired)
        return error(ErrorCode::Unavailable, "the master is stopping; ask again");
    if (!taken)
        return error(ErrorCode::DeadlineExceeded,
                     "box '" + node + "' did not come for it in time; `foyer node show " + node +
                         "` tells when it was heard of",
                     {{"rule", "box_away"}});
    return error(ErrorCode::DeadlineExceeded,
                 "box '" + node + "' took it and did not say in time how it ended",
                 {{"rule", "box_late"}});
}

}  // namespace

void ErrandDesk::send(const NodeId& node, const PartitionId& partition,
                      std::variant<ReadLog, RunProgram> what, Duration span, Done done) {
    const ErrandId id("er-" + rng_.text(id_length));
    {
        const std::scoped_lock lock(mutex_);
        const auto of_node = std::ranges::count_if(
            open_, [&](const auto& entry) { return entry.second.node == node; });
        if (open_.size() < limits_.open_max &&
            static_cast<std::size_t>(of_node) < limits_.per_node_max) {
            open_.emplace(id, Open{node, Errand{id, partition, std::move(what)}, span, done});
            done = nullptr;
        }
    }
    if (done)
        return done(error(ErrorCode::ResourceExhausted,
                          "too many logs are read and programs run at once; try again soon",
                          {{"rule", "errands_max"}}));
    const Status held = wait(id, Waits::ToBeTaken, limits_.margin);
    if (!held.ok()) {
        if (const auto refused = remove(id)) refused->done(held.failure());
        return;
    }
    wake_(node);
}

Status ErrandDesk::wait(const ErrandId& id, Waits what, Duration span) {
    const Desk::Ticket ticket = TRY(desk_.wait(
        {}, clock_.mono() + span, [](const State&) { return false; },
        [this, id, what](Woken why) { give_up(id, what, why); }));
    const std::scoped_lock lock(mutex_);
    if (const auto found = open_.find(id); found != open_.end()) found->second.ticket = ticket;
    return ok_status();
}

bool ErrandDesk::waits_for(const NodeId& node) const {
    const std::scoped_lock lock(mutex_);
    return std::ranges::any_of(
        open_, [&](const auto& entry) { return entry.second.node == node && !entry.second.taken; });
}

std::vector<Errand> ErrandDesk::take(const NodeId& node) {
    struct Taken {
        Desk::Ticket ticket;
        Duration span;
    };
    std::vector<Errand> errands;
    std::vector<Taken> taken;
    {
        const std::scoped_lock lock(mutex_);
        for (auto& [id, open] : open_) {
            if (open.node != node || open.taken) continue;
            if (errands.size() == static_cast<std::size_t>(errand_limits::at_once_max)) break;
            open.taken = true;
            errands.push_back(open.errand);
            taken.push_back({open.ticket, open.span});
        }
    }
    for (std::size_t i = 0; i < errands.size(); ++i) {
        desk_.cancel(taken[i].ticket);
        const Status held =
            wait(errands[i].id, Waits::ToBeFinished, taken[i].span + limits_.margin);
        if (held.ok()) continue;
        if (const auto refused = remove(errands[i].id)) refused->done(held.failure());
    }
    return errands;
}

Status ErrandDesk::finish(const NodeId& node, const ErrandId& id, Result<ErrandOutcome> outcome) {
    std::optional<Open> finished;
    {
        const std::scoped_lock lock(mutex_);
        const auto found = open_.find(id);
        if (found != open_.end() && found->second.node == node && found->second.taken) {
            finished = std::move(found->second);
            open_.erase(found);
        }
    }
    if (!finished) return error(ErrorCode::NotFound, "nobody waits for this errand any more");
    desk_.cancel(finished->ticket);
    const bool fits = !outcome.ok() || std::holds_alternative<ReadLog>(finished->errand.what) ==
                                           std::holds_alternative<LogPart>(outcome.value());
    if (!fits)
        outcome = error(ErrorCode::Internal, "box '" + node.str() + "' answered something else");
    finished->done(std::move(outcome));
    return ok_status();
}

std::size_t ErrandDesk::open() const {
    const std::scoped_lock lock(mutex_);
    return open_.size();
}

std::optional<ErrandDesk::Open> ErrandDesk::remove(const ErrandId& id) {
    const std::scoped_lock lock(mutex_);
    const auto found = open_.find(id);
    if (found == open_.end()) return std::nullopt;
    std::optional<Open> removed(std::move(found->second));
    open_.erase(found);
    return removed;
}

void ErrandDesk::give_up(const ErrandId& id, Waits what, Woken why) {
    std::optional<Open> open;
    {
        const std::scoped_lock lock(mutex_);
        const auto found = open_.find(id);
        // The box came for it: another wait is on.
        if (found == open_.end() || (what == Waits::ToBeTaken && found->second.taken)) return;
        open = std::move(found->second);
        open_.erase(found);
    }
    open->done(given_up(open->node.str(), open->taken, why));
}

}  // namespace foyer::master
