#include "node-agent/domain/log_lines.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

const std::string three =
    "2026-03-01T12:30:00.250123456+00:00 stdout F one\n"
    "2026-03-01T13:30:00.5+01:00 stderr P two\n"
    "2026-03-01T12:30:01Z stdout F three\n";

std::vector<std::string> texts(const LogPart& part) {
    std::vector<std::string> found;
    for (const LogLine& line : part.lines) found.push_back(line.text);
    return found;
}

std::uint64_t end_of(const LogPart& part) { return parse_log_place(part.last).value().offset; }

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a line of conmon's is read with its time, stream and whether it goes on") {
    const LogPart part = lines_of(three, {7, 100}, 0);
    CHECK(part.lines ==
          std::vector<LogLine>{{WallTime{1'772'368'200'250}, LogStream::Output, "one", false},
                               {WallTime{1'772'368'200'500}, LogStream::Error, "two", true},
                               {WallTime{1'772'368'201'000}, LogStream::Output, "three", false}});
    CHECK(part.last == to_text(LogPlace{7, 100 + three.size()}));
    CHECK_FALSE(part.more);
}

TEST_CASE("what is no such line is left out, and its bytes are passed") {
    for (const std::string broken :
         {"", "x", "2026-03-01T12:30:00Z", "2026-03-01T12:30:00Z stdout",
          "2026-03-01T12:30:00Z std F x", "2026-13-01T12:30:00Z stdout F x",
          "2026-03-01T12:30:00 stdout F x", "2026-03-01T12:30:00.Z stdout F x",
          "2026-03-01T12:30:00Z stdout Q x", "2026-03-01T12:30:00Z stdout F",
          "2026-03-01T12:30:00+99:00 stdout F x", "1969-12-31T23:59:59Z stdout F x",
          "2026-03-01t12:30:00z stdout F x"}) {
        INFO(broken);
        CHECK_FALSE(parse_log_line(broken));
        const LogPart part = lines_of(broken + "\n" + three, {1, 0}, 0);
        CHECK(texts(part) == Texts{"one", "two", "three"});
        CHECK(end_of(part) == broken.size() + 1 + three.size());
    }
    CHECK(parse_log_line("2026-03-01T12:30:00Z stdout F ").value().text == "");
    CHECK(parse_log_line("2026-03-01T12:30:00Z stdout F \xff").value().text == "\uFFFD");
}

TEST_CASE("a line that has no end yet is read when it has one") {
    const LogPart part = lines_of(three + "2026-03-01T12:30:02Z stdout F fo", {1, 0}, 0);
    CHECK(texts(part) == Texts{"one", "two", "three"});
    CHECK(end_of(part) == three.size());
    CHECK(end_of(lines_of("2026-03-01T12:30:02Z stdout F fo", {1, 50}, 5)) == 50);
}

TEST_CASE("the newest are the last ones, whatever stands before") {
    CHECK(texts(lines_of("half a line\n" + three, {1, 9}, 2)) == Texts{"two", "three"});
    CHECK(texts(lines_of(three, {1, 0}, 9)) == Texts{"one", "two", "three"});
    CHECK(end_of(lines_of(three, {1, 0}, 1)) == three.size());
}

TEST_CASE("a part holds no more than a part may, and says where it goes on") {
    std::string many;
    for (int i = 0; i < 1'500; ++i)
        many += "2026-03-01T12:30:00Z stdout F " + std::to_string(i) + "\n";
    const LogPart first = lines_of(many, {1, 0}, 0);
    CHECK(first.lines.size() == 1'000);
    CHECK(first.more);
    const LogPart second = lines_of(many.substr(end_of(first)), {1, end_of(first)}, 0);
    CHECK(second.lines.size() == 500);
    CHECK(second.lines.front().text == "1000");
    CHECK_FALSE(second.more);
    std::string wide;
    for (int i = 0; i < 60; ++i)
        wide += "2026-03-01T12:30:00Z stdout F " + std::string(8'192, 'x') + "\n";
    CHECK(lines_of(wide, {1, 0}, 0).lines.size() == 32);
    CHECK(lines_of(wide, {1, 0}, 60).lines.size() == 32);
}

TEST_CASE("places are read as they were written, and nothing else is one") {
    CHECK(parse_log_place(to_text(LogPlace{42, 7})) == LogPlace{42, 7});
    for (const char* broken :
         {"", "-", "1", "1-", "-1-2", "1-2-3", "a-1", "1-99999999999999999999"})
        CHECK_FALSE(parse_log_place(broken));
}
