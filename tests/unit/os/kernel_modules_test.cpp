#include "common/os/kernel_modules.h"

#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace foyer;

namespace {

void has(const std::string& file, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(file).parent_path());
    std::ofstream(file) << text;
}

}  // namespace

TEST_CASE("what a kernel has is loaded, built in or could be loaded; else it is not known") {
    const test::TempFolder folder;
    const std::string& root = folder.path();
    CHECK_FALSE(os::KernelModules(root).has("dm-crypt").has_value());
    has(root + "/proc/sys/kernel/osrelease", "6.1.0\n");
    CHECK_FALSE(os::KernelModules(root).has("dm-crypt").has_value());

    has(root + "/lib/modules/6.1.0/modules.builtin", "kernel/drivers/block/loop.ko\n");
    has(root + "/lib/modules/6.1.0/modules.dep", "kernel/fs/fuse/fuse.ko.xz:\n");
    const os::KernelModules modules(root);
    CHECK(modules.has("loop") == true);
    CHECK(modules.has("fuse") == true);
    CHECK(modules.has("dm-crypt") == false);
    CHECK(modules.has("oop") == false);

    has(root + "/sys/module/dm_crypt/version", "1\n");
    CHECK(os::KernelModules(root).has("dm-crypt") == true);
}
