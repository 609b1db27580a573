#include "node-agent/domain/certificate_plan.h"

#include <algorithm>

namespace foyer::agent {

WallTime renewal_time(const CertificateSpan& span) {
    return span.not_before + (span.not_after - span.not_before) * 2 / 3;
}

// A clock that was ahead when an order failed says nothing of when to try again.
bool is_due(const NameRecord& record, WallTime now) {
    if (record.held && now < renewal_time(*record.held)) return false;
    if (!record.retry_at || !record.failed_at || *record.failed_at > now) return true;
    return now >= *record.retry_at;
}

std::optional<std::string> next_order(const NameRecords& records, WallTime now) {
    std::optional<std::string> next;
    WallTime earliest;
    for (const auto& [name, record] : records) {
        if (!is_due(record, now)) continue;
        const WallTime end = record.held ? record.held->not_after : WallTime{};
        if (next && end >= earliest) continue;
        next = name;
        earliest = end;
    }
    return next;
}

NameRecord ordered(const CertificateSpan& span) {
    NameRecord record;
    record.held = span;
    return record;
}

NameRecord refused(NameRecord record, std::string why, bool limited, const OrderRules& rules,
                   WallTime now, Rng& rng) {
    record.failures += 1;
    record.failure = std::move(why);
    record.failed_at = now;
    const Duration wait = backoff_wait(rules.backoff, record.failures, rng);
    record.retry_at = now + (limited ? rules.limited + wait : wait);
    return record;
}

DomainsReport domains_report(const std::string& thumbprint, const NameRecords& records) {
    DomainsReport report{thumbprint, {}};
    for (const auto& [name, record] : records) {
        DomainAtEdge& told = report.domains.emplace_back();
        told.name = name;
        if (record.held) told.not_after = record.held->not_after;
        told.failures = record.failures;
        told.failure = record.failure;
        told.failed_at = record.failed_at;
        told.retry_at = record.retry_at;
    }
    return report;
}

}  // namespace foyer::agent
