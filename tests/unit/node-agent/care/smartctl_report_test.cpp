#include "node-agent/care/smartctl_report.h"

#include "tests/unit/node-agent/care/recorded.h"

using namespace foyer;
using namespace foyer::agent::care;
using test::recorded_disk;
using test::smartctl_output;

TEST_CASE("a good SATA disk is read whole") {
    const DiskHealth disk = recorded_disk("sda", "sata_ssd_good");
    CHECK(disk.name == "sda");
    CHECK(disk.kind == DiskKind::Ata);
    CHECK(disk.model == "EXAMPLE SSD 500GB");
    CHECK(disk.serial == "EX0001");
    CHECK(disk.passed == true);
    CHECK(disk.reallocated == 0);
    CHECK(disk.reported_uncorrectable == 0);
    CHECK(disk.crc_errors == 0);
    CHECK(disk.celsius == 34);
    CHECK(disk.hours == 4211);
    CHECK_FALSE(disk.pending);
    CHECK_FALSE(disk.below_threshold);
    CHECK_FALSE(disk.self_test_failed);
    CHECK_FALSE(disk.critical_warning);
}

TEST_CASE("the counts that foretell a failure, and what some makers pack beside them") {
    const DiskHealth disk = recorded_disk("sdb", "hdd_pending");
    CHECK(disk.reallocated == 24);
    CHECK(disk.reported_uncorrectable == 3);
    CHECK(disk.pending == 8);
    CHECK(disk.offline_uncorrectable == 8);
    CHECK(disk.crc_errors == 1);
    // 2, 2 and 4 in three words of 16 bits: the last counts.
    CHECK(disk.command_timeouts == 4);
}

TEST_CASE("a disk that calls itself failing") {
    const DiskHealth disk = recorded_disk("sdb", "hdd_failed");
    CHECK(disk.passed == false);
    CHECK(disk.below_threshold);
    CHECK(disk.self_test_failed);
}

TEST_CASE("an NVMe disk tells by bits; a warning of heat is no failure") {
    const DiskHealth worn = recorded_disk("nvme0n1", "nvme_worn");
    CHECK(worn.kind == DiskKind::Nvme);
    CHECK(worn.critical_warning == (nvme_spare_is_low | nvme_is_unreliable));
    CHECK(worn.spare_percent == 4);
    CHECK(worn.spare_threshold_percent == 10);
    CHECK(worn.used_percent == 117);
    CHECK(worn.media_errors == 19);
    CHECK(recorded_disk("nvme0n1", "nvme_hot").critical_warning == nvme_is_hot);
}

TEST_CASE("a disk that sleeps is told from one that cannot be asked") {
    const DiskHealth disk = recorded_disk("sdb", "asleep");
    CHECK(disk.asleep);
    CHECK(disk.serial == "EX0002");
    CHECK_FALSE(disk.passed);
    const auto usb = parse_smartctl("sdc", smartctl_output("usb_unknown"));
    REQUIRE_FALSE(usb.ok());
    CHECK(usb.failure().code == ErrorCode::Unavailable);
    CHECK(usb.failure().message.find("Unknown USB bridge") != std::string::npos);
    const auto denied = parse_smartctl("sda", smartctl_output("not_root"));
    REQUIRE_FALSE(denied.ok());
    CHECK(denied.failure().message.find("Permission denied") != std::string::npos);
}

TEST_CASE("what is no report is refused, whatever it is") {
    for (const char* text :
         {"", "{}", "[]", "smartctl: not found", R"({"smartctl":7})",
          R"({"smartctl":{"exit_status":-1}})", R"({"smartctl":{"exit_status":4.5}})",
          R"({"smartctl":{"exit_status":256}})"}) {
        CAPTURE(text);
        const auto read = parse_smartctl("sda", text);
        REQUIRE_FALSE(read.ok());
        CHECK(read.failure().code == ErrorCode::InvalidArgument);
    }
    CHECK_FALSE(parse_smartctl("sda", std::string(smartctl_bytes_max + 1, ' ')).ok());
}

TEST_CASE("a value of a wrong type or size is absent and spoils nothing else") {
    const std::string text = R"({"smartctl":{"exit_status":0},
        "device":{"protocol":"ATA"}, "model_name":"a\u001b[2Jb", "serial_number":17,
        "smart_status":{"passed":"yes"}, "temperature":{"current":300},
        "power_on_time":{"hours":-4},
        "ata_smart_attributes":{"table":[7, {"id":"5"}, {"id":5,"raw":{"value":-1}},
          {"id":197,"raw":{"value":18446744073709551615}},
          {"id":198,"raw":{"value":2},"flags":7,"when_failed":9}]}})";
    const DiskHealth disk = parse_smartctl("sda", text).value();
    CHECK(disk.model == "a?[2Jb");
    CHECK(disk.serial.empty());
    CHECK_FALSE(disk.passed);
    CHECK_FALSE(disk.celsius);
    CHECK_FALSE(disk.hours);
    CHECK_FALSE(disk.reallocated);
    CHECK_FALSE(disk.pending);
    CHECK(disk.offline_uncorrectable == 2);
}
