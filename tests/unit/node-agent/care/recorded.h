// Recorded machines: what smartctl prints of disks (smartctl/*.json), and trees of /proc and /sys.
#pragma once

#include <string>

#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "node-agent/care/smartctl_report.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

namespace foyer::test {

inline std::string smartctl_output(const std::string& name) {
    const std::string file =
        std::string(FOYER_SOURCE_DIR) + "/tests/unit/node-agent/care/smartctl/" + name + ".json";
    return os::read_file(file).value();
}

inline agent::care::DiskHealth recorded_disk(const std::string& disk, const std::string& name) {
    return agent::care::parse_smartctl(disk, smartctl_output(name)).value();
}

struct Tree {
    TempFolder folder;

    Tree& has(const std::string& file, const std::string& content) {
        const std::string path = folder.path() + file;
        REQUIRE(os::make_dirs(os::parent_of(path), 0755).ok());
        REQUIRE(os::write_atomically(path, content + "\n", {.mode = 0644}).ok());
        return *this;
    }
    std::string root() const { return folder.path(); }
};

inline Tree& with_disk(Tree& tree, const std::string& name, const std::string& vendor) {
    return tree.has("/sys/block/" + name + "/size", "976773168")
        .has("/sys/block/" + name + "/removable", "0")
        .has("/sys/block/" + name + "/device/vendor", vendor);
}

}  // namespace foyer::test
