#include "node-agent/care/judge.h"

namespace foyer::agent::care {
namespace {

// After its first such error a disk is many times likelier to fail within so long.
constexpr Duration risky_after_growth{60LL * 24 * 3600 * 1000};
constexpr Duration cable_watch{7LL * 24 * 3600 * 1000};
constexpr int worn_percent = 100;  // all the writes its maker counted on
constexpr int worn_soon_percent = 80;
constexpr int emmc_worn_soon_percent = 90;  // it tells tenths, and the one that is begun
constexpr int spare_soon_percent = 10;      // above the maker's own limit
constexpr int hot_celsius = 70;             // SSDs
constexpr int warm_celsius = 60;            // the most that makers of ATA disks allow

constexpr const char* replace_it =
    "order another disk; until then nothing new comes here and what leads moves away";
constexpr const char* replace_soon = "plan another disk; a backup of what is yours now, not then";

// One disk while it is judged.
class Look {
public:
    Look(const DiskHealth& disk, History& history, WallTime now)
        : disk_(disk), history_(history), now_(now) {}

    std::vector<Finding> all() {
        by_itself();
        unreadable();
        reallocated();
        cable();
        wear();
        heat();
        return std::move(found_);
    }

private:
    void find(Kind kind, Severity severity, std::string reason, std::string advice) {
        found_.push_back({kind, severity, disk_.name, std::move(reason), std::move(advice)});
    }

    Count noted(const char* what, std::int64_t value) {
        const std::string who =
            disk_.serial.empty() ? disk_.name : disk_.model + "/" + disk_.serial;
        return note_count(history_, "disk/" + who + "/" + what, value, CountedSince::Ever, now_);
    }

    bool warns(int bit) const { return (disk_.critical_warning.value_or(0) & bit) != 0; }

    void by_itself() {
        // smartctl calls an NVMe disk with any warning failed, heat included: its bits say more.
        const bool judged = disk_.kind != DiskKind::Nvme || !disk_.critical_warning;
        if (judged && disk_.passed == false)
            find(Kind::DiskFailing, Severity::Failing, "it says of itself that it is failing",
                 replace_it);
        else if (disk_.below_threshold)
            find(Kind::DiskFailing, Severity::Failing,
                 "a value that foretells failure is below its maker's limit", replace_it);
        if (warns(nvme_is_unreliable) || warns(nvme_is_read_only))
            find(Kind::DiskFailing, Severity::Failing,
                 warns(nvme_is_read_only) ? "it can only be read any more"
                                          : "it says that it is not reliable any more",
                 replace_it);
        if (warns(nvme_backup_failed))
            find(Kind::DiskFailing, Severity::Worse, "its protection against power cuts has failed",
                 replace_soon);
        if (disk_.self_test_failed)
            find(Kind::DiskTest, Severity::Worse, "its last test of itself failed", replace_soon);
    }

    void unreadable() {
        const struct {
            const char* key = "";
            const char* words = "";
            std::optional<std::int64_t> value;
        } counted[] = {{"reported", "reads that could not be mended", disk_.reported_uncorrectable},
                       {"pending", "sectors that cannot be read", disk_.pending},
                       {"offline", "sectors found unreadable", disk_.offline_uncorrectable},
                       {"media", "errors of its medium", disk_.media_errors}};
        std::string said;
        bool grew = false;
        for (const auto& one : counted) {
            if (!one.value) continue;
            const Count count = noted(one.key, *one.value);
            if (*one.value == 0) continue;
            said += (said.empty() ? "" : ", ") + std::to_string(*one.value) + " " + one.words;
            const bool new_ones = grew_within(count, risky_after_growth, now_);
            if (new_ones) said += " (" + std::to_string(count.grown) + " of them new)";
            grew |= new_ones;
        }
        if (said.empty()) return;
        find(Kind::DiskUnreadable, grew ? Severity::Failing : Severity::Worse, said,
             grew ? replace_it : replace_soon);
    }

    void reallocated() {
        if (!disk_.reallocated) return;
        const Count count = noted("reallocated", *disk_.reallocated);
        if (*disk_.reallocated == 0) return;
        const std::string said = std::to_string(*disk_.reallocated) + " sectors were replaced";
        if (grew_within(count, risky_after_growth, now_))
            find(Kind::DiskReallocates, Severity::Worse,
                 said + ", " + std::to_string(count.grown) + " of them lately", replace_soon);
        else
            find(Kind::DiskReallocates, Severity::Note, said + ", none lately", "");
    }

    void cable() {
        std::string said;
        const auto look = [&](const char* key, const char* words,
                              const std::optional<std::int64_t>& value) {
            if (!value) return;
            const Count count = noted(key, *value);
            if (!grew_within(count, cable_watch, now_)) return;
            said += (said.empty() ? "" : ", ") + std::to_string(count.grown) + " new " + words;
        };
        look("crc", "errors on the way to it", disk_.crc_errors);
        look("timeouts", "commands that it did not answer in time", disk_.command_timeouts);
        if (!said.empty())
            find(Kind::DiskCable, Severity::Note, said, "reseat or change its cable");
    }

    void wear() {
        const int soon = disk_.kind == DiskKind::Emmc ? emmc_worn_soon_percent : worn_soon_percent;
        const std::string used = disk_.used_percent ? std::to_string(*disk_.used_percent) +
                                                          " % of its life in writes is used"
                                                    : std::string();
        const std::string spare =
            disk_.spare_percent ? std::to_string(*disk_.spare_percent) + " % of its spare is left"
                                : "its spare is nearly gone";
        const int limit = disk_.spare_threshold_percent.value_or(0);
        const int left = disk_.spare_percent.value_or(100);
        if (warns(nvme_spare_is_low) || left < limit || disk_.reserve == EmmcReserve::Urgent)
            find(Kind::DiskWorn, Severity::Failing, spare, replace_it);
        else if (left < limit + spare_soon_percent || disk_.reserve == EmmcReserve::Warning)
            find(Kind::DiskWorn, Severity::Worse, spare, replace_soon);
        else if (disk_.used_percent.value_or(0) >= worn_percent)
            find(Kind::DiskWorn, Severity::Worse, used, replace_soon);
        else if (disk_.used_percent.value_or(0) >= soon)
            find(Kind::DiskWorn, Severity::Note, used, "");
    }

    void heat() {
        const std::string said =
            disk_.celsius ? "it is at " + std::to_string(*disk_.celsius) + " C" : "it is too hot";
        const char* cool = "give it air, or move the box to a cooler place";
        if (warns(nvme_is_hot) || disk_.celsius.value_or(0) >= hot_celsius)
            find(Kind::Heat, Severity::Worse, said, cool);
        else if (disk_.kind == DiskKind::Ata && disk_.celsius.value_or(0) >= warm_celsius)
            find(Kind::Heat, Severity::Note, said, cool);
    }

    const DiskHealth& disk_;
    History& history_;
    WallTime now_;
    std::vector<Finding> found_;
};

}  // namespace

std::vector<Finding> judge_disk(const DiskHealth& disk, History& history, WallTime now) {
    return Look(disk, history, now).all();
}

}  // namespace foyer::agent::care
