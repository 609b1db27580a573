#include "node-agent/remove_drafts.h"

#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "tests/support/temp_folder.h"
//
#include "tests/support/catch.h"

using namespace foyer;

namespace {

void put(const std::string& file) {
    REQUIRE(os::make_dirs(os::parent_of(file), 0700).ok());
    REQUIRE(os::write_atomically(file, "x").ok());
}

}  // namespace

TEST_CASE("what a power cut left of files being written goes from each folder of the box") {
    const test::TempFolder box;
    int left = 0;
    for (const char* file :
         {"/receipt.json", "/identity/node.key", "/state/desired.json",
          "/state/partitions/acme-0.json", "/state/groups/acme-0.json",
          "/partitions/acme-0/ordered_at", "/partitions/acme-0/bundle/config.json",
          "/partitions/acme-0/config/replica.json", "/edge/table.json"}) {
        put(box.path() + file);
        put(box.path() + file + ".new.x7Yz01");
        left += 1;
    }
    CHECK(agent::remove_drafts(box.path()).value() == left);
    CHECK(os::exists(box.path() + "/state/groups/acme-0.json"));
    CHECK_FALSE(os::exists(box.path() + "/state/groups/acme-0.json.new.x7Yz01"));
    CHECK(agent::remove_drafts(box.path()).value() == 0);
}

TEST_CASE("a tenant's files, and those of images, are called as he likes") {
    const test::TempFolder box;
    for (const char* folder : {"/partitions/acme-0/volume",
                               "/partitions/acme-0/store/private/volume", "/images/roots/ab/etc"})
        put(box.path() + folder + "/list.new.a1");
    CHECK(agent::remove_drafts(box.path()).value() == 0);
    CHECK(agent::remove_drafts(box.path() + "/none").value() == 0);
}
