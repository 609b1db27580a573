// Takeovers: the table of schemas/sql/0014.
#include "master/store/row_mapping.h"

namespace foyer::master {
namespace {

using enum Column::Kind;

const Table& takeovers() {
    static const Table table({"takeovers",
                              {"instance", "generation", "epoch"},
                              {{"instance"},
                               {"generation", Int8},
                               {"epoch", Int8},
                               {"leader", Int4},
                               {"node"},
                               {"site"},
                               {"cause"},
                               {"began_at", Time},
                               {"former", Int4},
                               {"former_generation", Int8},
                               {"former_epoch", Int8},
                               {"detected_ms", Int8},
                               {"fenced_ms", Int8},
                               {"elected_ms", Int8},
                               {"announced_ms", Int8},
                               {"promoted_ms", Int8},
                               {"opened_ms", Int8},
                               {"end_reason"},
                               {"ended_at", Time},
                               {"closing_ms", Int8},
                               {"edge"},
                               {"heard_at", Time},
                               {"routed_ms", Int8},
                               {"answered_ms", Int8},
                               {"revision", Int8}}});
    return table;
}

// The parts of a row that may be absent as a whole, column by column.
struct Parts {
    std::optional<TakeoverCause> cause;
    std::optional<WallTime> began_at;
    std::optional<ReplicaIndex> former;
    Fence former_fence;
    std::optional<Duration> detected, fenced, elected, announced, promoted, opened;
    std::optional<LeadershipEndReason> end_reason;
    std::optional<WallTime> ended_at;
    std::optional<Duration> closing;
    std::optional<NodeId> edge;
    std::optional<WallTime> heard_at;
    std::optional<Duration> routed, answered;

    Parts() = default;
    explicit Parts(const Takeover& from) {
        if (from.begin) {
            const LeadershipBegin& b = *from.begin;
            cause = b.cause, began_at = b.began_at, former = b.former,
            former_fence = b.former_fence;
            detected = b.detected, fenced = b.fenced, elected = b.elected;
            announced = b.announced, promoted = b.promoted, opened = b.opened;
        }
        if (from.end)
            end_reason = from.end->reason, ended_at = from.end->ended_at,
            closing = from.end->closing;
        if (from.routed) {
            edge = from.routed->edge, heard_at = from.routed->heard_at;
            routed = from.routed->routed, answered = from.routed->answered;
        }
    }
    void put_into(Takeover& to) const {
        if (cause && began_at && detected && fenced && elected)
            to.begin = LeadershipBegin{*began_at, *cause,   former,    former_fence, *detected,
                                       *fenced,   *elected, announced, promoted,     opened};
        if (end_reason && ended_at && closing)
            to.end = LeadershipEnd{*end_reason, *ended_at, *closing};
        if (edge && heard_at && routed) to.routed = Routed{*edge, *heard_at, *routed, answered};
    }
};

Status read_takeover(Row row, Changes& into) {
    Takeover t;
    Parts p;
    TRY(row.into(t.instance, t.fence.generation, t.fence.epoch, t.leader, t.node, t.site, p.cause,
                 p.began_at, p.former, p.former_fence.generation, p.former_fence.epoch, p.detected,
                 p.fenced, p.elected, p.announced, p.promoted, p.opened, p.end_reason, p.ended_at,
                 p.closing, p.edge, p.heard_at, p.routed, p.answered, t.revision));
    p.put_into(t);
    into.push_back(Put<Takeover>{std::move(t)});
    return ok_status();
}

}  // namespace

Call put_call(const Takeover& t) {
    const Parts p(t);
    return {&takeovers().put,
            Params().add(t.instance, t.fence.generation, t.fence.epoch, t.leader, t.node, t.site,
                         p.cause, p.began_at, p.former, p.former_fence.generation,
                         p.former_fence.epoch, p.detected, p.fenced, p.elected, p.announced,
                         p.promoted, p.opened, p.end_reason, p.ended_at, p.closing, p.edge,
                         p.heard_at, p.routed, p.answered, t.revision)};
}

Call drop_call(const DropTakeover& change) {
    return {&takeovers().drop,
            Params().add(change.instance, change.fence.generation, change.fence.epoch)};
}

void add_takeover_loaders(std::vector<Loader>& loaders) {
    loaders.push_back({{}, &takeovers().copy, read_takeover});
}

}  // namespace foyer::master
