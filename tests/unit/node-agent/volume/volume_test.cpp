#include "node-agent/volume/volume.h"

#include <unistd.h>

#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "tests/support/assignments.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

// In memory, since secrets lie there.
struct Folder {
    test::TempFolder dir{"/dev/shm"};
    VolumePlaces places{dir.path() + "/p", dir.path() + "/p/config", dir.path() + "/secrets"};
    MappedUser user{::getuid(), ::getgid()};

    Status write(std::int64_t ordered_at) {
        Assignment assignment = test::assignment(0);
        assignment.ordered_at = WallTime{ordered_at};
        return write_volume(places, user, assignment, "{}");
    }
};

}  // namespace

TEST_CASE("a volume belongs to the order that it was made for, journal or no journal") {
    Folder folder;
    CHECK(order_of_volume(folder.places) == WallTime{});
    REQUIRE(folder.write(1000).ok());
    CHECK(order_of_volume(folder.places) == WallTime{1000});
    CHECK(folder.write(1000).ok());
    const Status other = folder.write(2000);
    REQUIRE_FALSE(other.ok());
    CHECK(other.failure().code == ErrorCode::FailedPrecondition);
    CHECK(order_of_volume(folder.places) == WallTime{1000});
}

TEST_CASE("the key of a volume is nothing for the partition") {
    Folder folder;
    REQUIRE(folder.write(1000).ok());
    Assignment assignment = test::assignment(0);
    assignment.ordered_at = WallTime{1000};
    assignment.secrets.by_name = {{"password", "s3cret"}, {std::string(volume_key_name), "key"}};
    // The volume was made before its order had a key, and stays as it is.
    REQUIRE(write_volume(folder.places, folder.user, assignment, "{}").ok());
    CHECK(os::list_dir(folder.places.secrets).value() == std::vector<std::string>{"password"});
    CHECK_FALSE(has_store(folder.places.store()));
}

TEST_CASE("a store whose key has not come is neither written to nor passed over") {
    Folder folder;
    REQUIRE(os::make_dirs(folder.places.partition, 0711).ok());
    REQUIRE(os::write_atomically(folder.places.store().image, "an image", {.mode = 0600}).ok());
    const Status done = folder.write(1000);
    REQUIRE_FALSE(done.ok());
    CHECK(done.failure().code == ErrorCode::FailedPrecondition);
    CHECK(done.failure().message.find("key has not come") != std::string::npos);
    CHECK(folder.places.volume() == folder.places.partition + "/store/private/volume");
    CHECK_FALSE(os::exists(folder.places.partition + "/volume"));
}

TEST_CASE("an older master's order changes nothing of what is known") {
    Folder folder;
    REQUIRE(folder.write(0).ok());
    CHECK(order_of_volume(folder.places) == WallTime{});
    REQUIRE(folder.write(1000).ok());
    REQUIRE(folder.write(0).ok());
    CHECK(order_of_volume(folder.places) == WallTime{1000});
}

TEST_CASE("a name is free again when the volume is gone") {
    Folder folder;
    REQUIRE(folder.write(1000).ok());
    REQUIRE(remove_volume(folder.places).ok());
    CHECK(folder.write(2000).ok());
}

TEST_CASE("a torn note says nothing") {
    Folder folder;
    REQUIRE(folder.write(1000).ok());
    for (const char* torn : {"", "10", "x\n", "99999999999999999999\n"}) {
        REQUIRE(os::write_atomically(folder.places.partition + "/ordered_at", torn, {}).ok());
        CHECK(order_of_volume(folder.places) == WallTime{});
    }
}
