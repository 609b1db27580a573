// The audit log in the database: found by whose, by whom, to what and when, along an index each
// time; and entries of before people were recorded.
#include <deque>
#include <regex>

#include "common/base/text.h"
#include "master/store/migrate.h"
#include "master/store/row_mapping.h"
#include "tests/pg/support/pg_server.h"
#include "tests/support/catch.h"

namespace foyer::test {

namespace {

using master::AuditFilter;
using master::Changes;
using master::Put;
using Sequences = std::vector<std::int64_t>;

class Log {
public:
    Log() : database(new_database()), store_(open_store(database)) {
        const auto loaded = store_->load({});
        if (!loaded.ok()) FAIL(loaded.failure().message);
    }

    AuditEntry& happens(std::int64_t at_ms, const char* account, const char* member,
                        const char* subject, const char* owner) {
        AuditEntry entry;
        entry.sequence = static_cast<std::int64_t>(entries_.size()) + 1;
        entry.at = WallTime{at_ms};
        entry.account = account;
        entry.member = member;
        entry.token = "t1";
        entry.rpc = "foyer.api.v1.InstanceService/StopInstance";
        entry.subject = subject;
        entry.owner = owner;
        entry.previous = entry.hash = std::string(64, 'a');
        entry.revision = Revision(1);
        return entries_.emplace_back(entry);
    }
    // What was not written yet, as one batch.
    void write() {
        Changes changes;
        for (; written_ < entries_.size(); ++written_)
            changes.push_back(Put<AuditEntry>{entries_[written_]});
        revision_ = revision_.next();
        const Status done = store_->commit({{revision_, std::move(changes)}});
        if (!done.ok()) FAIL(done.failure().message);
    }
    Sequences found(const AuditFilter& filter, std::int64_t after = 0, int count = 99) {
        const auto page = store_->audit(filter, after, count);
        if (!page.ok()) FAIL(page.failure().message);
        Sequences sequences;
        for (const AuditEntry& entry : page.value()) {
            CHECK(fits(filter, entry));
            CHECK(entry == entries_.at(static_cast<std::size_t>(entry.sequence) - 1));
            sequences.push_back(entry.sequence);
        }
        return sequences;
    }

    std::string database;

private:
    std::unique_ptr<master::PgStore> store_;
    std::deque<AuditEntry> entries_;
    std::size_t written_ = 0;
    Revision revision_{0};
};

const AccountId acme("acme");
const AccountId boss("operator");

// The plan of a page once it no longer looks at the values, after it ran.
std::string plan_of(master::Connection& connection, const AuditFilter& filter) {
    const master::Call call = master::audit_call(filter, 0, 50);
    std::string values;
    for (const auto& value : call.params.values())
        values += (values.empty() ? "" : ", ") + (value ? "'" + *value + "'" : "NULL");
    const Status prepared = connection.script(
        "DEALLOCATE ALL; SET plan_cache_mode = force_generic_plan; PREPARE page "
        "AS " +
        call.statement->sql);
    if (!prepared.ok()) FAIL(prepared.failure().message);
    return ask(connection,
               "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) EXECUTE page(" + values + ")");
}

std::int64_t rows_thrown_away(const std::string& plan) {
    static const std::regex removed("Rows Removed by Filter\": ([0-9]+)");
    std::int64_t sum = 0;
    for (auto at = std::sregex_iterator(plan.begin(), plan.end(), removed);
         at != std::sregex_iterator(); ++at)
        sum += parse_int((*at)[1].str()).value();
    return sum;
}

}  // namespace

TEST_CASE("entries are found by whose it was, who did it, and to what") {
    Log log;
    log.happens(1, "acme", "anna", "shop", "acme");
    log.happens(2, "acme", "bert", "shop", "acme");
    log.happens(3, "operator", "anna", "shop", "acme");
    log.happens(4, "operator", "", "alder", "");
    log.happens(5, "other", "anna", "shop", "other");
    log.write();
    CHECK(log.found({}) == Sequences{1, 2, 3, 4, 5});
    CHECK(log.found({.owner = acme}) == Sequences{1, 2, 3});
    CHECK(log.found({.owner = acme, .account = acme}) == Sequences{1, 2});
    CHECK(log.found({.owner = acme, .account = acme, .member = MemberName("anna")}) ==
          Sequences{1});
    CHECK(log.found({.owner = acme, .subject = "shop"}) == Sequences{1, 2, 3});
    CHECK(log.found({.owner = acme, .subject = "alder"}).empty());
    CHECK(log.found({.account = boss}) == Sequences{3, 4});
    CHECK(log.found({.account = boss, .member = MemberName("anna")}) == Sequences{3});
    CHECK(log.found({.subject = "shop"}) == Sequences{1, 2, 3, 5});
    CHECK(log.found({.account = AccountId("other"), .subject = "shop"}) == Sequences{5});
    CHECK(log.found({.subject = "'; DROP TABLE audit; --"}).empty());
    // Page after page.
    CHECK(log.found({.owner = acme}, 0, 2) == Sequences{1, 2});
    CHECK(log.found({.owner = acme}, 2, 2) == Sequences{3});
    CHECK(log.found({.owner = acme}, 3, 2).empty());
}

TEST_CASE("an account whose name is given again reads nothing of the one before it") {
    Log log;
    log.happens(1, "acme", "", "shop", "acme");
    log.happens(2, "operator", "", "acme", "acme").rpc = std::string(master::account_made_rpc);
    log.happens(3, "acme", "", "shop", "acme");
    // Another account that is made moves nothing.
    log.happens(4, "operator", "", "other", "other").rpc = std::string(master::account_made_rpc);
    log.write();
    CHECK(log.found({.owner = acme}) == Sequences{2, 3});
    CHECK(log.found({.owner = acme, .subject = "shop"}) == Sequences{3});
    CHECK(log.found({.owner = acme, .account = acme}) == Sequences{3});
    CHECK(log.found({.subject = "shop"}) == Sequences{1, 3});
}

TEST_CASE("stretches of time that follow each other miss nothing, also where the clock went back") {
    Log log;
    for (const std::int64_t at : {10, 20, 15, 16, 30, 5, 40}) log.happens(at, "acme", "", "s", "");
    log.write();
    log.happens(35, "acme", "", "s", "");  // in a batch of its own: what was reached is not lost
    log.write();
    log.happens(50, "acme", "", "s", "");
    log.write();
    const auto between = [&](std::int64_t since, std::optional<std::int64_t> until) {
        AuditFilter filter{.since = WallTime{since}};
        if (until) filter.until = WallTime{*until};
        return log.found(filter);
    };
    CHECK(between(0, {}) == Sequences{1, 2, 3, 4, 5, 6, 7, 8, 9});
    CHECK(between(15, {}) == Sequences{2, 3, 4, 5, 6, 7, 8, 9});
    CHECK(between(21, {}) == Sequences{5, 6, 7, 8, 9});
    CHECK(between(0, 20) == Sequences{1});
    CHECK(between(20, 30) == Sequences{2, 3, 4});
    CHECK(between(30, 50) == Sequences{5, 6, 7, 8});
    CHECK(between(41, {}) == Sequences{9});
    CHECK(between(50, 51) == Sequences{9});
    CHECK(between(51, {}).empty());
    CHECK(between(0, 10).empty());
    CHECK(log.found({.subject = "s", .since = WallTime{20}, .until = WallTime{30}}, 2) ==
          Sequences{3, 4});
}

TEST_CASE("no question walks through the whole log") {
    Log log;
    log.write();
    const auto connection = open_connection(log.database);
    // A log of one operator mostly, and 40 accounts; each began in its middle.
    const Status filled = connection->script(
        "INSERT INTO audit (sequence, version, at, account, member, token, rpc, subject, owner,"
        " request_id, body_hash, previous, hash, revision, reached)"
        " SELECT n, 2, to_timestamp(n), CASE n % 100 WHEN 1 THEN account ELSE 'operator' END,"
        " CASE n % 3 WHEN 0 THEN '' ELSE 'anna-' || n % 2 END, 't',"
        " CASE WHEN n BETWEEN 10000 AND 10040 THEN '" +
        std::string(master::account_made_rpc) +
        "' ELSE 'x/Y' END,"
        " CASE WHEN n BETWEEN 10000 AND 10040 THEN account WHEN n % 7 = 0 THEN '' ELSE 'thing-' ||"
        " n % 500 END,"
        " CASE WHEN n % 7 = 0 THEN '' ELSE account END, '', '', repeat('a', 64), repeat('a', 64),"
        " 1, to_timestamp(n) FROM (SELECT n, 'acct-' || n % 40 AS account FROM"
        " generate_series(1, 20000) AS n) AS numbered;"
        "ANALYZE audit");
    if (!filled.ok()) FAIL(filled.failure().message);
    const AccountId one("acct-1");
    const WallTime late{19'990'000};
    const auto goes_along = [&](const AuditFilter& filter, const char* index,
                                std::int64_t thrown_away_max) {
        const std::string plan = plan_of(*connection, filter);
        INFO(plan);
        CHECK(plan.find("Seq Scan") == std::string::npos);
        CHECK(plan.find("\"Index Name\": \"" + std::string(index) + "\"") != std::string::npos);
        CHECK(rows_thrown_away(plan) <= thrown_away_max);
    };
    goes_along({}, "audit_pkey", 0);
    goes_along({.since = late}, "audit_by_time", 0);
    goes_along({.until = late}, "audit_by_time", 0);
    goes_along({.owner = one}, "audit_by_owner", 0);
    goes_along({.owner = one}, "audit_accounts_made", 0);
    goes_along({.owner = one, .since = late}, "audit_by_owner", 0);
    goes_along({.account = one}, "audit_by_account", 0);
    goes_along({.account = boss, .member = MemberName("anna-1")}, "audit_by_member", 0);
    goes_along({.owner = one, .account = one, .member = MemberName("anna-1")}, "audit_by_member",
               100);
    goes_along({.subject = "thing-5"}, "audit_by_subject", 0);
    goes_along({.owner = one, .subject = "thing-1"}, "audit_by_subject", 100);
}

TEST_CASE("entries of before people were recorded stay what they were; their account reads them") {
    const auto connection = open_connection(new_empty_database());
    const auto& all = master::migrations();
    constexpr std::size_t before = 29;
    REQUIRE(migrate(*connection, {all.begin(), all.begin() + before}).value() == before);
    const std::string hashes = ", 'bb', repeat('0', 64), repeat('a', 64), 1)";
    const Status there = connection->script(
        "INSERT INTO accounts (name, roles, created_at, revision) VALUES"
        " ('acme', '{customer}', now(), 1), ('boss', '{operator,host}', now(), 1);"
        "INSERT INTO audit VALUES"
        " (1, '2026-01-01T12:00:00Z', 'boss', 'x/Y', 'shop', ''" +
        hashes +
        ","
        " (2, '2026-01-01T12:10:00Z', 'acme', 'x/Y', 'shop', ''" +
        hashes +
        ","
        " (3, '2026-01-01T12:05:00Z', 'acme', 'x/Y', 'shop', ''" +
        hashes +
        ","
        " (4, '2026-01-01T12:20:00Z', 'gone', 'x/Y', 'shop', ''" +
        hashes);
    if (!there.ok()) FAIL(there.failure().message);
    const auto made = migrate(*connection);
    if (!made.ok()) FAIL(made.failure().message);
    CHECK(ask(*connection,
              "SELECT string_agg(version || ' ' || owner || ' ' || member || token, ',' ORDER BY "
              "sequence) FROM audit") == "1  ,1 acme ,1 acme ,1  ");
    CHECK(ask(*connection,
              "SELECT string_agg(to_char(reached AT TIME ZONE 'UTC', 'HH24:MI'), ',' "
              "ORDER BY sequence) FROM audit") == "12:00,12:10,12:10,12:20");
    CHECK(refusal(*connection, "UPDATE audit SET owner = 'boss'") == "audit_append_only");
}

}  // namespace foyer::test
