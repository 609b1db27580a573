#include "node-agent/care/read_box.h"

#include <algorithm>

#include "tests/unit/node-agent/care/recorded.h"

using namespace foyer;
using namespace foyer::agent::care;
using test::Tree;

namespace {

constexpr const char* quiet =
    "some avg10=0.00 avg60=0.00 avg300=0.00 total=12\nfull avg10=0.00 avg60=0.00 avg300=0.00 "
    "total=3";

// A small Intel box with an NVMe disk.
Tree& small_box(Tree& tree) {
    return tree.has("/sys/class/hwmon/hwmon0/name", "coretemp")
        .has("/sys/class/hwmon/hwmon0/temp1_label", "Package id 0")
        .has("/sys/class/hwmon/hwmon0/temp1_input", "47000")
        .has("/sys/class/hwmon/hwmon0/temp1_max", "105000")
        .has("/sys/class/hwmon/hwmon0/temp1_crit", "105000")
        .has("/sys/class/hwmon/hwmon1/name", "nvme")
        .has("/sys/class/hwmon/hwmon1/temp1_label", "Composite")
        .has("/sys/class/hwmon/hwmon1/temp1_input", "38850")
        .has("/sys/class/hwmon/hwmon1/temp1_max", "-273150")
        .has("/sys/class/hwmon/hwmon1/temp1_crit", "84850")
        .has("/sys/class/hwmon/hwmon2/name", "drivetemp")
        .has("/sys/class/hwmon/hwmon2/temp1_input", "30000")
        .has("/sys/class/thermal/thermal_zone0/type", "coretemp")
        .has("/sys/class/thermal/thermal_zone0/temp", "47000")
        .has("/sys/class/thermal/thermal_zone1/type", "acpitz")
        .has("/sys/class/thermal/thermal_zone1/temp", "27800")
        .has("/sys/class/thermal/thermal_zone1/trip_point_0_type", "critical")
        .has("/sys/class/thermal/thermal_zone1/trip_point_0_temp", "119000")
        .has("/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "3")
        .has("/sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count", "4")
        .has("/sys/devices/system/cpu/cpufreq/boost", "1")
        .has("/proc/pressure/memory", quiet)
        .has("/proc/pressure/io", quiet)
        .has("/proc/pressure/cpu", quiet)
        .has("/proc/meminfo", "MemTotal: 8000000 kB\nMemFree: 1 kB\nMemAvailable: 6000000 kB")
        .has("/sys/fs/ext4/nvme0n1p2/errors_count", "0")
        .has("/sys/fs/ext4/features/lazy_itable_init", "supported")
        .has("/sys/block/md0/md/degraded", "0");
}

const Temperature& named(const BoxFacts& facts, const std::string& name) {
    const auto at = std::ranges::find(facts.temperatures, name, &Temperature::name);
    REQUIRE(at != facts.temperatures.end());
    return *at;
}

}  // namespace

TEST_CASE("a small box tells its temperatures, with the limits that are limits") {
    Tree tree;
    const BoxFacts facts = read_box(small_box(tree).root());
    REQUIRE(facts.temperatures.size() == 3);
    CHECK(named(facts, "coretemp Package id 0").celsius == 47);
    CHECK(named(facts, "coretemp Package id 0").critical == 105);
    CHECK(named(facts, "nvme Composite").celsius == 38);
    CHECK_FALSE(named(facts, "nvme Composite").high);
    CHECK(named(facts, "nvme Composite").critical == 84);
    CHECK(named(facts, "acpitz").critical == 119);
}

TEST_CASE("a small box tells its memory, its waits and its file systems") {
    Tree tree;
    const BoxFacts facts = read_box(small_box(tree).root());
    CHECK(facts.throttles == 7);
    REQUIRE(facts.memory);
    CHECK(facts.memory->available == Bytes(std::int64_t{6000000} * 1024));
    REQUIRE(facts.memory_pressure);
    CHECK(facts.disk_pressure->full->total_us == 3);
    CHECK(facts.cpu_pressure);
    CHECK(facts.file_systems == std::vector<NamedCount>{{"nvme0n1p2", 0}});
    CHECK(facts.arrays == std::vector<NamedCount>{{"md0", 0}});
    CHECK_FALSE(facts.under_voltage);
    CHECK_FALSE(facts.memory_errors);
    CHECK(facts.supplies.empty());
}

TEST_CASE("a Raspberry Pi tells of too little voltage, and its eMMC of its wear") {
    Tree tree;
    tree.has("/sys/class/hwmon/hwmon1/name", "rpi_volt")
        .has("/sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1")
        .has("/sys/block/mmcblk0/device/type", "MMC")
        .has("/sys/block/mmcblk0/device/name", "BJTD4R")
        .has("/sys/block/mmcblk0/device/serial", "0x1234abcd")
        .has("/sys/block/mmcblk0/device/life_time", "0x02 0x09")
        .has("/sys/block/mmcblk0/device/pre_eol_info", "0x02")
        .has("/sys/block/mmcblk0boot0/device/type", "MMC")
        .has("/sys/block/mmcblk1/device/type", "SD");
    const BoxFacts facts = read_box(tree.root());
    CHECK(facts.under_voltage == true);
    REQUIRE(facts.disks.size() == 1);
    CHECK(facts.disks[0].name == "mmcblk0");
    CHECK(facts.disks[0].kind == DiskKind::Emmc);
    CHECK(facts.disks[0].used_percent == 90);
    CHECK(facts.disks[0].reserve == EmmcReserve::Warning);
    CHECK(disks_to_ask(tree.root()).empty());
}

TEST_CASE("a laptop and a server tell of their power and their memory's errors") {
    Tree tree;
    tree.has("/sys/class/power_supply/AC/type", "Mains")
        .has("/sys/class/power_supply/AC/online", "0")
        .has("/sys/class/power_supply/BAT0/type", "Battery")
        .has("/sys/class/power_supply/BAT0/status", "Discharging")
        .has("/sys/class/power_supply/BAT0/capacity", "61")
        .has("/sys/class/power_supply/hidpp_battery_0/type", "Battery")
        .has("/sys/class/power_supply/hidpp_battery_0/scope", "Device")
        .has("/sys/class/power_supply/hidpp_battery_0/status", "Discharging")
        .has("/sys/devices/system/edac/mc/mc0/ce_count", "2")
        .has("/sys/devices/system/edac/mc/mc0/ue_count", "0")
        .has("/sys/devices/system/edac/mc/mc1/ce_count", "5")
        .has("/sys/devices/system/edac/mc/mc1/ue_count", "1");
    const BoxFacts facts = read_box(tree.root());
    REQUIRE(facts.supplies.size() == 2);
    CHECK(facts.supplies[0].online == false);
    CHECK(facts.supplies[1].status == "Discharging");
    CHECK(facts.supplies[1].percent == 61);
    CHECK(facts.memory_errors == MemoryErrors{7, 1});
}

TEST_CASE("a machine that tells nothing is unknown, and no number is made of it") {
    const Tree tree;
    CHECK(read_box(tree.root()) == BoxFacts{});
    CHECK(disks_to_ask(tree.root()).empty());
}

TEST_CASE("nonsense in the kernel's files is absent") {
    Tree tree;
    tree.has("/sys/class/hwmon/hwmon0/name", "coretemp")
        .has("/sys/class/hwmon/hwmon0/temp1_input", "warm")
        .has("/sys/devices/system/edac/mc/mc0/ce_count", "2")
        .has("/sys/devices/system/edac/mc/mc0/ue_count", "-1")
        .has("/sys/fs/ext4/sda1/errors_count", "lots")
        .has("/proc/meminfo", "MemTotal: 1 apples")
        .has("/proc/pressure/memory", "full house");
    CHECK(read_box(tree.root()) == BoxFacts{});
}

TEST_CASE("only whole disks that stay in the machine are asked") {
    Tree tree;
    test::with_disk(tree, "sda", "ATA     ");
    test::with_disk(tree, "nvme0n1", "");
    test::with_disk(tree, "dm-0", "");
    test::with_disk(tree, "loop0", "");
    test::with_disk(tree, "sdb", "Generic ").has("/sys/block/sdb/removable", "1");
    test::with_disk(tree, "sdc", "Generic ").has("/sys/block/sdc/size", "0");
    test::with_disk(tree, "nvme0c0n1", "").has("/sys/block/nvme0c0n1/hidden", "1");
    CHECK(disks_to_ask(tree.root()) == std::vector<std::string>{"nvme0n1", "sda"});
}
