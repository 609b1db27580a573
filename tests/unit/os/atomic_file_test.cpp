#include "common/os/atomic_file.h"

#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

#include "common/os/files.h"
#include "tests/support/catch.h"

using namespace foyer;

namespace {

// A folder that goes away with the test.
struct Scratch {
    Scratch() { path = ::mkdtemp(text); }
    ~Scratch() { discard(os::remove_tree(path), "scratch"); }
    char text[32] = "/tmp/foyer-os-XXXXXX";
    std::string path;
};

}  // namespace

TEST_CASE("a file is replaced whole, with the mode that was asked for") {
    const Scratch scratch;
    const std::string file = scratch.path + "/f";
    REQUIRE(os::write_atomically(file, "one", {.mode = 0640}).ok());
    REQUIRE(os::write_atomically(file, "two", {.mode = 0600}).ok());
    CHECK(os::read_file(file).value() == "two");
    struct stat facts = {};
    REQUIRE(::stat(file.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0600);
    CHECK(os::list_dir(scratch.path).value() == std::vector<std::string>{"f"});
}

TEST_CASE("a write that fails leaves nothing behind") {
    const Scratch scratch;
    REQUIRE(os::make_dirs(scratch.path + "/f/inside", 0700)
                .ok());  // a folder cannot be replaced by a file
    CHECK_FALSE(os::write_atomically(scratch.path + "/f", "x").ok());
    CHECK(os::list_dir(scratch.path).value() == std::vector<std::string>{"f"});
}

TEST_CASE("what a power cut left of writes goes, and nothing else") {
    const Scratch scratch;
    for (const char* name : {"f", "f.new.aB3dE9", "key.new.4711", "f.new", "f.new.", "f.new.a-b",
                             ".new.aB3dE9", "new.f"})
        REQUIRE(os::write_atomically(scratch.path + "/" + name, "x").ok());
    CHECK(os::remove_drafts(scratch.path).value() == 2);
    CHECK(os::list_dir(scratch.path).value() ==
          std::vector<std::string>{".new.aB3dE9", "f", "f.new", "f.new.", "f.new.a-b", "new.f"});
    CHECK(os::remove_drafts(scratch.path + "/none").value() == 0);
}

TEST_CASE("reading is bounded, and a missing file is told apart") {
    const Scratch scratch;
    REQUIRE(os::write_atomically(scratch.path + "/f", std::string(100, 'x')).ok());
    CHECK(os::read_file(scratch.path + "/f", 99).failure().code == ErrorCode::ResourceExhausted);
    CHECK(os::read_file(scratch.path + "/g").failure().code == ErrorCode::NotFound);
}

TEST_CASE("removing a tree follows no link and refuses the root") {
    const Scratch scratch;
    REQUIRE(os::make_dirs(scratch.path + "/kept", 0700).ok());
    REQUIRE(os::write_atomically(scratch.path + "/kept/f", "x").ok());
    REQUIRE(os::make_dirs(scratch.path + "/tree", 0700).ok());
    REQUIRE(::symlink((scratch.path + "/kept").c_str(), (scratch.path + "/tree/link").c_str()) ==
            0);
    REQUIRE(os::remove_tree(scratch.path + "/tree").ok());
    CHECK(os::exists(scratch.path + "/kept/f"));
    CHECK(os::remove_tree("/").failure().code == ErrorCode::InvalidArgument);
    CHECK(os::remove_tree(scratch.path + "/tree").ok());
}
