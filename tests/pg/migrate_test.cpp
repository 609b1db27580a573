// Migrations: once, in order, together, never other files than those the database was made with.
#include "master/store/migrate.h"

#include <array>
#include <atomic>
#include <thread>

#include "common/base/text.h"
#include "tests/pg/support/pg_server.h"
#include "tests/support/catch.h"

namespace foyer::test {

namespace {

using master::Migration;
using master::migrations;

int count_of(const Result<int>& made) {
    if (!made.ok()) FAIL(made.failure().message);
    return made.value();
}

// As the master seals: base64url of random bytes.
std::string sealed_text() {
    std::vector<std::uint8_t> bytes(90);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 151);
    return to_base64url(bytes);
}

}  // namespace

TEST_CASE("an empty database gets every migration, and a second time none") {
    const auto connection = open_connection(new_empty_database());
    CHECK(count_of(migrate(*connection)) == static_cast<int>(migrations().size()));
    CHECK(count_of(migrate(*connection)) == 0);
    CHECK(ask(*connection, "SELECT count(*)::text FROM schema_migrations") ==
          std::to_string(migrations().size()));
}

TEST_CASE("migrations are numbered from 1 without gaps") {
    for (std::size_t i = 0; i < migrations().size(); ++i) {
        CHECK(migrations()[i].number == static_cast<int>(i) + 1);
        CHECK(migrations()[i].name.substr(0, 4) ==
              std::string(4 - std::to_string(i + 1).size(), '0') + std::to_string(i + 1));
        CHECK(migrations()[i].checksum.size() == 64);
    }
}

TEST_CASE("a database made with another file is refused and left alone") {
    const auto connection = open_connection(new_database());
    REQUIRE(connection->script("UPDATE schema_migrations SET checksum = 'other' WHERE number = 2")
                .ok());
    const auto refused = migrate(*connection);
    REQUIRE(!refused.ok());
    CHECK(refused.failure().code == ErrorCode::FailedPrecondition);
    CHECK_THAT(refused.failure().message, Catch::Contains("0002_create_instances.sql"));
}

TEST_CASE("a database of a newer program is refused, by the store too") {
    const std::string database = new_database();
    const auto connection = open_connection(database);
    REQUIRE(
        connection->script("INSERT INTO schema_migrations VALUES (9999, '9999_rule_moon.sql', 'x')")
            .ok());
    const auto refused = migrate(*connection);
    REQUIRE(!refused.ok());
    CHECK_THAT(refused.failure().message, Catch::Contains("newer foyer-master"));
    const auto loaded = open_store(database)->load({});
    REQUIRE(!loaded.ok());
    CHECK(loaded.failure().code == ErrorCode::FailedPrecondition);
}

TEST_CASE("a migration that fails leaves nothing of itself and keeps those before it") {
    const auto connection = open_connection(new_empty_database());
    const std::vector<Migration> broken = {
        {1, "0001_make_one.sql", "a", "CREATE TABLE one (id int);"},
        {2, "0002_make_two.sql", "b", "CREATE TABLE two (id int); SELECT 1 / 0;"}};
    const auto failed = migrate(*connection, broken);
    REQUIRE(!failed.ok());
    CHECK_THAT(failed.failure().message, Catch::Contains("0002_make_two.sql"));
    CHECK(ask(*connection,
              "SELECT string_agg(tablename::text, ',' ORDER BY tablename) FROM pg_tables WHERE"
              " schemaname = 'public'") == "one,schema_migrations");
    CHECK(ask(*connection, "SELECT count(*)::text FROM schema_migrations") == "1");
}

TEST_CASE("answers recorded before they were marked: those that are sealed will be wiped") {
    const auto connection = open_connection(new_empty_database());
    const auto& all = migrations();
    constexpr std::size_t before = 5;
    REQUIRE(count_of(migrate(*connection, {all.begin(), all.begin() + before})) == 5);
    const std::string seal = sealed_text();
    const Status there = connection->script(
        "INSERT INTO accounts VALUES ('carl', '{customer}', now(), 1);"
        "INSERT INTO requests VALUES ('carl', 'token', 'h', '" +
        seal +
        "', now(), 1),"
        " ('carl', 'plain', 'h', '\\x0a0461636d65', now(), 1), ('carl', 'empty', 'h', '', now(), "
        "1)");
    if (!there.ok()) FAIL(there.failure().message);
    REQUIRE(migrate(*connection).ok());
    CHECK(ask(*connection,
              "SELECT string_agg(id || '=' || reply_kind, ',' ORDER BY id) FROM requests") ==
          "empty=plain,plain=plain,token=secret");
}

TEST_CASE("names asked for while one account could ask keep their owner and their certificates") {
    const auto connection = open_connection(new_empty_database());
    const auto& all = migrations();
    constexpr std::size_t before = 28;
    REQUIRE(count_of(migrate(*connection, {all.begin(), all.begin() + before})) == 28);
    // What they refer to plays no part here.
    const Status there = connection->script(
        "SET session_replication_role = replica;"
        "INSERT INTO domains VALUES ('erp.acme.example', 'acme', 'carl', 't', '', now(), now(), 1),"
        " ('shop.acme.example', 'acme', 'carl', 't', 'no TXT', now(), NULL, 1);"
        "INSERT INTO domain_certificates VALUES"
        " ('erp.acme.example', 'edge-1', now(), 0, '', NULL, NULL, 1);"
        "SET session_replication_role = DEFAULT");
    if (!there.ok()) FAIL(there.failure().message);
    const auto made = migrate(*connection);
    if (!made.ok()) FAIL(made.failure().message);
    CHECK(ask(*connection,
              "SELECT string_agg(domain || ' ' || owner, ',') FROM"
              " domain_certificates") == "erp.acme.example carl");
    CHECK(ask(*connection, "SELECT count(*)::text FROM domains") == "2");
}

TEST_CASE("masters that start together migrate once") {
    const std::string database = new_empty_database();
    std::array<std::optional<Result<int>>, 4> made;
    {
        std::vector<std::jthread> masters;
        for (auto& one : made) {
            masters.emplace_back([&] { one = migrate(*open_connection(database)); });
        }
    }
    int total = 0;
    for (const auto& one : made) total += count_of(*one);
    CHECK(total == static_cast<int>(migrations().size()));
}

}  // namespace foyer::test
