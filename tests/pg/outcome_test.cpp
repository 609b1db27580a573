// Connections die at every moment: what is said of a commit is what became of it, or "unknown".
#include <csignal>

#include "common/base/text.h"
#include "tests/pg/support/cutting_proxy.h"
#include "tests/pg/support/pg_server.h"
#include "tests/pg/support/sample.h"
#include "tests/support/catch.h"

namespace foyer::test {

namespace {

using master::AccountRole;
using Cut = CuttingProxy::Cut;

std::string folder_of(const std::string& conninfo) {
    const std::size_t from = conninfo.find('\'') + 1;
    return conninfo.substr(from, conninfo.find('\'', from) - from);
}

std::string through(const CuttingProxy& proxy, std::string conninfo) {
    const std::string folder = folder_of(conninfo);
    return conninfo.replace(conninfo.find(folder), folder.size(), proxy.socket_folder());
}

void kill_sessions(const std::string& database) {
    const auto connection = open_connection(database);
    ask(*connection,
        "SELECT count(pg_terminate_backend(pid, 10000))::text FROM pg_stat_activity WHERE datname ="
        " current_database() AND pid <> pg_backend_pid()");
}

}  // namespace

TEST_CASE("a COMMIT whose answer is lost is unknown, and load tells what became of it") {
    const std::string database = new_database();
    const bool reaches = GENERATE(true, false);
    CuttingProxy proxy(folder_of(database) + "/.s.PGSQL.5432");
    const auto store = open_store(through(proxy, database));
    REQUIRE(store->load({}).ok());
    REQUIRE(store->commit({{Revision(1), sample_world()}}).ok());

    proxy.cut_at_next_commit(reaches ? Cut::AfterCommit : Cut::BeforeCommit);
    const Status lost = store->commit({entry(2, sample_account("anna", AccountRole::Host))});
    REQUIRE(!lost.ok());
    CHECK(lost.failure().code == ErrorCode::Unknown);
    CHECK(proxy.has_cut());

    const auto loaded = store->load({});
    REQUIRE(loaded.ok());
    CHECK(loaded.value().accounts().contains(AccountId("anna")) == reaches);
    CHECK(loaded.value().revision() == Revision(reaches ? 2 : 1));
    CHECK(store->commit({entry(3, sample_account("berta", AccountRole::Host))}).ok());
}

TEST_CASE("a session ended by the server is unavailable, nothing is written, and load comes back") {
    const std::string database = new_database();
    const auto store = open_store(database);
    REQUIRE(store->load({}).ok());
    REQUIRE(store->commit({{Revision(1), sample_world()}}).ok());
    kill_sessions(database);
    const Status lost = store->commit({entry(2, sample_account("anna", AccountRole::Host))});
    REQUIRE(!lost.ok());
    CHECK(lost.failure().code == ErrorCode::Unavailable);
    const Status still = store->commit({entry(2, sample_account("anna", AccountRole::Host))});
    REQUIRE(!still.ok());
    CHECK(still.failure().code == ErrorCode::Unavailable);
    const auto loaded = store->load({});
    REQUIRE(loaded.ok());
    CHECK(!loaded.value().accounts().contains(AccountId("anna")));
    CHECK(store->commit({entry(2, sample_account("anna", AccountRole::Host))}).ok());
}

TEST_CASE("readers of events find a new connection by themselves") {
    const std::string database = new_database();
    const auto store = open_store(database);
    REQUIRE(store->load({}).ok());
    REQUIRE(store->commit({{Revision(1), sample_world()}}).ok());
    REQUIRE(store->events({}, 0, 10).ok());
    kill_sessions(database);
    const auto again = store->events({}, 0, 10);
    REQUIRE(again.ok());
    CHECK(again.value().size() == 1);
}

TEST_CASE("a server that does not answer is given up at the deadline") {
    const std::string database = new_database();
    master::ConnectionLimits limits;
    limits.answer_timeout = Duration(200);
    auto opened = master::Connection::open(database, limits, system_clock());
    REQUIRE(opened.ok());
    master::Connection& connection = *opened.value();
    const pid_t backend = connection.server_process();
    ::kill(backend, SIGSTOP);
    static const master::Statement one{"one", "SELECT 1"};
    const auto late = connection.run({&one});
    ::kill(backend, SIGCONT);
    REQUIRE(!late.ok());
    CHECK(late.failure().code == ErrorCode::Unavailable);
    CHECK(connection.broken());
}

TEST_CASE("a commit that gets no answer is given up long before other work is") {
    const std::string database = new_database();
    master::StoreOptions options = store_options(database);
    options.limits.commit_timeout = Duration(200);
    SystemRng rng;
    master::PgStore store(options, system_clock(), rng);
    REQUIRE(store.load({}).ok());
    const auto watcher = open_connection(database);
    const auto backend = parse_int(ask(*watcher,
                                       "SELECT pid::text FROM pg_stat_activity WHERE datname = "
                                       "current_database() AND pid <> pg_backend_pid() AND "
                                       "backend_type = 'client backend'"));
    REQUIRE(backend);
    ::kill(static_cast<pid_t>(*backend), SIGSTOP);
    const Status late = store.commit({{Revision(1), sample_world()}});
    ::kill(static_cast<pid_t>(*backend), SIGCONT);
    REQUIRE(!late.ok());
    CHECK(late.failure().code == ErrorCode::Unavailable);
    CHECK(store.load({}).ok());
}

TEST_CASE("a database that is not there is unavailable, a wrong name is refused") {
    const std::string database = new_database();
    const auto nowhere = open_store("host=/nonexistent user=foyer dbname=foyer")->load({});
    REQUIRE(!nowhere.ok());
    CHECK(nowhere.failure().code == ErrorCode::Unavailable);
    const auto unknown =
        open_store("host='" + folder_of(database) + "' user=foyer dbname=none")->load({});
    REQUIRE(!unknown.ok());
    CHECK(unknown.failure().code == ErrorCode::FailedPrecondition);
}

}  // namespace foyer::test
