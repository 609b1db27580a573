#include "node-agent/care/ask_disks.h"

#include <map>

#include "tests/unit/node-agent/care/recorded.h"

using namespace foyer;
using namespace foyer::agent::care;
using test::recorded_disk;
using test::smartctl_output;
using test::Tree;

namespace {

// A smartctl that answers as recorded, by its last argument.
RunSmartctl answers(const std::map<std::string, std::string>& by_device) {
    return [by_device](const std::vector<std::string>& arguments) -> Result<std::string> {
        const auto at = by_device.find(arguments.back());
        if (at == by_device.end()) return error(ErrorCode::DeadlineExceeded, "too slow");
        return smartctl_output(at->second);
    };
}

}  // namespace

TEST_CASE("no disk is woken to be asked, nor to find out what it is") {
    Tree tree;
    test::with_disk(tree, "sda", "ATA     ");
    test::with_disk(tree, "sdb", "WD      ");
    using List = std::vector<std::string>;
    CHECK(smartctl_arguments(tree.root(), "sda") ==
          List{"--json=c", "-a", "-n", "standby,3", "-d", "sat", "/dev/sda"});
    CHECK(smartctl_arguments(tree.root(), "nvme0n1") ==
          List{"--json=c", "-a", "-n", "standby,3", "-d", "nvme", "/dev/nvme0n1"});
    CHECK(smartctl_arguments(tree.root(), "sdb") ==
          List{"--json=c", "-a", "-n", "standby,3", "/dev/sdb"});
}

TEST_CASE("each disk is asked, and one that cannot be is named with the reason") {
    Tree tree;
    test::with_disk(tree, "sda", "ATA     ");
    test::with_disk(tree, "sdc", "USB     ");
    test::with_disk(tree, "sdd", "ATA     ");
    const DisksAsked asked = ask_disks(
        tree.root(), {}, answers({{"/dev/sda", "sata_ssd_good"}, {"/dev/sdc", "usb_unknown"}}));
    REQUIRE(asked.disks.size() == 1);
    CHECK(asked.disks[0].model == "EXAMPLE SSD 500GB");
    CHECK(asked.problem.find("sdc: /dev/sdc: Unknown USB bridge") != std::string::npos);
    CHECK(asked.problem.find("sdd: too slow") != std::string::npos);
}

TEST_CASE("without smartctl all is unknown, with what to do") {
    Tree tree;
    test::with_disk(tree, "sda", "ATA     ");
    const DisksAsked asked = ask_disks(tree.root(), {}, [](const auto&) -> Result<std::string> {
        return error(ErrorCode::NotFound, "no program 'smartctl'");
    });
    CHECK(asked.disks.empty());
    CHECK(asked.problem.find("apt install smartmontools") != std::string::npos);
}

TEST_CASE("a disk that sleeps is as it was when it was asked last") {
    Tree tree;
    test::with_disk(tree, "sdb", "ATA     ");
    const auto sleeping = answers({{"/dev/sdb", "asleep"}});
    const DisksAsked later =
        ask_disks(tree.root(), {recorded_disk("sdb", "hdd_pending")}, sleeping);
    REQUIRE(later.disks.size() == 1);
    CHECK(later.disks[0].asleep);
    CHECK(later.disks[0].pending == 8);
    // Unless it is another one.
    const DisksAsked other =
        ask_disks(tree.root(), {recorded_disk("sdb", "sata_ssd_good")}, sleeping);
    CHECK_FALSE(other.disks.at(0).reallocated);
    const DisksAsked first = ask_disks(tree.root(), {}, sleeping);
    CHECK(first.disks.at(0).asleep);
    CHECK_FALSE(first.disks.at(0).pending);
}
