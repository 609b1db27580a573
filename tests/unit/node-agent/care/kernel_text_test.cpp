#include "node-agent/care/kernel_text.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent::care;

TEST_CASE("numbers of the kernel, whole or not at all") {
    CHECK(whole_number("42\n") == 42);
    CHECK(whole_number("-5\n") == -5);
    CHECK(whole_number("0x0b\n") == 11);
    for (const char* text : {"", "\n", "4x", "0x", "0x1ff", "99999999999999999999", "4 2"})
        CHECK_FALSE(whole_number(text));
}

TEST_CASE("a temperature nobody survives is none") {
    CHECK(milli_celsius("45500\n") == 45);
    CHECK(milli_celsius("-8000\n") == -8);
    CHECK_FALSE(milli_celsius("-128000\n"));
    CHECK_FALSE(milli_celsius("65261850\n"));
    CHECK_FALSE(milli_celsius("hot\n"));
}

TEST_CASE("pressure is read in hundredths of a percent") {
    const auto found = parse_pressure(
        "some avg10=1.53 avg60=0.87 avg300=12.34 total=188467\n"
        "full avg10=0.00 avg60=0.00 avg300=100.00 total=9\n");
    REQUIRE(found);
    CHECK(found->some == Waits{153, 87, 1234, 188467});
    CHECK(found->full == Waits{0, 0, 10000, 9});
    // An older kernel's cpu file has one line.
    const auto cpu = parse_pressure("some avg10=0.00 avg60=0.00 avg300=0.50 total=7\n");
    REQUIRE(cpu);
    CHECK_FALSE(cpu->full);
}

TEST_CASE("a line of pressure that is not whole is none") {
    for (const char* text : {"", "some\n", "some avg10=0.00 avg60=0.00 avg300=0.00\n",
                             "half avg10=0.00\n", "some avg10=0.0 avg60=0.00 avg300=0.00 total=1\n",
                             "some avg10=100.01 avg60=0.00 avg300=0.00 total=1\n",
                             "some avg10=101.00 avg60=0.00 avg300=0.00 total=1\n",
                             "some avg10=0.00 avg60=0.00 avg300=-1.00 total=1\n",
                             "some avg10=0.00 avg60=0.00 avg300=0.00 total=-1\n"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_pressure(text));
    }
}

TEST_CASE("memory: both numbers, in kB, or nothing") {
    const auto found = parse_memory("MemTotal:  7951604 kB\nMemFree: 1 kB\nMemAvailable: 512 kB\n");
    REQUIRE(found);
    CHECK(found->total == Bytes(std::int64_t{7951604} * 1024));
    CHECK(found->available == Bytes(512 * 1024));
    CHECK_FALSE(parse_memory("MemTotal: 7951604 kB\n"));
    CHECK_FALSE(parse_memory("MemTotal: 7951604\nMemAvailable: 512 kB\n"));
    CHECK_FALSE(parse_memory("MemTotal: 9223372036854775807 kB\nMemAvailable: 512 kB\n"));
    CHECK_FALSE(parse_memory("MemTotal: 0 kB\nMemAvailable: 0 kB\n"));
}

TEST_CASE("eMMC tells its wear in tenths, the larger of two") {
    CHECK(emmc_used_percent("0x01 0x03\n") == 30);
    CHECK(emmc_used_percent("0x0b 0x01\n") == 110);
    CHECK_FALSE(emmc_used_percent("0x00 0x00\n"));
    CHECK_FALSE(emmc_used_percent("0x0c 0x01\n"));
    CHECK_FALSE(emmc_used_percent("many\n"));
    CHECK(emmc_reserve("0x01\n") == EmmcReserve::Normal);
    CHECK(emmc_reserve("0x03\n") == EmmcReserve::Urgent);
    CHECK_FALSE(emmc_reserve("0x00\n"));
}

TEST_CASE("a name is one short line of printable characters") {
    CHECK(line_of("Core 0\nx") == "Core 0");
    CHECK(line_of("a\x1b[2J") == "a?[2J");
    CHECK(line_of(std::string(500, 'a')).size() == 64);
}
