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
                                          {"about"},
                                          {"subject"},
                                          {"owner"},
                                          {"message"}},
                              .append_only = true});
    return table;
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

const Statement& page_of_instance() {
    static const Statement statement{
        "page_instance_events",
        events().select +
            " WHERE subject = $3 AND about = 'instance' AND sequence < $1 AND sequence >= (SELECT "
            "coalesce(max(sequence), 0) FROM events WHERE subject = $3 AND kind = 'ordered') ORDER "
            "BY sequence DESC LIMIT $2::bigint"};
    return statement;
}

// Empty: whatever it is. `first` names the index to go along: a plan for all cases would read all
// events to find those of one owner.
Statement page_where(std::string name, std::string_view first) {
    return {
        std::move(name),
        events().select + " WHERE " + std::string(first) +
            "sequence > greatest($1, coalesce((SELECT sequence FROM events WHERE revision <= $7 "
            "ORDER BY revision DESC, sequence DESC LIMIT 1), 0)) AND sequence > coalesce((SELECT "
            "max(sequence) FROM events WHERE $3 <> '' AND subject = $3 AND about = 'account' AND "
            "kind = 'account_deleted'), 0) AND ($3 = '' OR owner = $3) AND "
            "($4 = '' OR about = $4) AND ($5 = "
            "'' OR subject = $5) AND ($6 = '' OR kind = $6) ORDER BY sequence LIMIT "
            "$2::bigint"};
}

const Statement& page_of(const EventFilter& filter) {
    static const Statement all = page_where("page_events", "");
    static const Statement owned = page_where("page_owned_events", "owner = $3 AND ");
    static const Statement of_one = page_where("page_subject_events", "subject = $5 AND ");
    if (!filter.subject.empty()) return of_one;
    return filter.owner ? owned : all;
}

std::string turns_of_node() {
    std::string kinds;
    const auto add = [&](const auto& list) {
        for (const std::string_view kind : list)
            kinds += (kinds.empty() ? "'" : ", '") + std::string(kind) + "'";
    };
    add(came_kinds);
    add(went_kinds);
    return "subject = $1 AND about = 'node' AND kind IN (" + kinds + ")";
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
    return row.into(e.sequence, e.revision, e.at, e.kind, e.about, e.subject, e.owner, e.message);
}

Call put_call(const Event& e) {
    return {&events().put, Params().add(e.sequence, e.revision, e.at, e.kind, e.about, e.subject,
                                        e.owner, e.message)};
}

Call put_call(const RequestRecord& r) {
    return {&requests().put, Params().add(r.account, r.id, r.body_hash, r.reply_kind, Blob{r.reply},
                                          r.at, r.revision)};
}

Call drop_call(const DropRequest& change) {
    return {&requests().drop, Params().add(change.account, change.id)};
}

Call instance_events_call(const InstanceName& instance, std::int64_t before, int count) {
    const std::int64_t end = before > 0 ? before : std::numeric_limits<std::int64_t>::max();
    return {&page_of_instance(), Params().add(end, count, instance)};
}

Call events_call(const EventFilter& filter, std::int64_t after, int count) {
    // The empty text stands for "of everybody": nobody must come to hear everything by having no
    // name.
    CHECK(!filter.owner || !filter.owner->empty());
    return {&page_of(filter),
            Params().add(after, count, filter.owner.value_or(AccountId()),
                         filter.about ? std::string(to_text(*filter.about)) : std::string(),
                         filter.subject, filter.kind, filter.above)};
}

Call node_life_call(const NodeId& node, const Span& within, int count) {
    return {&life_of_node(), Params().add(node, within.from, within.to, count)};
}

void add_journal_loaders(std::vector<Loader>& loaders, int events_max) {
    loaders.push_back({{&newest_events(), Params().add(events_max)}, nullptr, read_event_into});
    loaders.push_back({{}, &requests().copy, read_request});
}

std::vector<Loader> loaders(int events_max) {
    std::vector<Loader> all;
    add_catalogue_loaders(all);
    add_instance_loaders(all);
    add_takeover_loaders(all);
    add_member_loaders(all);
    add_webhook_loaders(all);
    add_contact_loaders(all);
    add_domain_loaders(all);
    add_upgrade_loaders(all);
    add_application_loaders(all);
    add_journal_loaders(all, events_max);
    add_audit_loader(all);
    return all;
}

}  // namespace foyer::master
