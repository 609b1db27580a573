#include "node-agent/runtime/box_meter.h"

#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::agent;

TEST_CASE("what a host keeps back after the enrolment lowers what was promised, never raises it") {
    const Resources promised{Millicores(2000), gibibytes(4), gibibytes(50), KbitPerSecond(70'000)};
    const Resources measured{Millicores(4000), gibibytes(3), gibibytes(40), {}};
    const Resources offered = lowered(promised, measured);
    CHECK(offered.cpu == Millicores(2000));
    CHECK(offered.memory == gibibytes(3));
    CHECK(offered.disk == gibibytes(40));
    CHECK(offered.uplink == promised.uplink);
}

TEST_CASE("the reserve is taken off, and more than there is leaves nothing") {
    const test::TempFolder disk;
    const MachineMeter generous(disk.path(), {});
    const MachineMeter stingy(disk.path(), {Millicores(1'000'000), gibibytes(1'000'000),
                                            gibibytes(1'000'000), KbitPerSecond(7)});
    CHECK(generous.measure_whole().value().cpu > Millicores(0));
    CHECK(stingy.measure_whole().value() == Resources{.uplink = KbitPerSecond(7)});
    CHECK(stingy.measure_whole().value().uplink == KbitPerSecond(7));
}

TEST_CASE("the memory of the machine is read, and an impossible one is none") {
    CHECK(memory_total("MemFree: 1 kB\nMemTotal:       24639480 kB\n").value() ==
          Bytes(std::int64_t{24'639'480} * 1024));
    for (const char* text : {"", "MemTotal: many", "MemTotal: -5 kB", "MemTotal: 0 kB",
                             "MemTotal: 9223372036854775807 kB"})
        CHECK_FALSE(memory_total(text).ok());
}
