// What a box does for its member: the disk, the wire, the hooks of the database, the fences.
#include "tests/sim/group/invariants.h"
#include "tests/sim/group/world.h"

namespace foyer::sim::group {

void World::tell_data_path(const Box& box, const lead::Effect& effect) {
    const auto name = "r" + std::to_string(box.index.number);
    if (effect.is<lead::Cut>()) say(name + " is cut");
    if (effect.is<lead::Follow>()) say(name + " follows");
    if (effect.is<lead::Rejoin>()) say(name + " rejoins");
}

void World::execute(Box& box, const lead::Effect& effect) {
    tell_data_path(box, effect);
    effect.visit(lead::Overloaded{
        [&](const lead::Persist& one) {
            box.persisting.push_back(one);
            if (box.persisting.size() == 1) persist_next(box);
        },
        [&](const lead::Send& one) {
            // All that was persisted before it in this life is behind it in the queue.
            if (box.persisting.empty() || one.needs < box.persisting.front().version)
                send(box, one.message);
            else
                box.held_back.push_back(one);
        },
        [&](const lead::Cut&) { cut(box); },
        [&](const lead::Follow& one) {
            if (box.database.mode == Mode::Down) box.database.mode = Mode::Standby;
            box.database.receiver.reset();
            box.database.follows = {one.leader, one.fence};
        },
        [&](const lead::Rejoin& one) {
            box.database.cut();
            box.rejoining = true;
            rejoin(box, one.leader, one.fence, box.cuts);
        },
        [&](const lead::SetQuorum& one) {
            on_hook(box, weather_.hook_ms, [this, &box, one] {
                box.database.quorum = one.quorum;
                on_agent(box, 1 + below(weather_.hook_ms),
                         [this, &box, one] { hand_in(box, lead::QuorumShown{one.number}); });
            });
        },
        [&](const lead::ReadEnd& one) {
            on_hook(box, weather_.hook_ms, [this, &box, one] {
                if (box.database.mode != Mode::Primary) return;
                box.database.read_ends[one.number] = box.database.flushed;
                const lead::Lsn end(box.database.flushed);
                on_agent(box, 1 + below(weather_.hook_ms),
                         [this, &box, one, end] { hand_in(box, lead::EndRead{one.number, end}); });
            });
        },
        [&](const lead::Promote& one) { promote(box, one.fence); },
        [&](const lead::Lease& one) { lease(box, one.until); },
        [&](const lead::Clients& one) {
            box.database.clients_open =
                one.gate == lead::Gate::Open && box.database.mode == Mode::Primary;
            if (box.database.clients_open) invariants_->opened(box);
        },
        [&](const lead::Warm&) { ++coverage_["warm"]; },
        [&](const lead::KillService& one) { kill_service(box, one.epoch); },
        [&](const lead::Service& one) {
            if (one.order == lead::ServiceOrder::Run) {
                if (box.data && box.database.mode == Mode::Down) box.database.mode = Mode::Standby;
                return;
            }
            ++coverage_["stopped by order"];
            box.database.flushed = box.database.log.size();
            box.database.kill(box.database.log.size());
            box.database.cut();
        },
        [&](const lead::Publish& one) { invariants_->published(box, one); },
        [&](const lead::Report& one) {
            ++coverage_["report " + one.text];
            say("r" + std::to_string(box.index.number) + ": " + one.text);
        }});
}

void World::persist_next(Box& box) {
    on_agent(box, 1 + below(weather_.disk_ms), [this, &box] { persisted(box); });
}

void World::persisted(Box& box) {
    const lead::Persist done = box.persisting.front();
    box.persisting.pop_front();
    const auto before = box.disk;
    const bool lost = planted_ == Planted::VoteNotFsynced && before &&
                      done.durable.voted_for != before->voted_for;
    if (!lost) box.disk = done.durable;
    invariants_->durable_changed(box, before);
    if (!box.persisting.empty()) persist_next(box);
    const auto held_back = std::exchange(box.held_back, {});
    for (const lead::Send& one : held_back) {
        if (one.needs <= done.version)
            send(box, one.message);
        else
            box.held_back.push_back(one);
    }
    hand_in(box, lead::Persisted{done.version});
}

void World::kill_service(Box& box, Epoch epoch) {
    if (planted_ == Planted::EarlyResign) {
        on_agent(box, 1, [this, &box, epoch] { hand_in(box, lead::Fenced{epoch}); });
        on_box(box, 3'000, [&box, epoch] {
            if (box.database.mode == Mode::Primary && box.database.promoted.epoch == epoch)
                box.database.kill(box.database.log.size());
        });
        return;
    }
    ++box.database.kills;
    // It waits for no hook, and every later hook waits for it.
    box.hooks_until = now_;
    on_hook(box, weather_.hook_ms, [this, &box, epoch] {
        if (box.database.mode == Mode::Primary) box.database.kill(box.database.log.size());
        on_agent(box, 1 + below(weather_.hook_ms),
                 [this, &box, epoch] { hand_in(box, lead::Fenced{epoch}); });
    });
}

void World::promote(Box& box, Fence fence) {
    const std::uint64_t kills = box.database.kills;
    on_hook(box, weather_.hook_ms * 5, [this, &box, fence, kills] {
        if (box.database.kills != kills) return;  // killed while it was being promoted
        box.led = true;
        const bool again = box.database.mode == Mode::Primary && box.database.promoted == fence;
        box.database.promote(fence);
        if (!again) invariants_->promoted(box);
        on_agent(box, 1 + below(weather_.hook_ms),
                 [this, &box, fence] { hand_in(box, lead::Promoted{fence}); });
    });
}

void World::cut(Box& box) {
    ++box.cuts;
    on_hook(box, weather_.hook_ms, [this, &box] {
        if (planted_ != Planted::ReceiverRuns) box.database.cut();
        box.rejoining = false;
        if (box.data) {
            tell_end(box, box.cuts);
        } else {
            hand_in(box, lead::ReceiverStopped{});
        }
    });
}

void World::tell_end(Box& box, std::uint64_t cuts) {
    if (box.cuts != cuts) return;
    if (!box.database.is_replayed() && planted_ != Planted::EarlyPosition) {
        on_agent(box, weather_.hook_ms, [this, &box, cuts] { tell_end(box, cuts); });
        return;
    }
    std::optional<lead::LogPosition> position = box.database.position();
    if (box.mute && !box.paused) ++coverage_["copy cut while mute"];
    if (box.mute) position.reset();
    const bool whole = !box.torn || planted_ == Planted::TornIsWhole;
    on_agent(box, 1 + below(weather_.hook_ms), [this, &box, position, whole] {
        hand_in(box, lead::ReceiverStopped{position, whole});
    });
}

// The kernel's entry holds from now on, and ends by itself.
void World::lease(Box& box, MonoTime until) { box.lease_until = until; }

}  // namespace foyer::sim::group
