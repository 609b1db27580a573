// Columns are read strictly: NULL only into an optional, every column, and none too many.
#include "master/store/codec.h"

#include "master/store/sql_error.h"
#include "master/store/statement.h"
#include "tests/pg/support/pg_server.h"
#include "tests/support/catch.h"

namespace foyer::test {

namespace {

template <class... Values>
std::string reading(const std::string& sql, Values... values) {
    static const auto connection = open_connection(new_database());
    const auto rows = connection->run({&passing_statement(sql)});
    REQUIRE(rows.ok());
    const Status read = rows.value().at(0).into(values...);
    return read.ok() ? "" : read.failure().message;
}

}  // namespace

TEST_CASE("an error of reading names the column") {
    CHECK(reading("SELECT 1 AS a, NULL AS b", 0, std::optional<int>()) == "");
    CHECK(reading("SELECT 1 AS a, NULL AS b", 0, 0) == "database column 'b' is null");
    CHECK(reading("SELECT 'x' AS a", 0) == "database column 'a' cannot be read");
    CHECK(reading("SELECT 1 AS a, 2 AS surplus", 0) == "database column 'surplus' is one too many");
    CHECK(reading("SELECT 1 AS a", 0, 0) == "database column 'a' is followed by none");
    CHECK(reading("SELECT -1 AS a", Revision()) == "database column 'a' cannot be read");
    CHECK(reading("SELECT 'gone' AS a", master::NodeState::Online) ==
          "database column 'a' cannot be read");
}

TEST_CASE("lists of steps and followers are read alike, simple or not") {
    std::vector<master::OperationStep> steps;
    REQUIRE(master::from_sql(R"([{"name": "a", "state": "running", "detail": ""},)"
                             R"( {"finished_at_ms": -5, "name": "b", "state": "failed",)"
                             R"( "detail": "x, {y}: [z]", "started_at_ms": 7}])",
                             steps));
    REQUIRE(steps.size() == 2);
    CHECK(steps[0] == master::OperationStep{"a"});
    CHECK(steps[1] == master::OperationStep{"b", master::OperationState::Failed, "x, {y}: [z]",
                                            WallTime{7}, WallTime{-5}});
    REQUIRE(master::from_sql(R"([{"name":"\u00e9\"","state":"running","detail":"é"}])", steps));
    CHECK(steps[0] == master::OperationStep{"é\"", master::OperationState::Running, "é"});
    std::vector<FollowerView> followers;
    REQUIRE(master::from_sql("[]", followers));
    CHECK(followers.empty());
    REQUIRE(master::from_sql(
        R"([{"name": "r1g1", "state": "s", "lag_bytes": 3, "sync_state": ""}])", followers));
    CHECK(followers == std::vector<FollowerView>{{"r1g1", "s", "", 3}});
    for (const char* bad :
         {"", "[", "{}", "[{}]", "[1]", R"([{"name": "a"}])", R"([{"name": "a", "state": "lost"}])",
          R"([{"name": 1, "state": "running", "detail": ""}])",
          R"([{"name": "a", "state": "running", "detail": ""}]])",
          R"([{"name": "a", "state": "running", "detail": "", "started_at_ms": "7"}])"}) {
        CHECK_FALSE(master::from_sql(bad, steps));
        CHECK_FALSE(master::from_sql(bad, followers));
    }
}

TEST_CASE("each SQLSTATE has one meaning") {
    CHECK(master::code_of_sqlstate("23505") == ErrorCode::AlreadyExists);
    CHECK(master::code_of_sqlstate("23503") == ErrorCode::FailedPrecondition);
    CHECK(master::code_of_sqlstate("23514") == ErrorCode::FailedPrecondition);
    CHECK(master::code_of_sqlstate("22021") == ErrorCode::FailedPrecondition);
    CHECK(master::code_of_sqlstate("40001") == ErrorCode::Aborted);
    CHECK(master::code_of_sqlstate("40P01") == ErrorCode::Aborted);
    CHECK(master::code_of_sqlstate("57014") == ErrorCode::DeadlineExceeded);
    CHECK(master::code_of_sqlstate("57P01") == ErrorCode::Unavailable);
    CHECK(master::code_of_sqlstate("08006") == ErrorCode::Unavailable);
    CHECK(master::code_of_sqlstate("53300") == ErrorCode::Unavailable);
    CHECK(master::code_of_sqlstate("42P01") == ErrorCode::Internal);
}

}  // namespace foyer::test
