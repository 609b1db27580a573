#include "common/wire/takeover_convert.h"

#include "common/wire/enum_convert.h"
#include "common/wire/field_check.h"

namespace foyer::wire {
namespace {

constexpr std::int64_t replicas_max = 1'000'000;

void begin_to(const LeadershipBegin& from, agent::v1::LeadershipBegin& to) {
    to.set_began_at_unix_ms(from.began_at.unix_ms);
    to.set_cause(to_wire(from.cause));
    if (from.former) to.set_former(from.former->number);
    to.set_former_generation(from.former_fence.generation.number());
    to.set_former_epoch(from.former_fence.epoch.number());
    to.set_detected_ms(from.detected.count());
    to.set_fenced_ms(from.fenced.count());
    to.set_elected_ms(from.elected.count());
    if (from.announced) to.set_announced_ms(from.announced->count());
    if (from.promoted) to.set_promoted_ms(from.promoted->count());
    if (from.opened) to.set_opened_ms(from.opened->count());
}

Result<Duration> span_field(std::string_view field, std::int64_t span) {
    return Duration(TRY(amount_field(field, span)));
}

Result<LeadershipBegin> begin_from(const agent::v1::LeadershipBegin& from) {
    LeadershipBegin to;
    to.began_at = WallTime{TRY(amount_field("leadership.began_at", from.began_at_unix_ms()))};
    to.cause = TRY(from_wire(from.cause()));
    if (from.has_former()) {
        if (from.former() < 0 || from.former() > replicas_max)
            return field_error("leadership.former", "is out of range");
        to.former = ReplicaIndex{from.former()};
    }
    to.former_fence = {Generation(from.former_generation()), Epoch(from.former_epoch())};
    to.detected = TRY(span_field("leadership.detected", from.detected_ms()));
    to.fenced = TRY(span_field("leadership.fenced", from.fenced_ms()));
    to.elected = TRY(span_field("leadership.elected", from.elected_ms()));
    if (from.has_announced_ms())
        to.announced = TRY(span_field("leadership.announced", from.announced_ms()));
    if (from.has_promoted_ms())
        to.promoted = TRY(span_field("leadership.promoted", from.promoted_ms()));
    if (from.has_opened_ms()) to.opened = TRY(span_field("leadership.opened", from.opened_ms()));
    return to;
}

}  // namespace

void to_wire(const LeadershipReport& from, agent::v1::Leadership& to) {
    to.set_partition(from.partition.str());
    to.set_ordered_at_unix_ms(from.ordered_at.unix_ms);
    to.set_generation(from.fence.generation.number());
    to.set_epoch(from.fence.epoch.number());
    if (from.begin) begin_to(*from.begin, *to.mutable_begin());
    if (!from.end) return;
    to.mutable_end()->set_reason(to_wire(from.end->reason));
    to.mutable_end()->set_ended_at_unix_ms(from.end->ended_at.unix_ms);
    to.mutable_end()->set_closing_ms(from.end->closing.count());
}

Result<LeadershipReport> from_wire(const agent::v1::Leadership& from) {
    LeadershipReport to;
    to.partition = PartitionId(TRY(name_field("leadership.partition", from.partition())));
    to.ordered_at = WallTime{TRY(amount_field("leadership.ordered_at", from.ordered_at_unix_ms()))};
    to.fence = {Generation(from.generation()), Epoch(from.epoch())};
    if (from.has_begin()) to.begin = TRY(begin_from(from.begin()));
    if (from.has_end()) {
        LeadershipEnd end;
        end.reason = TRY(from_wire(from.end().reason()));
        end.ended_at =
            WallTime{TRY(amount_field("leadership.ended_at", from.end().ended_at_unix_ms()))};
        end.closing = TRY(span_field("leadership.closing", from.end().closing_ms()));
        to.end = end;
    }
    return to;
}

void to_wire(const RoutingReport& from, agent::v1::Routing& to) {
    to.set_instance(from.instance.str());
    to.set_ordered_at_unix_ms(from.ordered_at.unix_ms);
    to.set_generation(from.fence.generation.number());
    to.set_epoch(from.fence.epoch.number());
    to.set_heard_at_unix_ms(from.heard_at.unix_ms);
    to.set_routed_ms(from.routed.count());
    if (from.answered) to.set_answered_ms(from.answered->count());
}

Result<RoutingReport> from_wire(const agent::v1::Routing& from) {
    RoutingReport to;
    to.instance = InstanceName(TRY(name_field("routing.instance", from.instance())));
    to.ordered_at = WallTime{TRY(amount_field("routing.ordered_at", from.ordered_at_unix_ms()))};
    to.fence = {Generation(from.generation()), Epoch(from.epoch())};
    to.heard_at = WallTime{TRY(amount_field("routing.heard_at", from.heard_at_unix_ms()))};
    to.routed = TRY(span_field("routing.routed", from.routed_ms()));
    if (from.has_answered_ms())
        to.answered = TRY(span_field("routing.answered", from.answered_ms()));
    return to;
}

}  // namespace foyer::wire
