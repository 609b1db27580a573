#include "node-agent/check/judge_health.h"

#include <algorithm>

#include "node-agent/care/care_json.h"
#include "node-agent/care/judge.h"

namespace foyer::agent {
namespace {

using Found = std::vector<care::Finding>;

std::string words(const Found& found) {
    std::string text;
    for (const care::Finding& one : found)
        text += (text.empty() ? "" : "; ") + (one.subject.empty() ? "" : one.subject + ": ") +
                one.reason + (one.advice.empty() ? "" : ", " + one.advice);
    return text;
}

bool any(const Found& found, care::Severity severity) {
    return std::ranges::any_of(found,
                               [&](const care::Finding& one) { return one.severity == severity; });
}

// Nothing has happened in one look: what is only seen to grow is not found here.
Found of_machine(const MachineFacts& facts, std::initializer_list<care::Kind> kinds) {
    care::History none;
    Found found = care::judge_machine(facts.health, none, WallTime{});
    std::erase_if(found, [&](const care::Finding& one) {
        return std::ranges::find(kinds, one.kind) == kinds.end();
    });
    return found;
}

}  // namespace

Finding disk_health(const MachineFacts& facts) {
    const care::BoxFacts& health = facts.health;
    const std::string value = care::disks_text(health.disks);
    if (value.empty())
        return {"disk health", "unknown", Verdict::Unknown,
                health.disks_problem.empty() ? "no disk of this machine can be asked"
                                             : health.disks_problem};
    Found found;
    for (const care::DiskHealth& disk : health.disks) {
        care::History none;
        const Found one = care::judge_disk(disk, none, WallTime{});
        found.insert(found.end(), one.begin(), one.end());
    }
    std::string reason = words(found);
    if (!health.disks_problem.empty())
        reason += (reason.empty() ? "unknown: " : "; unknown: ") + health.disks_problem;
    if (any(found, care::Severity::Failing)) return {"disk health", value, Verdict::Bad, reason};
    const bool poor = any(found, care::Severity::Worse);
    return {"disk health", value, poor ? Verdict::Poor : Verdict::Good, reason};
}

Finding temperature(const MachineFacts& facts) {
    const std::string value = care::temperature_text(facts.health.temperatures);
    if (value.empty())
        return {"temperature", "unknown", Verdict::Unknown, "this machine has no sensor of it"};
    const Found found = of_machine(facts, {care::Kind::Heat});
    return {"temperature", value, found.empty() ? Verdict::Good : Verdict::Poor, words(found)};
}

Finding power(const MachineFacts& facts) {
    std::string value;
    for (const PowerSupply& one : facts.power)
        if (one.type != "Mains") value += (value.empty() ? "" : ", ") + one.name;
    const Found found = of_machine(facts, {care::Kind::UnderVoltage, care::Kind::OnBattery});
    if (!found.empty())
        return {"power", value.empty() ? "weak" : value, Verdict::Poor, words(found)};
    if (value.empty())
        return {"power", "unknown", Verdict::Unknown,
                "no battery is seen: a power cut ends it at once"};
    return {"power", value, Verdict::Good, ""};
}

}  // namespace foyer::agent
