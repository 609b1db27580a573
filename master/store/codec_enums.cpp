// Enums as columns read them: the words of to_text(), and nothing else.
#include "master/store/codec.h"

namespace foyer::master {
namespace {

template <class Enum, class From>
bool read_enum(std::optional<Enum> (*from)(std::string_view), From text, Enum& to) {
    const std::optional<Enum> value = from(text);
    if (value) to = *value;
    return value.has_value();
}

}  // namespace

bool from_sql(std::string_view text, HostClass& to) { return read_enum(host_class_from, text, to); }
bool from_sql(std::string_view text, NodeState& to) { return read_enum(node_state_from, text, to); }
bool from_sql(std::string_view text, HostWish& to) { return read_enum(host_wish_from, text, to); }
bool from_sql(std::string_view text, BoxHealth& to) { return read_enum(box_health_from, text, to); }
bool from_sql(std::string_view text, ReleaseKind& to) {
    return read_enum(release_kind_from, text, to);
}
bool from_sql(std::string_view text, TermsStance& to) {
    return read_enum(terms_stance_from, text, to);
}
bool from_sql(std::string_view text, NodeWish& to) { return read_enum(node_wish_from, text, to); }
bool from_sql(std::string_view text, Membership& to) {
    return read_enum(membership_from, text, to);
}
bool from_sql(std::string_view text, ReplicationMode& to) {
    return read_enum(replication_mode_from, text, to);
}
bool from_sql(std::string_view text, ShortOfCopies& to) {
    return read_enum(short_of_copies_from, text, to);
}
bool from_sql(std::string_view text, DomainUse& to) { return read_enum(domain_use_from, text, to); }

bool from_sql(std::string_view text, Patience& to) { return read_enum(patience_from, text, to); }
bool from_sql(std::string_view text, ClockStanding& to) {
    return read_enum(clock_standing_from, text, to);
}
bool from_sql(std::string_view text, ClockFault& to) {
    return read_enum(clock_fault_from, text, to);
}
bool from_sql(std::string_view text, TakeoverCause& to) {
    return read_enum(takeover_cause_from, text, to);
}
bool from_sql(std::string_view text, LeadershipEndReason& to) {
    return read_enum(leadership_end_reason_from, text, to);
}
bool from_sql(std::string_view text, Duration& to) {
    std::int64_t span = 0;
    if (!from_sql(text, span)) return false;
    to = Duration(span);
    return true;
}
bool from_sql(std::string_view text, DesiredState& to) {
    return read_enum(desired_state_from, text, to);
}
bool from_sql(std::string_view text, ReplicaKind& to) {
    return read_enum(replica_kind_from, text, to);
}
bool from_sql(std::string_view text, ReplicaRole& to) {
    return read_enum(replica_role_from, text, to);
}
bool from_sql(std::string_view text, PartitionPhase& to) {
    return read_enum(partition_phase_from, text, to);
}
bool from_sql(std::string_view text, OperationKind& to) {
    return read_enum(operation_kind_from, text, to);
}
bool from_sql(std::string_view text, Language& to) { return read_enum(language_from, text, to); }
bool from_sql(std::string_view text, EventAbout& to) {
    return read_enum(event_about_from, text, to);
}
bool from_sql(std::string_view text, OperationState& to) {
    return read_enum(operation_state_from, text, to);
}

bool from_sql(std::string_view text, ReplyKind& to) { return read_enum(reply_kind_from, text, to); }

bool from_sql(std::string_view text, UpgradeStance& to) {
    return read_enum(upgrade_stance_from, text, to);
}
bool from_sql(std::string_view text, UpgradeState& to) {
    return read_enum(upgrade_state_from, text, to);
}
bool from_sql(std::string_view text, UpgradeStep& to) {
    return read_enum(upgrade_step_from, text, to);
}

bool from_sql(std::string_view text, ErrorCode& to) {
    using enum ErrorCode;
    for (const ErrorCode code : {InvalidArgument, NotFound, AlreadyExists, PermissionDenied,
                                 Unauthenticated, FailedPrecondition, ResourceExhausted, Aborted,
                                 Unavailable, DeadlineExceeded, Unknown, Internal}) {
        if (to_text(code) != text) continue;
        to = code;
        return true;
    }
    return false;
}

}  // namespace foyer::master
