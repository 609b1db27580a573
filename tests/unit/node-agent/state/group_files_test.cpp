#include "node-agent/state/group_files.h"

#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

TEST_CASE("what a member must not forget survives, and goes when it is told to") {
    const test::TempFolder folder;
    const auto files = FileGroups::open(folder.path()).value();
    const PartitionId acme("acme-0");
    CHECK(files->load(acme).failure().code == ErrorCode::NotFound);
    const GroupMemory memory{WallTime{1700},
                             leadership::test::durable_of(0, leadership::test::record_of_three())};
    REQUIRE(files->save(acme, memory).ok());
    const auto again = FileGroups::open(folder.path()).value()->load(acme);
    REQUIRE(again.ok());
    CHECK(again.value().ordered_at == WallTime{1700});
    CHECK(again.value().durable == memory.durable);
    REQUIRE(files->forget(acme).ok());
    REQUIRE(files->forget(acme).ok());
    CHECK(files->load(acme).failure().code == ErrorCode::NotFound);
}

TEST_CASE("a damaged memory is no memory, and is kept aside") {
    const test::TempFolder folder;
    const auto files = FileGroups::open(folder.path()).value();
    const PartitionId acme("acme-0");
    REQUIRE(files->save(acme, {}).ok());
    const std::string file = folder.path() + "/groups/acme-0.json";
    REQUIRE(os::write_atomically(file, os::read_file(file).value() + "x").ok());
    CHECK(files->load(acme).failure().code == ErrorCode::InvalidArgument);
    CHECK(os::exists(file + ".damaged"));
    CHECK(files->load(acme).failure().code == ErrorCode::NotFound);
}
