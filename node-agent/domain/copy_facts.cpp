// What a copy teaches its group: pure, from what was just seen.
#include <algorithm>
#include <utility>

#include "node-agent/domain/copy_step.h"
#include "node-agent/domain/hook_truth.h"

namespace foyer::agent {
namespace {

namespace lead = leadership;

lead::LogPosition log_position(const Position& position) {
    return {named_by(position), lead::Lsn(static_cast<std::uint64_t>(position.flushed_bytes))};
}

class Teacher {
public:
    Teacher(const Assignment& desired, const CopyOrder& order, const LocalState& local,
            Session& session, const CopyRules& rules, MonoTime now)
        : desired_(desired),
          order_(order),
          local_(local),
          session_(session),
          rules_(rules),
          now_(now) {}

    // Known without asking the service.
    void tell_without_service() {
        CopyMemory& memory = session_.copy;
        if (memory.fenced_told != memory.killed) {
            memory.fenced_told = memory.killed;
            tell(lead::Fenced{order_.kill_epoch});
        }
        if (const auto failed = std::exchange(memory.promotion_failed, std::nullopt))
            tell(lead::PromotionFailed{*failed});
        if (memory.restarted) tell(lead::WaitBroken{});
        memory.restarted = false;
        // A first copy that was made, and is not started yet, did not end.
        const bool ran = local_.promoted == order_.fence && local_.applied == order_.fence;
        if (order_.role == ReplicaRole::Primary && ran && !is_running()) tell_health(false);
        if (order_.cut != memory.cut_told && !is_running()) {
            // Nothing was ever copied or written here: an empty log, which ends at its beginning.
            // Also of one that was told to lead and was fenced before its first copy was made.
            if (may_begin_anew(local_)) return stopped(lead::LogPosition{});
            const bool silenced =
                now_ >= session_.may_tell_until && !kept_still(&desired_, local_, session_).empty();
            if (memory.unreadable || memory.mute || silenced || !local_.initialized)
                return stopped(std::nullopt);
        }
        if (order_.quorum && order_.quorum_number != memory.quorum_told && !local_.initialized)
            shown();  // replica.json names them before the service starts for the first time
        // Nor asked again what it showed since it took this up: customers wait meanwhile.
        if (order_.role != ReplicaRole::Primary && is_running() && memory.quorum_read &&
            local_.applied_serial == order_.serial)
            tell_shown();
    }

    // Also where it cannot say how far it got.
    void tell_condition() {
        if (session_.health) tell_health(session_.health->healthy);
        if (local_.diverged) tell(lead::Diverged{});
    }

    // Position, followers and quorum were read a moment ago.
    void tell_position() {
        if (!session_.position) return;
        session_.copy.quorum_read = true;
        const lead::LogPosition position = log_position(*session_.position);
        const bool taken_up = local_.applied_serial == order_.serial;
        if (order_.role == ReplicaRole::Primary) return taken_up ? tell_leader(position) : void();
        if (taken_up && order_.cut != session_.copy.cut_told && !session_.position->receiving)
            stopped(position);
        else
            tell(lead::PositionRead{position});
        if (taken_up) tell_shown();
        if (order_.rejoin && local_.rejoined == order_.fence && position.fence == order_.fence &&
            session_.copy.rejoined_told != order_.serial) {
            session_.copy.rejoined_told = order_.serial;
            tell(lead::Rejoined{position});
        }
    }

    std::vector<lead::Input> facts() { return std::move(facts_); }

private:
    bool is_running() const { return session_.service == ServiceState::Running; }
    void tell(lead::Input fact) { facts_.push_back(std::move(fact)); }

    void stopped(std::optional<lead::LogPosition> position) {
        session_.copy.cut_told = order_.cut;
        tell(lead::ReceiverStopped{.position = position, .whole = !local_.replacing});
    }
    void shown() {
        session_.copy.quorum_told = order_.quorum_number;
        session_.copy.quorum_seen.reset();
        tell(lead::QuorumShown{order_.quorum_number});
    }

    void tell_health(bool ok) {
        auto& since = session_.copy.ill_since;
        if (ok) since.reset();
        if (!ok && !since) since = now_;
        tell(lead::LocalHealth{ok, since.value_or(now_)});
    }

    bool is_wished_quorum() const {
        // A release that does not say it applies it with SIGHUP, before a later position.
        if (!session_.quorum) return true;
        if (session_.quorum->copies != desired_.copies) return false;
        std::vector<std::string> wished;
        for (const Member& member : desired_.members)
            if (member.index != desired_.index && member.kind == ReplicaKind::Data)
                wished.push_back(member.name);
        std::vector<std::string> seen = session_.quorum->names;
        std::ranges::sort(wished);
        std::ranges::sort(seen);
        return desired_.copies <= 1 || wished == seen;
    }

    void tell_shown() {
        CopyMemory& memory = session_.copy;
        if (!order_.quorum || order_.quorum_number == memory.quorum_told) return;
        if (!is_wished_quorum()) return memory.quorum_seen.reset();
        if (!memory.quorum_seen) memory.quorum_seen = now_;
        // Who follows acknowledges nothing to anybody: nothing has to settle.
        const bool leads = order_.role == ReplicaRole::Primary;
        if (!leads || now_ - *memory.quorum_seen >= rules_.quorum_settles) shown();
    }

    void tell_followers(const lead::LogPosition& position) {
        for (const auto* list : {&desired_.members, &desired_.learners}) {
            for (const Member& member : *list) {
                if (member.index == desired_.index || member.kind != ReplicaKind::Data) continue;
                const auto seen =
                    std::ranges::find(session_.followers, member.name, &FollowerView::name);
                const bool streams = seen != session_.followers.end() && seen->state == "streaming";
                const bool close = streams && seen->lag_bytes <= rules_.caught_up_bytes;
                tell(lead::MemberStreams{member.index, streams, close});
                if (!streams) continue;
                const std::uint64_t lag = static_cast<std::uint64_t>(seen->lag_bytes);
                const std::uint64_t end = position.end.number();
                tell(
                    lead::Flushed{member.index, order_.fence, lead::Lsn(end - std::min(lag, end))});
            }
        }
    }

    void tell_leader(const lead::LogPosition& position) {
        if (local_.promoted != order_.fence || position.fence != order_.fence) return;
        tell(lead::Promoted{order_.fence});
        tell_shown();
        tell_followers(position);
        for (const std::uint64_t number : order_.read_ends) {
            if (number <= session_.copy.end_told) continue;
            session_.copy.end_told = number;
            tell(lead::EndRead{number, position.end});
        }
    }

    const Assignment& desired_;
    const CopyOrder& order_;
    const LocalState& local_;
    Session& session_;
    const CopyRules& rules_;
    const MonoTime now_;
    std::vector<lead::Input> facts_;
};

}  // namespace

std::vector<lead::Input> copy_facts(const Assignment& desired, const CopyOrder& order,
                                    const LocalState& local, Session& session, Probed probed,
                                    const CopyRules& rules, MonoTime now) {
    Teacher teacher(desired, order, local, session, rules, now);
    teacher.tell_without_service();
    switch (probed) {
        case Probed::Nothing: break;
        case Probed::Position: teacher.tell_position(); break;
        case Probed::Health: teacher.tell_condition(); break;
    }
    return teacher.facts();
}

}  // namespace foyer::agent
