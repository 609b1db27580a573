#include "node-agent/runtime/box_meter.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

TEST_CASE("the memory of the machine is read, and an impossible one is none") {
    CHECK(memory_total("MemFree: 1 kB\nMemTotal:       24639480 kB\n").value() ==
          Bytes(std::int64_t{24'639'480} * 1024));
    for (const char* text : {"", "MemTotal: many", "MemTotal: -5 kB", "MemTotal: 0 kB",
                             "MemTotal: 9223372036854775807 kB"})
        CHECK_FALSE(memory_total(text).ok());
}
