// Durations, bytes, times, widths, tables and suggestions.
#include "master/cli/human.h"
#include "master/cli/suggest.h"
#include "master/cli/table.h"
#include "master/cli/text_width.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::cli;

TEST_CASE("bytes are read as they are shown") {
    CHECK(parse_bytes("0").value() == 0);
    CHECK(parse_bytes("1048576").value() == 1'048'576);
    CHECK(parse_bytes("512 B").value() == 512);
    CHECK(parse_bytes("20GiB").value() == std::int64_t{20} << 30);
    CHECK(parse_bytes("1 TiB").value() == std::int64_t{1} << 40);
    CHECK(human_bytes(parse_bytes("20GiB").value()) == "20 GiB");
    for (const char* wrong :
         {"", "GiB", "-1", "1.5GiB", "1GB", "1gib", "9999999999999999999", "2000000PiB", "1 2"})
        CHECK_FALSE(parse_bytes(wrong).ok());
}

TEST_CASE("a duration is read as people write it") {
    CHECK(parse_duration("90").value() == Duration(90'000));
    CHECK(parse_duration("90s").value() == Duration(90'000));
    CHECK(parse_duration("1h30m").value() == Duration(5'400'000));
    CHECK(parse_duration("7d").value() == Duration(604'800'000));
    CHECK(parse_duration("2w").value() == Duration(1'209'600'000));
}

TEST_CASE("what is no duration is refused with an example") {
    for (const char* text : {"", "d", "7x", "-1s", "1.5h", "1h30", " 1h", "99999999999999999999s",
                             "4000d", "9223372036854775807w"}) {
        INFO(text);
        const auto duration = parse_duration(text);
        REQUIRE_FALSE(duration.ok());
        CHECK(duration.failure().code == ErrorCode::InvalidArgument);
    }
}

TEST_CASE("a moment is a day, a time, or so long ago") {
    constexpr WallTime now{1'772'368'200'000};  // 2026-03-01T12:30:00Z
    CHECK(parse_moment("2026-03-01T12:30:00Z", {}).value() == now);
    CHECK(parse_moment("2026-03-01T13:30:00+01:00", {}).value() == now);
    CHECK(parse_moment("2026-03-01", {}).value() == WallTime{1'772'323'200'000});
    CHECK(parse_moment("30m", now).value() == WallTime{now.unix_ms - 1'800'000});
    for (const char* text : {"", "2026-02-30", "2026-03", "yesterday", "2026-03-01 12:30:00Z",
                             "2026-03-01T12:30:00", "7x"}) {
        INFO(text);
        CHECK_FALSE(parse_moment(text, now).ok());
    }
}

TEST_CASE("numbers are shown in units people know") {
    CHECK(human_bytes(0) == "0 B");
    CHECK(human_bytes(1023) == "1023 B");
    CHECK(human_bytes(1536) == "1.5 KiB");
    CHECK(human_bytes(std::int64_t{20} * 1024 * 1024 * 1024) == "20 GiB");
    CHECK(human_bytes(1024 * 1024 - 1) == "1 MiB");
    CHECK(human_cores(500) == "0.5");
    CHECK(human_cores(4000) == "4");
    CHECK(human_kbit(500) == "500 kbit/s");
    CHECK(human_kbit(20'000) == "20 Mbit/s");
    CHECK(human_kbit(2'500) == "2.5 Mbit/s");
    CHECK(human_duration(Duration(430)) == "0.4 s");
    CHECK(human_duration(Duration(59'600)) == "1 min 00 s");
    CHECK(human_duration(Duration(185'000)) == "3 min 05 s");
    CHECK(human_elapsed(Duration(-5)) == "0:00");
    CHECK(human_elapsed(Duration(3'723'000)) == "1:02:03");
    CHECK(human_age(Duration(7'199'000)) == "119 min");
    CHECK(human_age(Duration(std::int64_t{9} * 86'400'000)) == "9 d");
}

TEST_CASE("RFC 3339 times are read to the millisecond, and nothing else is") {
    CHECK(parse_rfc3339("1970-01-01T00:00:01Z").value() == WallTime{1000});
    CHECK(parse_rfc3339("2026-03-01T12:30:00.250Z").value() == WallTime{1'772'368'200'250});
    CHECK(parse_rfc3339("2026-03-01T12:30:00.25Z").value() == WallTime{1'772'368'200'250});
    CHECK(parse_rfc3339("2024-02-29T00:00:00.123456789Z").has_value());
    for (const char* text :
         {"", "2026-02-30T00:00:00Z", "2026-03-01 12:30:00Z", "2026-03-01T24:00:00Z",
          "2026-03-01T12:30:00+01:00", "2026-03-01Tx", "2026-03-01T12:30:00.xZ"}) {
        INFO(text);
        CHECK_FALSE(parse_rfc3339(text).has_value());
    }
}

TEST_CASE("width counts columns, not bytes") {
    CHECK(display_width("Liège") == 5);
    CHECK(display_width("e\xCC\x81") == 1);
    CHECK(display_width("家") == 2);
    CHECK(display_width("\xff") == 1);
    CHECK(fit("Liège-centre", 6) == "Liège…");
    CHECK(fit("家家家", 4) == "家…");
    CHECK(fit("abcdef", 4, false) == "abc.");
    CHECK(pad_right("é", 3) == "é  ");
    CHECK(pad_left("12", 4) == "  12");
}

TEST_CASE("text of others cannot steer the terminal") {
    CHECK(printable("a\x1b[2Jb") == "a?[2Jb");
    CHECK(printable("one\ntwo\tthree") == "one two three");
    CHECK(printable("\xE2\x80\xAE"
                    "evil") == "?evil");
    CHECK(printable("\xC2\x9B") == "?");
    CHECK(printable("\xC0\x80") == "??");
    CHECK(printable("Söder, 家") == "Söder, 家");
}

TEST_CASE("a table is aligned, and fits the terminal by cutting its widest text") {
    const Table table{
        {{"HOME"}, {"ABOUT"}, {"SIZE", Align::Right}},
        {{"liège", "warm", "7"}, {"a-long-name", "it has a long description", "1200"}}};
    CHECK(render(table, {}) ==
          "HOME         ABOUT                      SIZE\n"
          "liège        warm                          7\n"
          "a-long-name  it has a long description  1200\n");
    CHECK(render(table, {.width = 30}) ==
          "HOME         ABOUT        SIZE\n"
          "liège        warm            7\n"
          "a-long-name  it has a l…  1200\n");
}

TEST_CASE("names and numbers are never cut; extra columns are left out before texts get short") {
    const Table table{
        {{"NODE"},
         {"STATE"},
         {"MORE", Align::Left, Keep::Extra},
         {"COPIES", Align::Right},
         {"SEEN", Align::Right, Keep::Extra}},
        {{"a-node-with-a-name", "online, draining, clock wrong", "x", "12345", "9 d"}}};
    CHECK(render(table, {.width = 60}) ==
          "NODE                STATE                 MORE  COPIES  SEEN\n"
          "a-node-with-a-name  online, draining, c…  x      12345   9 d\n");
    CHECK(render(table, {.width = 50}) ==
          "NODE                STATE           MORE  COPIES …\n"
          "a-node-with-a-name  online, drain…  x      12345\n");
    CHECK(render(table, {.width = 40}) ==
          "NODE                STATE       COPIES …\n"
          "a-node-with-a-name  online, d…   12345\n");
    CHECK(render(table, {.width = 3, .unicode = false}) ==
          "NODE                STATE   COPIES\n"
          "a-node-with-a-name  onlin.   12345\n");
}

TEST_CASE("a cell of others stays on its line") {
    CHECK(render({{{"X"}}, {{"a\nb"}}}, {}) == "X\na b\n");
    CHECK(render_facts({{"url", "https://a"}, {"user", "x\r"}}) == "url   https://a\nuser  x?\n");
}

TEST_CASE("the nearest word is suggested, and only a near one") {
    const std::vector<std::string> words = {"instance", "isp", "release", "whoami"};
    CHECK(edit_distance("abcd", "abdc") == 1);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(closest("instnce", words) == "instance");
    CHECK(closest("relaese", words) == "release");
    CHECK(closest("inst", words) == "instance");
    CHECK_FALSE(closest("zebra", words));
    CHECK_FALSE(closest("", words));
    CHECK_FALSE(closest(std::string(1000, 'a'), words));
    CHECK(did_you_mean("ips", words) == "; did you mean 'isp'?");
}
