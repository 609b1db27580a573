#include "common/leadership/text_lines.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;

TEST_CASE("lines are taken in order, and the first fault is the one that is told") {
    TextLines lines("a 1 x\nb 2\n", 100);
    const Words first = lines.take("a");
    CHECK(lines.number(first, 0) == 1);
    CHECK(lines.word(first, 1) == "x");
    CHECK(lines.next_is("b"));
    CHECK_FALSE(lines.failed());
    CHECK(lines.take("c").empty());
    lines.fail("later");
    CHECK(lines.finish("it").failure().message == "it, line 2: expected 'c'");
}

TEST_CASE("numbers are bounded, and text is") {
    TextLines lines("a 5 -1 x", 100);
    const Words words = lines.take("a");
    CHECK(lines.number(words, 0, 4) == 0);
    CHECK(lines.failed());
    CHECK(TextLines(std::string(101, 'a'), 100).failed());
}
