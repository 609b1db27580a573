// One value of a column, as PostgreSQL's text form: to_sql() writes it, from_sql() reads it and
// says whether it could.
//
// Times are written as RFC 3339 into timestamptz and read as milliseconds (the select lists
// convert).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/text.h"
#include "common/base/units.h"
#include "master/domain/applications.h"
#include "master/domain/contacts.h"
#include "master/domain/mail_keys.h"
#include "master/domain/rows.h"
#include "master/domain/upgrade_rows.h"

namespace foyer::master {

// Bytes as they are, into a bytea.
struct Blob {
    std::string bytes;
};

inline std::string to_sql(const std::string& text) { return text; }
inline std::string to_sql(bool truth) { return truth ? "t" : "f"; }
inline std::string to_sql(int number) { return std::to_string(number); }
inline std::string to_sql(std::int64_t number) { return std::to_string(number); }
inline std::string to_sql(Duration span) { return std::to_string(span.count()); }
inline std::string to_sql(WallTime time) { return to_rfc3339(time); }
inline std::string to_sql(ReplicaIndex index) { return std::to_string(index.number); }
std::string to_sql(const Blob& blob);
std::string to_sql(const std::set<AccountRole>& roles);
std::string to_sql(const std::set<CountryCode>& countries);
std::string to_sql(const std::set<Topic>& topics);
std::string to_sql(const std::set<ReleaseKind>& kinds);
std::string to_sql(const std::vector<ReleaseSize>& sizes);
std::string to_sql(const std::vector<SizePrice>& prices);
std::string to_sql(const std::vector<FormerBox>& boxes);
std::string to_sql(const std::vector<Asn>& asns);
std::string to_sql(const std::vector<CheckFinding>& findings);
std::string to_sql(const std::vector<QuoteLine>& lines);
std::string to_sql(const std::vector<OperationStep>& steps);
std::string to_sql(const std::vector<FollowerView>& followers);
std::string to_sql(const std::vector<ErrorDetail>& details);
template <class Tag>
std::string to_sql(const Id<Tag>& id) {
    return id.str();
}
template <class Tag>
std::string to_sql(Counter<Tag> counter) {
    return std::to_string(counter.number());
}
template <class Tag>
std::string to_sql(Quantity<Tag> quantity) {
    return std::to_string(quantity.count());
}
template <class Enum>
    requires std::is_enum_v<Enum>
std::string to_sql(Enum value) {
    return std::string(to_text(value));
}

inline bool from_sql(std::string_view text, std::string& to) { return to = text, true; }
bool from_sql(std::string_view text, bool& to);
bool from_sql(std::string_view text, int& to);
bool from_sql(std::string_view text, std::int64_t& to);
bool from_sql(std::string_view text, WallTime& to);
bool from_sql(std::string_view text, ReplicaIndex& to);
bool from_sql(std::string_view text, Blob& to);
bool from_sql(std::string_view text, std::set<AccountRole>& to);
bool from_sql(std::string_view text, std::set<CountryCode>& to);
bool from_sql(std::string_view text, std::set<Topic>& to);
bool from_sql(std::string_view text, std::set<ReleaseKind>& to);
bool from_sql(std::string_view text, std::vector<ReleaseSize>& to);
bool from_sql(std::string_view text, std::vector<SizePrice>& to);
bool from_sql(std::string_view text, std::vector<FormerBox>& to);
bool from_sql(std::string_view text, std::vector<Asn>& to);
bool from_sql(std::string_view text, std::vector<CheckFinding>& to);
bool from_sql(std::string_view text, std::vector<QuoteLine>& to);
bool from_sql(std::string_view text, std::vector<OperationStep>& to);
bool from_sql(std::string_view text, std::vector<FollowerView>& to);
bool from_sql(std::string_view text, std::vector<ErrorDetail>& to);
bool from_sql(std::string_view text, HostClass& to);
bool from_sql(std::string_view text, NodeState& to);
bool from_sql(std::string_view text, NodeWish& to);
bool from_sql(std::string_view text, HostWish& to);
bool from_sql(std::string_view text, BoxHealth& to);
bool from_sql(std::string_view text, ReleaseKind& to);
bool from_sql(std::string_view text, TermsStance& to);
bool from_sql(std::string_view text, UpgradeStance& to);
bool from_sql(std::string_view text, UpgradeState& to);
bool from_sql(std::string_view text, UpgradeStep& to);
bool from_sql(std::string_view text, ApplicationState& to);
bool from_sql(std::string_view text, DomainUse& to);
bool from_sql(std::string_view text, Membership& to);
bool from_sql(std::string_view text, ReplicationMode& to);
bool from_sql(std::string_view text, ShortOfCopies& to);
bool from_sql(std::string_view text, Patience& to);
bool from_sql(std::string_view text, ClockStanding& to);
bool from_sql(std::string_view text, ClockFault& to);
bool from_sql(std::string_view text, DesiredState& to);
bool from_sql(std::string_view text, ReplicaKind& to);
bool from_sql(std::string_view text, ReplicaRole& to);
bool from_sql(std::string_view text, PartitionPhase& to);
bool from_sql(std::string_view text, OperationKind& to);
bool from_sql(std::string_view text, EventAbout& to);
bool from_sql(std::string_view text, Topic& to);
bool from_sql(std::string_view text, Language& to);
bool from_sql(std::string_view text, OperationState& to);
bool from_sql(std::string_view text, ReplyKind& to);
bool from_sql(std::string_view text, ErrorCode& to);
bool from_sql(std::string_view text, TakeoverCause& to);
bool from_sql(std::string_view text, LeadershipEndReason& to);
bool from_sql(std::string_view text, Duration& to);
template <class Tag>
bool from_sql(std::string_view text, Id<Tag>& to) {
    to = Id<Tag>(std::string(text));
    return true;
}
template <class Tag>
bool from_sql(std::string_view text, Counter<Tag>& to) {
    std::int64_t number = 0;
    if (!from_sql(text, number) || number < 0) return false;
    to = Counter<Tag>(static_cast<std::uint64_t>(number));
    return true;
}
template <class Tag>
bool from_sql(std::string_view text, Quantity<Tag>& to) {
    std::int64_t number = 0;
    if (!from_sql(text, number)) return false;
    to = Quantity<Tag>(number);
    return true;
}

}  // namespace foyer::master
