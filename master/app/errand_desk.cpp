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

template <class Map>
auto of_node(Map& open, const NodeId& node) {
    const auto first = open.lower_bound({node, ErrandId()});
    const auto last = std::find_if(first, open.end(),
                                   [&](const auto& entry) { return entry.first.first != node; });
    return std::ranges::subrange(first, last);
}

}  // namespace

void ErrandDesk::send(const NodeId& node, const PartitionId& partition,
                      std::variant<ReadLog, RunProgram> what, Duration span, Done done) {
    const Key key(node, ErrandId("er-" + rng_.text(id_length)));
    {
        const std::scoped_lock lock(mutex_);
        const auto of_box = std::ranges::distance(of_node(open_, node));
        if (open_.size() < limits_.open_max &&
            static_cast<std::size_t>(of_box) < limits_.per_node_max) {
            open_.emplace(key, Open{Errand{key.second, partition, std::move(what)}, span, done});
            done = nullptr;
        }
    }
    if (done)
        return done(error(ErrorCode::ResourceExhausted,
                          "too many logs are read and programs run at once; try again soon",
                          {{"rule", "errands_max"}}));
    const Status held = wait(key, Waits::ToBeTaken, limits_.margin);
    if (held.ok()) return wake_(node);
    if (const auto refused = remove(key, Waits::ToBeTaken)) refused->done(held.failure());
}

Status ErrandDesk::wait(const Key& key, Waits what, Duration span) {
    const Desk::Ticket ticket = TRY(desk_.wait(
        {}, clock_.mono() + span, [](const State&) { return false; },
        [this, key, what](Woken why) { give_up(key, what, why); }));
    const std::scoped_lock lock(mutex_);
    if (const auto found = open_.find(key); found != open_.end()) found->second.ticket = ticket;
    return ok_status();
}

bool ErrandDesk::waits_for(const NodeId& node) const {
    const std::scoped_lock lock(mutex_);
    return std::ranges::any_of(of_node(open_, node),
                               [](const auto& entry) { return !entry.second.taken; });
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
        for (auto& [key, open] : of_node(open_, node)) {
            if (open.taken) continue;
            if (errands.size() == static_cast<std::size_t>(errand_limits::at_once_max)) break;
            open.taken = true;
            errands.push_back(open.errand);
            taken.push_back({open.ticket, open.span});
        }
    }
    for (std::size_t i = 0; i < errands.size(); ++i) {
        const Key key(node, errands[i].id);
        desk_.cancel(taken[i].ticket);
        const Status held = wait(key, Waits::ToBeFinished, taken[i].span + limits_.margin);
        if (held.ok()) continue;
        if (const auto refused = remove(key, Waits::ToBeFinished)) refused->done(held.failure());
    }
    return errands;
}

Status ErrandDesk::finish(const NodeId& node, const ErrandId& id, Result<ErrandOutcome> outcome) {
    const auto finished = remove({node, id}, Waits::ToBeFinished);
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

std::optional<ErrandDesk::Open> ErrandDesk::remove(const Key& key, Waits what) {
    const std::scoped_lock lock(mutex_);
    const auto found = open_.find(key);
    if (found == open_.end() || found->second.taken != (what == Waits::ToBeFinished))
        return std::nullopt;
    std::optional<Open> removed(std::move(found->second));
    open_.erase(found);
    return removed;
}

void ErrandDesk::give_up(const Key& key, Waits what, Woken why) {
    if (const auto open = remove(key, what))
        open->done(given_up(key.first.str(), open->taken, why));
}

}  // namespace foyer::master
