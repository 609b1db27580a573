// What disks, kernel and an earlier agent tell of a box's health.
#include <nlohmann/json.hpp>

#include "common/base/check.h"
#include "node-agent/care/care_json.h"
#include "node-agent/care/history_json.h"
#include "node-agent/care/judge.h"
#include "node-agent/care/kernel_text.h"
#include "node-agent/care/smartctl_report.h"
#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

using namespace agent::care;

constexpr WallTime noon{1'772'368'200'000};

bool is_printable(const std::string& text) {
    for (const char c : text)
        if (c < ' ' || c > '~') return false;
    return true;
}

void read_disk(const std::string& text) {
    const auto disk = parse_smartctl("sda", text);
    if (!disk.ok()) return;
    CHECK(is_printable(disk.value().model) && is_printable(disk.value().serial));
    BoxFacts facts;
    facts.disks = {disk.value()};
    History history;
    // Twice: what is counted has a past then.
    for (int look = 0; look < 2; ++look) {
        Judged judged = judge(facts, std::move(history), noon + Duration(look * 60'000));
        history = std::move(judged.history);
        const Notice notice = notice_of(judged.findings);
        CHECK(notice.trust_per_mille >= 0 && notice.trust_per_mille <= trust_whole);
        CHECK(notice.reason.size() <= notice_bytes_max);
        CHECK(is_printable(notice.reason));
        CareState state{noon, facts, judged.findings, notice};
        CHECK(!care_lines(care_json(state)).empty());
    }
    CHECK(history_from(history_json(history)).ok());
}

void read_history(const std::string& text) {
    const auto history = history_from(text);
    if (!history.ok()) return;
    CHECK(history.value().counts.size() <= counts_max);
    CHECK(history.value().standings.size() <= standings_max);
    CHECK(history_from(history_json(history.value())).value() == history.value());
    const Judged judged = judge({}, history.value(), noon);
    CHECK(trust_of(judged.findings) >= 0);
}

void feed(std::string_view bytes) {
    const std::string text(bytes);
    read_disk(text);
    read_history(text);
    if (const auto pressure = parse_pressure(text); pressure && pressure->full)
        CHECK(pressure->full->last_300s >= 0 && pressure->full->last_300s <= 100'00);
    if (const auto memory = parse_memory(text)) CHECK(memory->available.count() >= 0);
    if (const auto used = emmc_used_percent(text)) CHECK(*used > 0 && *used <= 110);
    if (const auto celsius = milli_celsius(text)) CHECK(*celsius >= -60 && *celsius <= 200);
    static_cast<void>(emmc_reserve(text));
    static_cast<void>(care_lines(nlohmann::json::parse(text, nullptr, false)));
    CHECK(is_printable(line_of(text)));
}

std::vector<std::string> seeds() {
    History history;
    note_count(history, "disk/EXAMPLE/EX1/pending", 1, CountedSince::Ever, noon);
    note_count(history, "disk/EXAMPLE/EX1/pending", 2, CountedSince::Ever, noon);
    settle(history, {{Kind::Array, Severity::Worse, "md0", "1 is missing", "put one in"}}, noon);
    return {R"({"smartctl":{"exit_status":64},"device":{"protocol":"ATA"},"model_name":"EXAMPLE",)"
            R"("serial_number":"EX1","smart_status":{"passed":true},"temperature":{"current":39},)"
            R"("power_on_time":{"hours":41877},"ata_smart_attributes":{"table":[)"
            R"({"id":5,"when_failed":"now","flags":{"prefailure":true},"raw":{"value":24}},)"
            R"({"id":188,"raw":{"value":8590065668}},{"id":197,"raw":{"value":8}}]}})",
            R"({"smartctl":{"exit_status":8},"device":{"protocol":"NVMe"},)"
            R"("nvme_smart_health_information_log":{"critical_warning":5,"available_spare":4,)"
            R"("available_spare_threshold":10,"percentage_used":117,"media_errors":19}})",
            R"({"smartctl":{"exit_status":3,"messages":[{"string":"asleep"}]}})",
            R"({"looked_at":"now","trust_per_mille":800,"findings":[{"severity":"worse"}]})",
            "some avg10=0.00 avg60=0.00 avg300=1.00 total=1\nfull avg10=0.00 avg60=0.00 "
            "avg300=100.00 total=1\n",
            "MemTotal: 7951604 kB\nMemAvailable: 512 kB\n",
            "0x02 0x0b\n",
            "45500\n",
            history_json(history)};
}

}  // namespace

const Target care{"care", feed, seeds};

}  // namespace foyer::fuzz
