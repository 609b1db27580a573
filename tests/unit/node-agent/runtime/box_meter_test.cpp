#include "node-agent/runtime/box_meter.h"

#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::agent;

TEST_CASE("the machine's memory is read from its own words") {
    CHECK(memory_total("MemTotal:  24639480 kB\nMemFree: 1 kB\n").value() ==
          Bytes(std::int64_t{24639480} * 1024));
    CHECK_FALSE(memory_total("").ok());
    CHECK_FALSE(memory_total("MemTotal: lots\n").ok());
}

TEST_CASE("what a host keeps back after the enrolment lowers what was promised, never raises it") {
    const NodeCapacity promised{{Millicores(2000), gibibytes(4), gibibytes(50)},
                                KbitPerSecond(70'000)};
    const NodeCapacity measured{{Millicores(4000), gibibytes(3), gibibytes(40)}, {}};
    const NodeCapacity offered = lowered(promised, measured);
    CHECK(offered.total.cpu == Millicores(2000));
    CHECK(offered.total.memory == gibibytes(3));
    CHECK(offered.total.disk == gibibytes(40));
    CHECK(offered.uplink == promised.uplink);
}

TEST_CASE("the reserve is taken off, and more than there is leaves nothing") {
    const test::TempFolder disk;
    const MachineMeter generous(disk.path(), {});
    const MachineMeter stingy(disk.path(), {Millicores(1'000'000), gibibytes(1'000'000),
                                            gibibytes(1'000'000), KbitPerSecond(7)});
    CHECK(generous.measure_whole().value().total.cpu > Millicores(0));
    CHECK(stingy.measure_whole().value().total == Resources{});
    CHECK(stingy.measure_whole().value().uplink == KbitPerSecond(7));
}
