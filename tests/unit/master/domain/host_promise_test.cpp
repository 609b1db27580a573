#include "master/domain/host_promise.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

namespace {

constexpr std::int64_t hour = 3'600'000;
const Span november = month_of("2026-11").value();

Event event(const std::string& kind, std::int64_t at_hour) {
    return {1,
            Revision(1),
            november.from + Duration(at_hour * hour),
            kind,
            EventAbout::Node,
            "lyon-1",
            AccountId("anna"),
            ""};
}

Duration heard(const std::vector<Event>& events, const Span& within = november) {
    return covered(heard_spans(events, within));
}

}  // namespace

TEST_CASE("a month is a month, in UTC") {
    CHECK(november.from == WallTime{1'793'491'200'000});
    CHECK(november.to - november.from == Duration(30 * 24 * hour));
    CHECK(month_of("2028-02").value().to - month_of("2028-02").value().from ==
          Duration(29 * 24 * hour));
    CHECK(month_of("2026-12").value().from == november.to);
    CHECK(month_of("2026-12").value().to == month_of("2027-01").value().from);
    for (const auto* bad : {"", "2026", "2026-13", "2026-00", "2026-1", "1999-01", "20x6-01",
                            "2026-11-01", "2026/11"})
        CHECK_FALSE(month_of(bad).ok());
}

TEST_CASE("a box counts while it is heard of, from its first Sync on") {
    CHECK(heard({}) == Duration(0));
    CHECK(heard({event("node_expected", 1), event("node_enrolled", 2)}) == Duration(0));
    CHECK(heard({event("node_online", 700)}) == Duration(20 * hour));
    CHECK(heard({event("node_online", 0), event("node_silent", 10), event("node_back", 12),
                 event("node_silent", 20), event("node_lost", 21), event("node_returned", 710)}) ==
          Duration((10 + 8 + 10) * hour));
    CHECK(heard({event("node_online", 0), event("node_deleted", 5)}) == Duration(5 * hour));
    // What happened before the month is known; what comes after it does not count.
    CHECK(heard({event("node_online", -100)}) == Duration(720 * hour));
    CHECK(heard({event("node_online", -100), event("node_silent", -1)}) == Duration(0));
    CHECK(heard({event("node_online", 720)}) == Duration(0));
    CHECK(heard({event("node_online", 10), event("node_silent", 800)}) == Duration(710 * hour));
    // The month so far.
    CHECK(heard({event("node_online", 0)}, {november.from, november.from + Duration(hour)}) ==
          Duration(hour));
}

TEST_CASE("one of two boxes is enough, and both together are no more than one") {
    std::vector<Span> spans =
        heard_spans({event("node_online", 0), event("node_silent", 10)}, november);
    for (const Span& more :
         heard_spans({event("node_online", 5), event("node_silent", 20)}, november))
        spans.push_back(more);
    for (const Span& more :
         heard_spans({event("node_online", 30), event("node_silent", 31)}, november))
        spans.push_back(more);
    CHECK(covered(spans) == Duration(21 * hour));
}

TEST_CASE("what is earned is the share of the month, in whole cents, rounded down") {
    CHECK(earned(Cents(3'000), november.to - november.from, november) == Cents(3'000));
    CHECK(earned(Cents(3'000), Duration(0), november) == Cents(0));
    CHECK(earned(Cents(3'000), Duration(360 * hour), november) == Cents(1'500));
    CHECK(earned(Cents(3'000), Duration(720 * hour - 1), november) == Cents(2'999));
    CHECK(earned(Cents(1'000'000'000), november.to - november.from, november) ==
          Cents(1'000'000'000));
}

TEST_CASE("what a name did in another life is another box's") {
    const std::vector<Event> events{event("node_online", 10), event("node_left", 20),
                                    event("node_online", 30), event("node_deleted", 50),
                                    event("node_online", 60)};
    const auto at = [](std::int64_t hours) { return november.from + Duration(hours * hour); };
    CHECK(heard(life_of(events, at(20))) == Duration(10 * hour));
    CHECK(heard(life_of(events, at(50))) == Duration(20 * hour));
    CHECK(heard(life_of(events, std::nullopt)) == Duration(660 * hour));
    CHECK(life_of({}, std::nullopt).empty());
}
