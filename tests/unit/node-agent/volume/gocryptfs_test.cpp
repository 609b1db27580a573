#include "node-agent/volume/gocryptfs.h"

#include <algorithm>
#include <fstream>
#include <unistd.h>

#include "common/os/atomic_file.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

bool has(const std::vector<std::string>& arguments, const std::string& wanted) {
    return std::ranges::find(arguments, wanted) != arguments.end();
}

// The start of an ext4, as far as it is looked at.
std::string ext4(const std::string& label) {
    std::string image(4096, '\0');
    image.replace(1024 + 0x38, 2, "\x53\xef");
    image.replace(1024 + 0x78, label.size(), label);
    return image;
}

}  // namespace

TEST_CASE("a volume tells by the label of its file system whether it is gocryptfs") {
    const test::TempFolder folder;
    const std::string file = folder.path() + "/store.img";
    CHECK_FALSE(is_gocryptfs(file));
    std::ofstream(file) << "short";
    CHECK_FALSE(is_gocryptfs(file));
    std::ofstream(file) << ext4("");
    CHECK_FALSE(is_gocryptfs(file));
    std::ofstream(file) << ext4("foyer-gocryptfs");
    CHECK(is_gocryptfs(file));
    std::ofstream(file) << std::string(1024 + 0x78, '\0') << "foyer-gocryptfs";
    CHECK_FALSE(is_gocryptfs(file));  // no ext4
    CHECK(gocryptfs_label.size() <= 16);
}

TEST_CASE("only the view of the log may use what is kept for it") {
    const auto keeper = gocryptfs_view_arguments({"/s/c/keeper", "/s/private/keeper", true});
    const auto tenant = gocryptfs_view_arguments({"/s/c/tenant", "/s/private/volume", false});
    CHECK(has(keeper, "--groups=65534"));
    CHECK_FALSE(has(tenant, "--groups=65534"));
    CHECK(has(tenant, "--clear-groups"));
    for (const auto& arguments : {keeper, tenant}) {
        CHECK(has(arguments, "--bounding-set=-sys_resource"));
        CHECK_FALSE(has(arguments, "-noprealloc"));
    }
    CHECK(has(tenant, "-allow_other"));
    CHECK_FALSE(has(keeper, "-allow_other"));  // its group would be lost
    CHECK(tenant.back() == "/s/private/volume");
}

TEST_CASE("a view is shown by a program that lives and was noted in this boot, and is mounted") {
    const test::TempFolder folder;
    const ViewPlaces places{.ciphers = folder.path() + "/store/gocryptfs",
                            .plain = folder.path() + "/store/private",
                            .notes = folder.path() + "/store."};
    CHECK(programs_of_views(places).empty());
    const auto me = os::identify(::getpid()).value();
    const auto note = [&](const char* of, const os::ProcessId& program) {
        REQUIRE(os::write_atomically(places.notes + of, os::to_text(program)).ok());
    };
    note("keeper.pid", me);
    CHECK(programs_of_views(places).size() == 1);
    note("tenant.pid", me);
    CHECK(programs_of_views(places).size() == 2);
    CHECK_FALSE(are_shown(places));  // nothing is mounted
    os::ProcessId before_the_power_cut = me;
    before_the_power_cut.boot_id = "another";
    note("tenant.pid", before_the_power_cut);
    CHECK(programs_of_views(places) == std::vector{me});
}
