#include "node-agent/care/history.h"

#include "node-agent/care/history_json.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent::care;

namespace {

constexpr Duration minute{60'000};
constexpr Duration hour = minute * 60;
constexpr Duration day = hour * 24;
constexpr WallTime noon{1'772'368'200'000};

Finding heat(Severity severity) { return {Kind::Heat, severity, "cpu", "hot", "cool it"}; }
Finding disk(Severity severity) { return {Kind::DiskUnreadable, severity, "sda", "lost", "new"}; }

// Looks each minute from `begin` to `end`, both included, and gives what the last one says.
std::vector<Finding> look(History& history, const std::vector<Finding>& found, WallTime begin,
                          WallTime end) {
    std::vector<Finding> said;
    for (WallTime now = begin; now <= end; now = now + minute) said = settle(history, found, now);
    return said;
}

}  // namespace

TEST_CASE("what a count was when it was first seen is no growth") {
    History history;
    CHECK_FALSE(grew_within(note_count(history, "a", 8, CountedSince::Ever, noon), day, noon));
    CHECK_FALSE(
        grew_within(note_count(history, "a", 8, CountedSince::Ever, noon + day), day, noon + day));
    const Count grown = note_count(history, "a", 11, CountedSince::Ever, noon + day * 2);
    CHECK(grown.grown == 3);
    CHECK(grew_within(grown, day, noon + day * 3));
    CHECK_FALSE(grew_within(grown, day, noon + day * 3 + minute));
}

TEST_CASE("a count since boot that is smaller was begun anew; one for ever was mended") {
    History history;
    note_count(history, "boot", 5, CountedSince::Boot, noon);
    CHECK(note_count(history, "boot", 2, CountedSince::Boot, noon + day).grown == 2);
    note_count(history, "ever", 5, CountedSince::Ever, noon);
    CHECK_FALSE(note_count(history, "ever", 2, CountedSince::Ever, noon + day).grew);
    CHECK(note_count(history, "ever", 3, CountedSince::Ever, noon + day * 2).grown == 1);
}

TEST_CASE("counts are bounded, and those of things long gone are forgotten") {
    History history;
    for (std::size_t i = 0; i < counts_max + 50; ++i)
        note_count(history, std::to_string(i), 1, CountedSince::Ever, noon);
    CHECK(history.counts.size() == counts_max);
    note_count(history, "7", 1, CountedSince::Ever, noon + day * 80);
    forget_old(history, noon + day * 91);
    CHECK(history.counts.size() == 1);
}

TEST_CASE("a hot moment is not said; a hot quarter of an hour is, until two hours after it") {
    History history;
    CHECK(look(history, {heat(Severity::Worse)}, noon, noon + minute * 14).empty());
    CHECK(settle(history, {}, noon + minute * 15).empty());
    CHECK(look(history, {heat(Severity::Worse)}, noon + minute * 16, noon + minute * 30).empty());
    CHECK(look(history, {heat(Severity::Worse)}, noon + minute * 31, noon + minute * 31).size() ==
          1);
    const WallTime last = noon + minute * 31;
    CHECK(look(history, {}, last + minute, last + hour * 2).size() == 1);
    CHECK(settle(history, {}, last + hour * 2 + minute).empty());
    CHECK(history.standings.empty());
}

TEST_CASE("what fails is said at once, and what was only worse stands behind it") {
    History history;
    CHECK(settle(history, {disk(Severity::Worse)}, noon).size() == 1);
    const auto both = settle(history, {disk(Severity::Failing)}, noon + minute);
    REQUIRE(both.size() == 1);
    CHECK(both[0].severity == Severity::Failing);
    // Better again: it stays failing for an hour.
    CHECK(
        look(history, {disk(Severity::Worse)}, noon + minute * 2, noon + minute * 61)[0].severity ==
        Severity::Failing);
    CHECK(look(history, {disk(Severity::Worse)}, noon + minute * 62, noon + minute * 63)[0]
              .severity == Severity::Worse);
}

TEST_CASE("two looks far apart are no quarter of an hour") {
    History history;
    settle(history, {heat(Severity::Worse)}, noon);
    CHECK(settle(history, {heat(Severity::Worse)}, noon + day).empty());
}

TEST_CASE("a clock that is set back neither keeps a finding for ever nor hides it") {
    History history;
    note_count(history, "a", 1, CountedSince::Ever, noon + day * 365);
    note_count(history, "a", 2, CountedSince::Ever, noon + day * 365);
    settle(history, {disk(Severity::Failing)}, noon + day * 365);
    follow_clock(history, noon);
    CHECK(settle(history, {}, noon).size() == 1);
    CHECK(settle(history, {}, noon + hour + minute).empty());
    const Count count = history.counts.at("a");
    CHECK(grew_within(count, day, noon + day));
    CHECK_FALSE(grew_within(count, day, noon + day * 2));
}

TEST_CASE("findings are bounded, and the worst comes first") {
    History history;
    std::vector<Finding> many{heat(Severity::Note)};
    for (std::size_t i = 0; i < standings_max * 2; ++i)
        many.push_back({Kind::Array, Severity::Worse, std::to_string(i), "", ""});
    many.insert(many.begin(), disk(Severity::Failing));
    const auto said = settle(history, many, noon);
    CHECK(history.standings.size() == standings_max);
    CHECK(said.at(0).severity == Severity::Failing);
}

TEST_CASE("what is remembered survives a restart, word for word") {
    History history;
    note_count(history, "disk/EXAMPLE/EX0001/pending", 8, CountedSince::Ever, noon);
    note_count(history, "disk/EXAMPLE/EX0001/pending", 9, CountedSince::Ever, noon + day);
    note_count(history, "throttles", 0, CountedSince::Boot, noon);
    settle(history, {disk(Severity::Failing), heat(Severity::Worse)}, noon);
    const auto again = history_from(history_json(history));
    REQUIRE(again.ok());
    CHECK(again.value() == history);
}

TEST_CASE("a memory that is damaged is refused, whatever it is") {
    for (const char* text :
         {"", "[]", "{}", R"({"version":2,"counts":[],"standings":[]})",
          R"({"version":1,"counts":[7],"standings":[]})",
          R"({"version":1,"counts":[{"key":"a","last":-1,"seen_unix_ms":1,"grown":0}],
              "standings":[]})",
          R"({"version":1,"counts":[],"standings":[{"kind":"heat"}]})",
          R"({"version":1,"counts":{},"standings":[]})"}) {
        CAPTURE(text);
        CHECK_FALSE(history_from(text).ok());
    }
    CHECK_FALSE(history_from(std::string(history_bytes_max + 1, ' ')).ok());
}

TEST_CASE("the disk is not written to each minute") {
    History saved;
    note_count(saved, "a", 1, CountedSince::Ever, noon);
    settle(saved, {disk(Severity::Worse)}, noon);
    History later = saved;
    note_count(later, "a", 1, CountedSince::Ever, noon + minute);
    settle(later, {disk(Severity::Worse)}, noon + minute);
    CHECK_FALSE(is_worth_saving(saved, later));
    History grown = later;
    note_count(grown, "a", 2, CountedSince::Ever, noon + minute);
    CHECK(is_worth_saving(saved, grown));
    History worse = later;
    settle(worse, {disk(Severity::Failing)}, noon + minute);
    CHECK(is_worth_saving(saved, worse));
    History tomorrow = later;
    note_count(tomorrow, "a", 1, CountedSince::Ever, noon + day);
    CHECK(is_worth_saving(saved, tomorrow));
}
