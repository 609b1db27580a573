#include "common/base/trim.h"

#include "tests/support/catch.h"

using namespace foyer;

TEST_CASE("what is around a text goes, what is within it stays") {
    CHECK(trimmed("") == "");
    CHECK(trimmed(" \r\n\t") == "");
    CHECK(trimmed("\ta b \n") == "a b");
    CHECK(trimmed(" a\n", " ") == "a\n");
}
