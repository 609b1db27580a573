#include "node-agent/care/finding.h"

#include <algorithm>

namespace foyer::agent::care {
namespace {

constexpr int worse_takes = 200;
constexpr int trust_while_it_works = 200;  // what fails has none at all

}  // namespace

int trust_of(const std::vector<Finding>& findings) {
    int trust = trust_whole;
    for (const Finding& one : findings) {
        switch (one.severity) {
            case Severity::Note: break;
            case Severity::Worse:
                trust = std::max(trust_while_it_works, trust - worse_takes);
                break;
            case Severity::Failing: return 0;
        }
    }
    return trust;
}

Notice notice_of(const std::vector<Finding>& findings) {
    Notice notice;
    notice.trust_per_mille = trust_of(findings);
    const auto worst = std::ranges::max_element(findings, {}, &Finding::severity);
    if (worst == findings.end()) return notice;
    notice.any = true;
    notice.severity = worst->severity;
    notice.kind = worst->kind;
    notice.reason = worst->subject.empty() ? worst->reason : worst->subject + ": " + worst->reason;
    notice.reason.resize(std::min(notice.reason.size(), notice_bytes_max));
    return notice;
}

BoxCare care_of(const Notice& notice) {
    if (!notice.any) return {};
    switch (notice.severity) {
        case Severity::Note: return {};
        case Severity::Worse: return {BoxHealth::Worn, notice.reason};
        case Severity::Failing: return {BoxHealth::Failing, notice.reason};
    }
    CHECK(false);
}

bool is_news(const Notice& told, const Notice& now) {
    const BoxHealth before = care_of(told).health;
    const BoxHealth after = care_of(now).health;
    return before != after || (after != BoxHealth::Well && told.kind != now.kind);
}

}  // namespace foyer::agent::care
