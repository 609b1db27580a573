#include "node-agent/state/disk_reserve.h"

#include <filesystem>
#include <sys/stat.h>

#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::agent;

TEST_CASE("the reserve is really taken, given back in steps, and taken again") {
    const test::TempFolder folder;
    const std::string file = folder.path() + "/reserve";
    const Bytes size(2 * DiskReserve::step.count() + 1000);
    const DiskReserve reserve(file, size);
    const auto taken = [&] {
        struct stat facts{};
        REQUIRE(::stat(file.c_str(), &facts) == 0);
        CHECK(facts.st_blocks * 512 >= facts.st_size);  // room, not a hole
        return facts.st_size;
    };
    REQUIRE(reserve.take().ok());
    CHECK(taken() == size.count());
    REQUIRE(reserve.take().ok());
    CHECK(taken() == size.count());
    REQUIRE(reserve.give().ok());
    CHECK(taken() == size.count() - DiskReserve::step.count());
    REQUIRE(reserve.give().ok());
    REQUIRE(reserve.give().ok());
    CHECK(taken() == 0);
    CHECK(reserve.give().failure().code == ErrorCode::NotFound);
    REQUIRE(reserve.take().ok());
    CHECK(taken() == size.count());
}

TEST_CASE("a reserve that cannot be kept says why") {
    const DiskReserve reserve("/nonexistent/reserve", mebibytes(1));
    CHECK(reserve.take().failure().code == ErrorCode::NotFound);
    CHECK_FALSE(reserve.give().ok());
}
