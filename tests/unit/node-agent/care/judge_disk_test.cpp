#include <algorithm>

#include "node-agent/care/judge.h"
#include "tests/unit/node-agent/care/recorded.h"

using namespace foyer;
using namespace foyer::agent::care;
using test::recorded_disk;

namespace {

constexpr Duration day{24LL * 3600 * 1000};
constexpr WallTime noon{1'772'368'200'000};

const Finding* find(const std::vector<Finding>& all, Kind kind) {
    const auto at = std::ranges::find(all, kind, &Finding::kind);
    return at == all.end() ? nullptr : &*at;
}

// The severity of what one look at the disk finds of that kind; nothing: it finds none.
std::optional<Severity> severity(const DiskHealth& disk, Kind kind) {
    History history;
    const auto all = judge_disk(disk, history, noon);
    const Finding* one = find(all, kind);
    return one == nullptr ? std::nullopt : std::optional(one->severity);
}

}  // namespace

TEST_CASE("good disks have nothing to say") {
    History history;
    CHECK(judge_disk(recorded_disk("sda", "sata_ssd_good"), history, noon).empty());
    CHECK(judge_disk(recorded_disk("nvme0n1", "nvme_good"), history, noon).empty());
    CHECK(judge_disk(recorded_disk("sdb", "asleep"), history, noon).empty());
    CHECK(judge_disk(DiskHealth{}, history, noon).empty());
}

TEST_CASE("sectors that cannot be read make a disk worse; new ones make it fail") {
    History history;
    DiskHealth disk = recorded_disk("sdb", "hdd_pending");
    const auto first = judge_disk(disk, history, noon);
    REQUIRE(find(first, Kind::DiskUnreadable));
    CHECK(find(first, Kind::DiskUnreadable)->severity == Severity::Worse);
    CHECK(find(first, Kind::DiskUnreadable)->reason.find("8 sectors that cannot be read") !=
          std::string::npos);
    CHECK(find(first, Kind::DiskReallocates)->severity == Severity::Note);
    CHECK_FALSE(find(first, Kind::DiskCable));

    disk.pending = 16;
    disk.reallocated = 30;
    disk.crc_errors = 5;
    const auto grown = judge_disk(disk, history, noon + day);
    CHECK(find(grown, Kind::DiskUnreadable)->severity == Severity::Failing);
    CHECK(find(grown, Kind::DiskUnreadable)->reason.find("(8 of them new)") != std::string::npos);
    CHECK(find(grown, Kind::DiskReallocates)->severity == Severity::Worse);
    CHECK(find(grown, Kind::DiskCable)->severity == Severity::Note);

    // Two months without another one.
    const auto later = judge_disk(disk, history, noon + day * 62);
    CHECK(find(later, Kind::DiskUnreadable)->severity == Severity::Worse);
    CHECK(find(later, Kind::DiskReallocates)->severity == Severity::Note);
    CHECK_FALSE(find(later, Kind::DiskCable));
}

TEST_CASE("another disk in the same place has a history of its own") {
    History history;
    DiskHealth disk = recorded_disk("sdb", "hdd_pending");
    judge_disk(disk, history, noon);
    disk.serial = "EX0099";
    disk.pending = 100;
    CHECK(find(judge_disk(disk, history, noon + day), Kind::DiskUnreadable)->severity ==
          Severity::Worse);
}

TEST_CASE("a disk that judges itself is believed") {
    const DiskHealth failed = recorded_disk("sdb", "hdd_failed");
    CHECK(severity(failed, Kind::DiskFailing) == Severity::Failing);
    CHECK(severity(failed, Kind::DiskTest) == Severity::Worse);
    DiskHealth below;
    below.passed = true;
    below.below_threshold = true;
    CHECK(severity(below, Kind::DiskFailing) == Severity::Failing);
}

TEST_CASE("of an NVMe disk each warning means what it says") {
    const DiskHealth hot = recorded_disk("nvme0n1", "nvme_hot");
    CHECK_FALSE(severity(hot, Kind::DiskFailing));
    CHECK(severity(hot, Kind::Heat) == Severity::Worse);
    const DiskHealth worn = recorded_disk("nvme0n1", "nvme_worn");
    CHECK(severity(worn, Kind::DiskFailing) == Severity::Failing);
    CHECK(severity(worn, Kind::DiskWorn) == Severity::Failing);
    CHECK(severity(worn, Kind::DiskUnreadable) == Severity::Worse);
    DiskHealth one = recorded_disk("nvme0n1", "nvme_good");
    one.critical_warning = nvme_is_read_only;
    CHECK(severity(one, Kind::DiskFailing) == Severity::Failing);
    one.critical_warning = nvme_backup_failed;
    CHECK(severity(one, Kind::DiskFailing) == Severity::Worse);
}

TEST_CASE("wear is noted, then worse; spare that is gone is a failure") {
    DiskHealth disk;
    disk.kind = DiskKind::Nvme;
    disk.spare_threshold_percent = 10;
    const auto worn = [&](int used, int spare) {
        disk.used_percent = used;
        disk.spare_percent = spare;
        return severity(disk, Kind::DiskWorn);
    };
    CHECK_FALSE(worn(79, 100));
    CHECK(worn(80, 100) == Severity::Note);
    CHECK(worn(100, 100) == Severity::Worse);
    CHECK(worn(3, 19) == Severity::Worse);
    CHECK_FALSE(worn(3, 20));
    CHECK(worn(3, 9) == Severity::Failing);
}

TEST_CASE("an eMMC chip tells by tenths and by what it has in reserve") {
    DiskHealth chip;
    chip.kind = DiskKind::Emmc;
    const auto worn = [&](int used, EmmcReserve reserve) {
        chip.used_percent = used;
        chip.reserve = reserve;
        return severity(chip, Kind::DiskWorn);
    };
    CHECK_FALSE(worn(80, EmmcReserve::Normal));
    CHECK(worn(90, EmmcReserve::Normal) == Severity::Note);
    CHECK(worn(110, EmmcReserve::Normal) == Severity::Worse);
    CHECK(worn(10, EmmcReserve::Warning) == Severity::Worse);
    CHECK(worn(10, EmmcReserve::Urgent) == Severity::Failing);
}

TEST_CASE("a warm disk is noted, a hot one is worse") {
    DiskHealth disk;
    disk.kind = DiskKind::Ata;
    const auto heat = [&](int celsius) {
        disk.celsius = celsius;
        return severity(disk, Kind::Heat);
    };
    CHECK_FALSE(heat(59));
    CHECK(heat(60) == Severity::Note);
    CHECK(heat(70) == Severity::Worse);
    disk.kind = DiskKind::Nvme;
    CHECK_FALSE(heat(69));
}
