#include "master/domain/slots.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

TEST_CASE("the scarcest resource counts") {
    const Resources each{Millicores(1000), gibibytes(2), gibibytes(10)};
    CHECK(slots_in({Millicores(4000), gibibytes(4), gibibytes(100)}, each) == 2);
    CHECK(slots_in({Millicores(-1), gibibytes(4), gibibytes(100)}, each) == 0);
    CHECK(slots_in({Millicores(4000), gibibytes(4), gibibytes(100)}, {}) == slots_max);
    CHECK(utilisation({Millicores(1000), gibibytes(3), gibibytes(10)},
                      {Millicores(4000), gibibytes(4), gibibytes(100)}) == 750'000);
    CHECK(utilisation({}, {}) == full_use);
    const Resources line{Millicores(1000), gibibytes(1), gibibytes(10), KbitPerSecond(2'500)};
    CHECK(slots_in({Millicores(9000), gibibytes(9), gibibytes(90), KbitPerSecond(6'000)}, line) ==
          2);
    CHECK(slots_in({Millicores(9000), gibibytes(9), gibibytes(90)}, line) == 0);
    CHECK(utilisation(line, {Millicores(9000), gibibytes(9), gibibytes(90),
                             KbitPerSecond(5'000)}) == 500'000);
    CHECK(utilisation({Millicores(900), {}, {}}, {Millicores(9000), gibibytes(9), gibibytes(90)}) ==
          100'000);
    const Resources largest{Millicores(10'000'000), gibibytes(1'000'000), gibibytes(10'000'000)};
    CHECK(utilisation(largest, largest) == full_use);
}
