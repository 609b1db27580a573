#include "node-agent/fence/strike.h"

#include <fcntl.h>
#include <string>
#include <unistd.h>

#include "common/os/child_process.h"
#include "common/os/process_id.h"
#include "common/os/sys.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

FenceRequest of_folder(const std::string& folder) {
    FenceRequest made{.verb = FenceVerb::Hold, .until = MonoTime{1}};
    REQUIRE(made.partition.assign("acme-0"));
    REQUIRE(made.folders[0].assign(folder));
    return made;
}

os::ProcessId sleeper(const std::string& folder) {
    auto made = os::spawn_detached({.argv = {"sleep", "1000"}, .log_file = folder + "/log"});
    REQUIRE(made.ok());
    return made.value();
}

void write_file(const std::string& path, const std::string& text) {
    const auto fd = os::open_file(path, O_WRONLY | O_CREAT, 0600);
    REQUIRE(fd.ok());
    REQUIRE(os::write_all(fd.value().get(), text).ok());
}

}  // namespace

TEST_CASE("everyone who is listed dies, and an empty list is told from one that was not") {
    const test::TempFolder folder;
    const os::ProcessId one = sleeper(folder.path()), two = sleeper(folder.path());
    // Numbers that cannot be seen from here are 0; a folder of files stands for a control group.
    write_file(folder.path() + "/cgroup.procs",
               "0\n" + std::to_string(one.pid) + "\n" + std::to_string(two.pid) + "\n");
    CHECK_FALSE(strike(of_folder(folder.path()), -1));
    for (const os::ProcessId& id : {one, two}) CHECK(os::wait_gone(id, Duration(10'000)).ok());
    REQUIRE(::truncate((folder.path() + "/cgroup.procs").c_str(), 0) == 0);
    CHECK(strike(of_folder(folder.path()), -1));
    CHECK(strike(of_folder(folder.path() + "/absent"), -1));
}

TEST_CASE("a list longer than one reading is read to its end") {
    const test::TempFolder folder;
    const os::ProcessId last = sleeper(folder.path());
    std::string list;
    while (list.size() < 4090) list += "0\n";
    for (int shift = 0; shift < 8; ++shift) {  // the number lies across the border in some of them
        const os::ProcessId id = shift == 7 ? last : sleeper(folder.path());
        write_file(folder.path() + "/cgroup.procs", list + std::to_string(id.pid) + "\n");
        CHECK_FALSE(strike(of_folder(folder.path()), -1));
        CHECK(os::wait_gone(id, Duration(10'000)).ok());
        list += shift % 2 == 0 ? "0\n" : "0\n0\n";
        REQUIRE(::truncate((folder.path() + "/cgroup.procs").c_str(), 0) == 0);
    }
}

TEST_CASE("the first process is struck by its descriptor, without any file") {
    const test::TempFolder folder;
    const os::ProcessId id = sleeper(folder.path());
    const auto process = os::open_process(id);
    REQUIRE(process.ok());
    strike(of_folder(folder.path() + "/absent"), process.value().get());
    CHECK(os::wait_gone(id, Duration(10'000)).ok());
}
