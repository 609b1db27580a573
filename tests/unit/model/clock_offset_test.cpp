#include "common/model/clock_offset.h"

#include "tests/support/catch.h"

using namespace foyer;

namespace {

Duration seconds(std::int64_t count) { return Duration(count * 1000); }

}  // namespace

TEST_CASE("a minute is no accident, in either direction") {
    CHECK_FALSE(is_clock_wrong(seconds(60)));
    CHECK_FALSE(is_clock_wrong(seconds(-60)));
    CHECK(is_clock_wrong(Duration(60'001)));
    CHECK(is_clock_wrong(Duration(-60'001)));
}

TEST_CASE("an offset is said in the largest unit that tells it") {
    CHECK(clock_offset_text(seconds(95)) == "95 s ahead of the master's");
    CHECK(clock_offset_text(seconds(-3600)) == "60 min behind the master's");
    CHECK(clock_offset_text(Duration(86'399'920)) == "24 h ahead of the master's");
    CHECK(clock_offset_text(Duration(-86'400'030)) == "24 h behind the master's");
    CHECK(clock_offset_text(seconds(std::int64_t{-20'000} * 86'400)) ==
          "20000 days behind the master's");
}

TEST_CASE("only a wrong clock is a problem, and the problem says what to do") {
    CHECK(clock_problem(seconds(3)).empty());
    CHECK(clock_problem(seconds(86'400)).find("24 h ahead") != std::string::npos);
    CHECK(clock_problem(seconds(86'400)).find("timedatectl") != std::string::npos);
}

TEST_CASE("an impossible offset is said too") {
    CHECK(clock_offset_text(Duration::max()) == "36500 days ahead of the master's");
    CHECK(clock_offset_text(Duration::min()) == "36500 days behind the master's");
}
