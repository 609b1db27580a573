// The audit log: the table of schemas/sql/0018 and 0030. It only grows, so that nothing here may
// walk through all of it.
#include <limits>
#include <string>

#include "master/store/row_mapping.h"

namespace foyer::master {
namespace {

using enum Column::Kind;

// The latest time that any entry up to here has, those of the same statement among them.
constexpr std::string_view reached_so_far =
    "greatest(max(u.at) OVER (ORDER BY u.sequence), (SELECT reached FROM audit ORDER BY sequence "
    "DESC LIMIT 1))";

const Table& audit() {
    static const Table table({.name = "audit",
                              .key = {"sequence"},
                              .columns = {{"sequence", Int8},
                                          {"version", Int4},
                                          {"at", Time},
                                          {"account"},
                                          {"member"},
                                          {"token"},
                                          {"rpc"},
                                          {"subject"},
                                          {"owner"},
                                          {"request_id"},
                                          {"body_hash"},
                                          {"previous"},
                                          {"hash"},
                                          {"revision", Int8},
                                          {"reached", Time, reached_so_far}},
                              .append_only = true});
    return table;
}

const Statement& newest_entry() {
    static const Statement statement{"load_audit",
                                     audit().select + " ORDER BY sequence DESC LIMIT 1"};
    return statement;
}

// Where the first entry of this time or later stands; behind everything: there is none.
std::string place_of(std::string_view time) {
    return "coalesce((SELECT sequence FROM audit WHERE reached >= " + std::string(time) +
           "::timestamptz ORDER BY reached, sequence LIMIT 1), " +
           std::to_string(std::numeric_limits<std::int64_t>::max()) + ")";
}

// Behind this place begins what is asked for. The account $3 reads what is since it was made.
std::string beginning() {
    return "greatest($1::bigint, " + place_of("$7") +
           " - 1, CASE WHEN $3 = '' THEN 0 ELSE coalesce((SELECT max(sequence) FROM audit WHERE "
           "subject = $3 AND rpc = '" +
           std::string(account_made_rpc) + "'), 1) - 1 END)";
}

// The index to go along: what precedes `sequence` in it, and the parameters that say which.
struct Along {
    std::string columns;  // "owner, "
    std::string values;   // "$3, "
    std::string said;     // what the index leaves out must be said to be left out
};

// Empty: whatever it is. Places are compared together with the columns before them, and put in
// order with them: only one index has that order. Left to itself the database goes along the whole
// log to find the few entries of one account.
Statement page_along(std::string name, const Along& along) {
    const std::string place = "(" + along.columns + "sequence)";
    return {std::move(name),
            audit().select + " WHERE " + place + " > (" + along.values + beginning() + ") AND " +
                place + " < (" + along.values + place_of("$8") + ")" + along.said +
                " AND ($3 = '' OR owner = $3) AND ($4 = '' OR account = $4) AND "
                "($5 = '' OR member = $5) AND ($6 = '' OR subject = $6) ORDER BY " +
                along.columns + "sequence LIMIT $2::bigint"};
}

const Statement& page_of(const AuditFilter& filter) {
    static const Statement all = page_along("page_audit", {});
    static const Statement of_account = page_along("page_account_audit", {"account, ", "$4, ", ""});
    static const Statement owned =
        page_along("page_owned_audit", {"owner, ", "$3, ", " AND owner <> ''"});
    static const Statement of_member =
        page_along("page_member_audit", {"member, account, ", "$5, $4, ", " AND member <> ''"});
    static const Statement of_subject =
        page_along("page_subject_audit", {"subject, ", "$6, ", " AND subject <> ''"});
    if (!filter.subject.empty()) return of_subject;
    if (!filter.member.empty()) return of_member;
    if (filter.owner) return owned;
    return filter.account.empty() ? all : of_account;
}

Status read_newest(Row row, Changes& into) {
    AuditEntry entry;
    TRY(read_audit(std::move(row), entry));
    into.push_back(Put<AuditEntry>{std::move(entry)});
    return ok_status();
}

}  // namespace

Status read_audit(Row row, AuditEntry& a) {
    int version = 0;
    TRY(row.into(a.sequence, version, a.at, a.account, a.member, a.token, a.rpc, a.subject, a.owner,
                 a.request_id, a.body_hash, a.previous, a.hash, a.revision));
    // The table holds only versions that are known here.
    a.version = version == 1 ? AuditVersion::OfAccounts : AuditVersion::OfPeople;
    return ok_status();
}

Call put_call(const AuditEntry& a) {
    return {&audit().put, Params().add(a.sequence, static_cast<int>(a.version), a.at, a.account,
                                       a.member, a.token, a.rpc, a.subject, a.owner, a.request_id,
                                       a.body_hash, a.previous, a.hash, a.revision)};
}

Call audit_call(const AuditFilter& filter, std::int64_t after, int count) {
    // The empty text stands for "of everybody": nobody must come to read everything by having no
    // name.
    CHECK(!filter.owner || !filter.owner->empty());
    CHECK(filter.member.empty() || !filter.account.empty());
    return {&page_of(filter),
            Params().add(after, count, filter.owner.value_or(AccountId()), filter.account,
                         filter.member, filter.subject, filter.since, filter.until)};
}

void add_audit_loader(std::vector<Loader>& loaders) {
    loaders.push_back({{&newest_entry()}, nullptr, read_newest});
}

}  // namespace foyer::master
