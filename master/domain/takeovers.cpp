#include "master/domain/takeovers.h"

#include <algorithm>
#include <map>

#include "master/domain/electing.h"

namespace foyer::master {
namespace {

using Key = State::TakeoverKey;

constexpr std::uint64_t epochs_ahead_max = 1'000;  // of what the instance's record told
constexpr Duration span_max{std::int64_t{10} * 366 * 86'400'000};

bool is_span(Duration span) { return span >= Duration(0) && span <= span_max; }

// Moments in the order in which they can only happen.
bool is_possible(const LeadershipBegin& begin) {
    Duration last{0};
    for (const std::optional<Duration>& moment :
         {std::optional(begin.detected), std::optional(begin.fenced), std::optional(begin.elected),
          begin.announced, begin.promoted, begin.opened}) {
        if (!moment) continue;
        if (*moment < last || !is_span(*moment)) return false;
        last = *moment;
    }
    return true;
}

bool is_possible(const RoutingReport& seen) {
    return is_span(seen.routed) &&
           (!seen.answered || (is_span(*seen.answered) && *seen.answered >= seen.routed));
}

// Of the present order of an instance whose group elects, in a fence that its group can have
// reached.
bool concerns(const Instance* instance, WallTime ordered_at, Fence fence) {
    if (instance == nullptr || !elects(*instance) || instance->desired == DesiredState::Deleted)
        return false;
    const Fence known = instance->fence;
    return !is_other_order(ordered_at, instance->created_at) && fence.generation >= Generation(1) &&
           fence.generation <= known.generation && fence.epoch >= Epoch(1) &&
           fence.epoch.number() <= known.epoch.number() + epochs_ahead_max;
}

std::pair<Key, Key> range_of(const InstanceName& instance) {
    const auto most = std::numeric_limits<std::uint64_t>::max();
    return {{instance, Fence{}}, {instance, Fence{Generation(most), Epoch(most)}}};
}

class Hearing {
public:
    Hearing(const Node& from, const ReportNode& command, Draft& draft)
        : from_(from), command_(command), draft_(draft) {}

    void run() {
        for (const LeadershipReport& seen : command_.leaderships) hear(seen);
        if (from_.edge)
            for (const RoutingReport& seen : command_.routings) hear(seen);
        std::set<InstanceName> instances;
        for (const auto& [key, row] : rows_) instances.insert(key.first);
        for (const InstanceName& instance : instances) drop_oldest(instance);
        for (auto& [key, row] : rows_) {
            const Takeover* before = draft_.state().takeovers().get(key);
            if (before == nullptr || !(*before == row)) draft_.put(row);
        }
    }

private:
    Takeover& row(const InstanceName& instance, Fence fence) {
        const auto [at, is_new] = rows_.try_emplace({instance, fence});
        if (!is_new) return at->second;
        const Takeover* before = draft_.state().takeovers().get(at->first);
        if (before != nullptr) at->second = *before;
        at->second.instance = instance;
        at->second.fence = fence;
        return at->second;
    }

    void hear(const LeadershipReport& seen) {
        const State& state = draft_.state();
        const Replica* replica = state.find_replica(seen.partition);
        if (replica == nullptr || replica->node != from_.name) return;
        const Instance* instance = state.instances().get(replica->key.instance);
        if (!concerns(instance, seen.ordered_at, seen.fence)) return;
        const bool begun = seen.begin && is_possible(*seen.begin);
        const bool ended = seen.end && is_span(seen.end->closing);
        if (!begun && !ended) return;
        Takeover& takeover = row(instance->name, seen.fence);
        takeover.leader = replica->key.index;
        takeover.node = from_.name;
        takeover.site = from_.site;
        if (begun) takeover.begin = seen.begin;
        if (ended) takeover.end = seen.end;
    }

    void hear(const RoutingReport& seen) {
        const Instance* instance = draft_.state().instances().get(seen.instance);
        if (!concerns(instance, seen.ordered_at, seen.fence) || !is_possible(seen)) return;
        std::optional<Routed>& routed = row(seen.instance, seen.fence).routed;
        const Routed told{from_.name, seen.heard_at, seen.routed, seen.answered};
        if (!routed) {
            routed = told;
            return;
        }
        // An edge that no client uses repeats itself: the answer that another one saw stays.
        std::optional<Duration> answered = routed->answered;
        if (told.answered) answered = std::min(*told.answered, answered.value_or(*told.answered));
        if (routed->edge == told.edge || told.routed < routed->routed) routed = told;
        // An edge that routed first may have been answered later than another.
        if (answered) answered = std::max(*answered, routed->routed);
        routed->answered = answered;
    }

    void drop_oldest(const InstanceName& instance) {
        const auto& kept = draft_.state().takeovers();
        const auto [first, last] = range_of(instance);
        std::set<Key> all;
        for (auto at = kept.lower_bound(first); at != kept.end() && at->first <= last; ++at)
            all.insert(at->first);
        for (auto at = rows_.lower_bound(first); at != rows_.end() && at->first <= last; ++at)
            all.insert(at->first);
        while (all.size() > takeovers_max) {
            const Key oldest = *all.begin();
            if (kept.contains(oldest)) draft_.drop(DropTakeover{oldest.first, oldest.second});
            rows_.erase(oldest);
            all.erase(all.begin());
        }
    }

    const Node& from_;
    const ReportNode& command_;
    Draft& draft_;
    std::map<Key, Takeover> rows_;
};

TakeoverView view_of(const State& state, const Takeover& row) {
    TakeoverView view;
    view.row = &row;
    if (row.begin->former) {
        view.former = state.takeovers().get({row.instance, row.begin->former_fence});
        const Replica* copy = state.replicas().get({row.instance, *row.begin->former});
        if (view.former != nullptr && !view.former->leader) view.former = nullptr;
        if (view.former != nullptr)
            view.former_node = view.former->node;
        else if (copy != nullptr)
            view.former_node = copy->node;
    }
    if (!row.routed || !row.begin->announced) return view;
    view.routed = *row.begin->announced + row.routed->routed;
    if (row.routed->answered) view.answered = *row.begin->announced + *row.routed->answered;
    return view;
}

}  // namespace

void hear_takeovers(const Node& from, const ReportNode& command, Draft& draft) {
    Hearing(from, command, draft).run();
}

void forget_takeovers(const InstanceName& instance, Draft& draft) {
    const auto& kept = draft.state().takeovers();
    const auto [first, last] = range_of(instance);
    for (auto at = kept.lower_bound(first); at != kept.end() && at->first <= last; ++at)
        draft.drop(DropTakeover{at->first.first, at->first.second});
}

std::vector<TakeoverView> timeline(const State& state, const InstanceName& instance) {
    std::vector<TakeoverView> views;
    const auto& kept = state.takeovers();
    const auto [first, last] = range_of(instance);
    for (auto at = kept.lower_bound(first); at != kept.end() && at->first <= last; ++at)
        if (at->second.begin) views.push_back(view_of(state, at->second));
    std::ranges::reverse(views);
    return views;
}

}  // namespace foyer::master
