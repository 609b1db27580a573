#include "common/base/percent.h"

#include "tests/support/catch.h"

using foyer::add_to_query;
using foyer::percent_encoded;

TEST_CASE("what RFC 3986 leaves alone stays, the rest is %XX") {
    CHECK(percent_encoded("aZ09-._~") == "aZ09-._~");
    CHECK(percent_encoded("a b/c?d&e=f%") == "a%20b%2Fc%3Fd%26e%3Df%25");
    CHECK(percent_encoded("anna@acme.example") == "anna%40acme.example");
    CHECK(percent_encoded("\xc3\xa9\xff") == "%C3%A9%FF");
    CHECK(percent_encoded(std::string_view("\0", 1)) == "%00");
    CHECK(percent_encoded("").empty());
}

TEST_CASE("a query has what is asked for, encoded, and nothing of what is not") {
    std::string query;
    add_to_query(query, "kind", "");
    CHECK(query.empty());
    add_to_query(query, "owner", "a&b");
    add_to_query(query, "kind", "");
    add_to_query(query, "node", "lille-1");
    CHECK(query == "owner=a%26b&node=lille-1");
}
