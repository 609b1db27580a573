#include "tests/sim/network.h"

#include <algorithm>

namespace foyer::sim {

namespace {

// Held 30 s, then the next call after its jittered delay: one round of a quiet box.
constexpr Moment quiet_round = 30'150;

}  // namespace

Network::Network(Room& room, SimMaster& master)
    : room_(room), master_(master), dice_(room.dice.rng().next()) {}

void Network::connect(std::vector<std::unique_ptr<Box>>& boxes, Services& services) {
    boxes_ = &boxes;
    services_ = &services;
    held_.resize(boxes.size());
    edge_fences_.resize(boxes.size());
}

bool Network::is_lost() {
    return weather.loss > 0 && dice_.per_mille(static_cast<std::uint64_t>(weather.loss));
}

Moment Network::delay() {
    if (weather.late > 0 && dice_.per_mille(static_cast<std::uint64_t>(weather.late)))
        return dice_.span(second, 45 * second);
    return dice_.between(8, 80);
}

bool Network::calls_arrive(int box) const {
    return !master_cut_ && (*boxes_)[static_cast<std::size_t>(box)]->world.up_cuts == 0;
}
bool Network::answers_arrive(int box) const {
    return !master_cut_ && (*boxes_)[static_cast<std::size_t>(box)]->world.down_cuts == 0;
}
bool Network::is_reachable(int box) const { return calls_arrive(box) && answers_arrive(box); }

bool Network::overlay_connected(int a, int b) const {
    const Box& one = *(*boxes_)[static_cast<std::size_t>(a)];
    const Box& other = *(*boxes_)[static_cast<std::size_t>(b)];
    return one.powered() && other.powered() && one.world.overlay_cuts == 0 &&
           other.world.overlay_cuts == 0;
}

void Network::sync(int box, SyncReport report, Answered answered) {
    Held& held = held_[static_cast<std::size_t>(box)];
    room_.timeline.cancel(held.end);
    held = {room_.timeline.now(), ++calls_, false, no_event};
    const std::uint64_t call = held.call;
    if (!calls_arrive(box) || is_lost()) return time_out(box, answered);
    const auto shared = std::make_shared<const SyncReport>(std::move(report));
    const Moment first = delay();
    room_.timeline.after(
        first, [this, box, shared, call, answered] { arrive(box, *shared, call, answered); });
    if (weather.duplicate > 0 && dice_.per_mille(static_cast<std::uint64_t>(weather.duplicate))) {
        room_.coverage.saw("fault", "report delivered twice");
        room_.timeline.after(first + dice_.span(10, 40 * second), [this, box, shared] {
            const NodeId& name = (*boxes_)[static_cast<std::size_t>(box)]->spec().name;
            SyncReport again = *shared;
            if (room_.bug == Bug::StaleReports) again.observation_number = 0;
            if (calls_arrive(box)) master_.sync(name, std::move(again), [](const auto&) {});
        });
    }
}

void Network::arrive(int box, const SyncReport& report, std::uint64_t call,
                     const Answered& answered) {
    if (!calls_arrive(box)) return time_out(box, answered);
    const NodeId& name = (*boxes_)[static_cast<std::size_t>(box)]->spec().name;
    if (!master_.serves()) {  // nobody listens: refused at once
        return answer(box, call, answered, error(ErrorCode::Unavailable, "connection refused"));
    }
    if (!(*boxes_)[static_cast<std::size_t>(box)]->is_certified()) {
        room_.coverage.saw("certificate", "expired, and refused");
        return answer(box, call, answered, error(ErrorCode::Unavailable, "certificate expired"));
    }
    Held& held = held_[static_cast<std::size_t>(box)];
    if (held.call == call) held.at_master = true;
    master_.sync(name, report, [this, box, call, answered](Result<SyncAnswer> with) {
        answer(box, call, answered, std::move(with));
    });
    if (held.call == call && (*boxes_)[static_cast<std::size_t>(box)]->has_pending_progress())
        progress(box);
}

void Network::answer(int box, std::uint64_t call, const Answered& answered,
                     Result<SyncAnswer> with) {
    Held& held = held_[static_cast<std::size_t>(box)];
    if (held.call == call) held.at_master = false;
    if (!answers_arrive(box) || is_lost()) return time_out(box, answered);
    const auto shared = std::make_shared<Result<SyncAnswer>>(std::move(with));
    room_.timeline.after(delay(), [this, box, answered, shared] {
        if (!answers_arrive(box)) return time_out(box, answered);
        answered(std::move(*shared));
    });
}

// The caller gives up when the deadline of its call is over.
void Network::time_out(int box, const Answered& answered) {
    const Box& caller = *(*boxes_)[static_cast<std::size_t>(box)];
    const Moment patience = (caller.hold() + caller.deadline_margin()).count();
    const Moment end =
        std::max(held_[static_cast<std::size_t>(box)].began + patience, room_.timeline.now() + 1);
    room_.timeline.at(
        end, [answered] { answered(error(ErrorCode::DeadlineExceeded, "no answer in time")); });
}

void Network::hang_up(int box) {
    Held& held = held_[static_cast<std::size_t>(box)];
    room_.timeline.cancel(held.end);
    if (held.at_master) materialise(box, false);
    held.at_master = false;
    const NodeId& name = (*boxes_)[static_cast<std::size_t>(box)]->spec().name;
    // A machine without power says no goodbye, nor does one behind a cut.
    if (calls_arrive(box) && (*boxes_)[static_cast<std::size_t>(box)]->powered())
        master_.hang_up(name);
}

void Network::materialise(int box, bool ends_for_real) {
    Held& held = held_[static_cast<std::size_t>(box)];
    Box& caller = *(*boxes_)[static_cast<std::size_t>(box)];
    const Moment now = room_.timeline.now();
    const Moment rounds = (now - held.began) / quiet_round;
    if (!held.at_master || (rounds == 0 && !ends_for_real)) return;
    if (!master_.holds(caller.spec().name)) return;
    held.began += rounds * quiet_round;
    caller.call_goes_on_since(held.began);
    master_.heard(caller.spec().name, held.began, caller.clock().wall());
    if (!ends_for_real || held.end != no_event) return;
    const Moment end = std::max(held.began + caller.hold().count(), now + 1);
    held.end = room_.timeline.at(end, [this, box] {
        held_[static_cast<std::size_t>(box)].end = no_event;
        master_.hold_ends((*boxes_)[static_cast<std::size_t>(box)]->spec().name);
    });
}

void Network::progress(int box) { materialise(box, true); }

void Network::hear_everybody() {
    for (std::size_t box = 0; box < boxes_->size(); ++box)
        if (held_[box].end == no_event) materialise(static_cast<int>(box), false);
}

void Network::master_died() {
    for (std::size_t box = 0; box < boxes_->size(); ++box) {
        Held& held = held_[box];
        room_.timeline.cancel(held.end);
        if (!held.at_master) continue;
        held.at_master = false;
        // Its connection is reset; behind a cut nobody hears of that before the call's deadline.
        const std::uint64_t call = held.call;
        const int number = static_cast<int>(box);
        const Moment after = is_reachable(number) ? dice_.between(10, 200) : 40 * second;
        room_.timeline.after(after, [this, number, call] {
            if (held_[static_cast<std::size_t>(number)].call == call)
                (*boxes_)[static_cast<std::size_t>(number)]->call_broke();
        });
    }
}

void Network::enrol(int box) {
    if (!calls_arrive(box) || is_lost() || !master_.serves()) return;
    room_.timeline.after(delay(), [this, box] {
        Box& newcomer = *(*boxes_)[static_cast<std::size_t>(box)];
        master::EnrolNode enrol;
        enrol.token_hash = token_of(newcomer.spec().name);
        enrol.key_fingerprint = newcomer.key();
        enrol.wg_public_key = WgPublicKey(newcomer.wg_key());
        enrol.capacity = newcomer.offered();
        if (room_.bug == Bug::DoubleCount) enrol.capacity += newcomer.spec().capacity;
        enrol.agent_version = std::string("1");
        enrol.certificate_expires_at = newcomer.clock().wall() + Duration(90 * day);
        enrol.clock = newcomer.clock().wall();
        master::Write write;
        write.command = std::move(enrol);
        master_.submit(std::move(write), [this, box](const Result<master::Answer>& answer) {
            if (!answers_arrive(box) || is_lost()) return;
            const Status how = answer.ok() ? ok_status() : Status(answer.failure());
            // Some boxes got their certificate long ago.
            const Moment third = certificate_life / 3;
            const Moment until = room_.timeline.now() + third + dice_.between(third / 3, 2 * third);
            room_.timeline.after(delay(), [this, box, how, until] {
                Box& told = *(*boxes_)[static_cast<std::size_t>(box)];
                const bool fresh = how.ok() && !told.is_enrolled();
                if (fresh) told.renewed({until - certificate_life, until});
                told.enrolled(how);
            });
        });
    });
}

void Network::renew(int box) {
    Box& caller = *(*boxes_)[static_cast<std::size_t>(box)];
    if (!calls_arrive(box) || is_lost() || !caller.is_certified()) return;
    room_.timeline.after(delay(), [this, box, &caller] {
        master::RenewNode renewal{caller.spec().name, caller.key(),
                                  master_.clock().wall() + Duration(certificate_life)};
        const Moment now = room_.timeline.now();
        const Box::Certificate fresh{now, now + certificate_life};
        master::Write write;
        write.command = std::move(renewal);
        master_.submit(std::move(write),
                       [this, box, &caller, fresh](const Result<master::Answer>& answer) {
                           if (!answer.ok() || !answers_arrive(box) || is_lost()) return;
                           room_.timeline.after(delay(), [&caller, fresh] {
                               if (caller.agent_runs()) caller.renewed(fresh);
                           });
                       });
    });
}

void Network::ask(master::Write write, Told answered) {
    if (is_lost() || !master_.serves()) return;
    const auto shared = std::make_shared<master::Write>(std::move(write));
    const auto deliver = [this, shared, answered] {
        master_.submit(*shared, [this, answered](Result<master::Answer> answer) {
            if (is_lost()) return;
            const auto kept = std::make_shared<Result<master::Answer>>(std::move(answer));
            room_.timeline.after(delay(), [answered, kept] { answered(*kept); });
        });
    };
    const Moment first = delay();
    room_.timeline.after(first, deliver);
    if (weather.duplicate > 0 && dice_.per_mille(static_cast<std::uint64_t>(weather.duplicate)))
        room_.timeline.after(first + dice_.span(1, 20 * second), deliver);
}

void Network::cut(const Cut& cut) {
    for (const int number : cut.boxes) {
        materialise(number, true);
        Box& box = *(*boxes_)[static_cast<std::size_t>(number)];
        box.world.up_cuts += cut.up ? 1 : 0;
        box.world.down_cuts += cut.down ? 1 : 0;
        box.world.overlay_cuts += cut.overlay ? 1 : 0;
    }
    if (cut.overlay) services_->links_changed(cut.boxes);
}

void Network::heal(const Cut& cut) {
    for (const int number : cut.boxes) {
        Box& box = *(*boxes_)[static_cast<std::size_t>(number)];
        box.world.up_cuts -= cut.up ? 1 : 0;
        box.world.down_cuts -= cut.down ? 1 : 0;
        box.world.overlay_cuts -= cut.overlay ? 1 : 0;
    }
    if (cut.overlay) services_->links_changed(cut.boxes);
}

void Network::cut_master(bool cut) {
    if (cut)
        for (std::size_t box = 0; box < boxes_->size(); ++box)
            materialise(static_cast<int>(box), true);
    if (cut && !master_cut_) {
        cut_at_ = room_.timeline.now();
        heard_at_cut_.clear();
        for (const Held& held : held_) heard_at_cut_.push_back(held.at_master);
    }
    master_cut_ = cut;
}

// An edge never goes back to an older leadership of the same instance.
void Network::routes_applied(int box, const std::map<std::string, EdgeRoute>& routes) {
    auto& fences = edge_fences_[static_cast<std::size_t>(box)];
    std::erase_if(fences, [&](const auto& known) { return !routes.contains(known.first); });
    const std::string& edge = (*boxes_)[static_cast<std::size_t>(box)]->spec().name.str();
    for (const auto& [hostname, route] : routes) {
        if (!route.backend.empty()) services_->routed(route.instance, route.fence.epoch);
        auto& [newest, revision] = fences[hostname];
        // A newer revision with a lower fence: the name was deleted and ordered anew.
        if (route.fence < newest && route.revision <= revision && !route.backend.empty())
            room_.broken(edge + " (edge) goes back to an older leader of " + route.instance.str());
        newest = route.revision > revision ? route.fence : std::max(newest, route.fence);
        revision = std::max(revision, route.revision);
    }
}

}  // namespace foyer::sim
