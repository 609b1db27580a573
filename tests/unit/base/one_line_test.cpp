#include "common/base/one_line.h"

#include "tests/support/catch.h"

using foyer::one_line;

TEST_CASE("one line holds nothing that moves a cursor or turns a text around") {
    CHECK(one_line("a\r\nb\x1b[31m\x7f", 100) == "a  b [31m ");
    CHECK(one_line("a\xe2\x80\xae"
                   "b\xc2\x85"
                   "c\xe2\x81\xa6",
                   100) == "a b c ");
    CHECK(one_line("\xc3\xa9t\xc3\xa9", 3) == "\xc3\xa9t");
}
