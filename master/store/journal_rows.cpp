// Events and request records: tables of schemas/sql/0003.
#include <limits>

#include "master/store/row_mapping.h"

namespace foyer::master {

namespace {

using enum Column::Kind;

const Table& events() {
    static const Table table({.name = "events",
                              .key = {"sequence"},
                              .columns = {{"sequence", Int8},
                                          {"revision", Int8},
                                          {"at", Time},
                                          {"kind"},
                                          {"subject"},
                                          {"message"}},
                              .append_only = true});
    return table;
}

const Table& audit() {
    static const Table table({.name = "audit",
                              .key = {"sequence"},
                              .columns = {{"sequence", Int8},
                                          {"at", Time},
                                          {"account"},
                                          {"rpc"},
                                          {"subject"},
                                          {"request_id"},
                                          {"body_hash"},
                                          {"previous"},
                                          {"hash"},
                                          {"revision", Int8}},
                              .append_only = true});
    return table;
}

const Statement& newest_audit() {
    static const Statement statement{"load_audit",
                                     audit().select + " ORDER BY sequence DESC LIMIT 1"};
    return statement;
}

const Statement& page_of_audit() {
    static const Statement statement{
        "page_audit",
        audit().select + " WHERE sequence > $1::bigint ORDER BY sequence LIMIT $2::bigint"};
    return statement;
}

const Table& requests() {
    static const Table table({"requests",
                              {"account", "id"},
                              {{"account"},
                               {"id"},
                               {"body_hash"},
                               {"reply_kind"},
                               {"reply", Bytea},
                               {"at", Time},
                               {"revision", Int8}}});
    return table;
}

// The sequence has no gaps, so the newest ones are those above a number.
const Statement& newest_events() {
    static const Statement statement{
        "load_events", events().select +
                           " WHERE sequence > (SELECT coalesce(max(sequence), 0) FROM events) - "
                           "$1::bigint ORDER BY sequence"};
    return statement;
}

const Statement& page_of_events() {
    static const Statement statement{
        "page_events",
        events().select + " WHERE sequence < $1 ORDER BY sequence DESC LIMIT $2::bigint"};
    return statement;
}

const Statement& page_of_subject() {
    static const Statement statement{
        "page_subject_events",
        events().select +
            " WHERE subject = $3 AND sequence < $1 AND sequence >= (SELECT coalesce(max(sequence), "
            "0) FROM events WHERE subject = $3 AND kind = 'ordered') ORDER BY sequence DESC LIMIT "
            "$2::bigint"};
    return statement;
}

// An instance may have a box's name: only what concerns boxes is looked at.
std::string turns_of_node() {
    std::string kinds;
    for (const auto& list : {came_kinds, went_kinds})
        for (const std::string_view kind : list)
            kinds += (kinds.empty() ? "'" : ", '") + std::string(kind) + "'";
    return "subject = $1 AND kind IN (" + kinds + ")";
}

const Statement& life_of_node() {
    static const std::string turns = turns_of_node();
    static const Statement statement{
        "node_life",
        events().select + " WHERE " + turns +
            " AND at < $3::timestamptz AND sequence >= (SELECT coalesce(max(sequence), "
            "0) FROM events WHERE " +
            turns + " AND at < $2::timestamptz) ORDER BY sequence LIMIT $4::bigint"};
    return statement;
}

Status read_event_into(Row row, Changes& into) {
    Event event;
    TRY(read_event(row, event));
    into.push_back(Put<Event>{std::move(event)});
    return ok_status();
}

Status read_audit_into(Row row, Changes& into) {
    AuditEntry entry;
    TRY(read_audit(row, entry));
    into.push_back(Put<AuditEntry>{std::move(entry)});
    return ok_status();
}

Status read_request(Row row, Changes& into) {
    RequestRecord r;
    Blob reply;
    TRY(row.into(r.account, r.id, r.body_hash, r.reply_kind, reply, r.at, r.revision));
    r.reply = std::move(reply.bytes);
    into.push_back(Put<RequestRecord>{std::move(r)});
    return ok_status();
}

}  // namespace

Status read_event(Row row, Event& e) {
    return row.into(e.sequence, e.revision, e.at, e.kind, e.subject, e.message);
}

Call put_call(const Event& e) {
    return {&events().put,
            Params().add(e.sequence, e.revision, e.at, e.kind, e.subject, e.message)};
}

Status read_audit(Row row, AuditEntry& a) {
    return row.into(a.sequence, a.at, a.account, a.rpc, a.subject, a.request_id, a.body_hash,
                    a.previous, a.hash, a.revision);
}

Call put_call(const AuditEntry& a) {
    return {&audit().put, Params().add(a.sequence, a.at, a.account, a.rpc, a.subject, a.request_id,
                                       a.body_hash, a.previous, a.hash, a.revision)};
}

Call audit_call(std::int64_t after, int count) {
    return {&page_of_audit(), Params().add(after, count)};
}

Call put_call(const RequestRecord& r) {
    return {&requests().put, Params().add(r.account, r.id, r.body_hash, r.reply_kind, Blob{r.reply},
                                          r.at, r.revision)};
}

Call drop_call(const DropRequest& change) {
    return {&requests().drop, Params().add(change.account, change.id)};
}

Call events_call(const std::string& subject, std::int64_t before, int count) {
    const std::int64_t end = before > 0 ? before : std::numeric_limits<std::int64_t>::max();
    if (subject.empty()) return {&page_of_events(), Params().add(end, count)};
    return {&page_of_subject(), Params().add(end, count, subject)};
}

Call node_life_call(const NodeId& node, const Span& within, int count) {
    return {&life_of_node(), Params().add(node, within.from, within.to, count)};
}

void add_journal_loaders(std::vector<Loader>& loaders, int events_max) {
    loaders.push_back({{&newest_events(), Params().add(events_max)}, nullptr, read_event_into});
    loaders.push_back({{&newest_audit()}, nullptr, read_audit_into});
    loaders.push_back({{}, &requests().copy, read_request});
}

std::vector<Loader> loaders(int events_max) {
    std::vector<Loader> all;
    add_catalogue_loaders(all);
    add_instance_loaders(all);
    add_takeover_loaders(all);
    add_journal_loaders(all, events_max);
    return all;
}

}  // namespace foyer::master
