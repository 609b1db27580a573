#include "common/base/filled.h"

#include "tests/support/catch.h"

using foyer::filled;

TEST_CASE("places are filled once, and what is put in is not looked at again") {
    CHECK(filled("{a} and {b}, {a}", {{"a", "{b}~"}, {"b", "two"}}) == "{b}~ and two, {b}~");
    CHECK(filled("{ab} {a", {{"a", "one"}}) == "{ab} {a");
    CHECK(filled("", {{"a", "one"}}).empty());
}

TEST_CASE("a tilde is a space that does not break") {
    CHECK(filled("trois~heures", {}) == "trois\xc2\xa0heures");
}
