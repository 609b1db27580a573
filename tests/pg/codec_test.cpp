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
    CHECK(reading("SELECT 'lost' AS a", master::NodeState::Online) ==
          "database column 'a' cannot be read");
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
