#include "common/base/rare.h"

#include <string>

#include "tests/support/catch.h"

using foyer::Rare;

TEST_CASE("a rare value reads like an optional one") {
    Rare<std::string> none;
    CHECK_FALSE(none);
    CHECK_FALSE(none.optional());
    Rare<std::string> one = std::string("disk full");
    REQUIRE(one);
    CHECK(*one == "disk full");
    CHECK(one->size() == 9);
    CHECK(one.optional() == "disk full");
    CHECK_FALSE(one == none);
    CHECK(one == Rare<std::string>(std::string("disk full")));
    CHECK(Rare<std::string>(std::optional<std::string>()) == none);
    one.reset();
    CHECK(one == none);
    static_assert(sizeof(Rare<std::string>) == sizeof(void*));
}

TEST_CASE("what one copy edits, the others do not see") {
    Rare<std::string> one = std::string("disk full");
    const Rare<std::string> other = one;
    CHECK(one == other);
    one.edit() += ": join";
    CHECK(*one == "disk full: join");
    CHECK(*other == "disk full");
}
