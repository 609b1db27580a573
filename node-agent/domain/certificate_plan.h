// What an edge has for each name of a customer's, and for which it asks next. Pure.
//
//   none ──due──► ordered ──ok──► held ──two thirds of its life──► due again
//                    └──refused──► waits, ever longer, with jitter ──► due again
//
// What is held stays in use until it is replaced: a renewal that fails costs nothing before the
// end.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "common/base/random.h"
#include "common/model/domain.h"
#include "node-agent/domain/backoff.h"

namespace foyer::agent {

struct CertificateSpan {
    WallTime not_before;
    WallTime not_after;
    friend bool operator==(const CertificateSpan&, const CertificateSpan&) = default;
};

struct NameRecord {
    std::optional<CertificateSpan> held;
    int failures = 0;  // orders in a row
    std::string failure;
    std::optional<WallTime> failed_at;
    std::optional<WallTime> retry_at;
    friend bool operator==(const NameRecord&, const NameRecord&) = default;
};

using NameRecords = std::map<std::string, NameRecord>;

struct OrderRules {
    Backoff backoff{Duration(120'000), Duration(6 * 3'600'000)};
    // An authority that says that it was asked too often is left alone for so long at least.
    Duration limited{3'600'000};
};

// Two thirds of its life are over.
WallTime renewal_time(const CertificateSpan& span);
bool is_due(const NameRecord& record, WallTime now);

// Those that are served with none first, then whose end is nearest; absent: nothing is due.
std::optional<std::string> next_order(const NameRecords& records, WallTime now);

NameRecord ordered(const CertificateSpan& span);
// `limited`: too many requests.
NameRecord refused(NameRecord record, std::string why, bool limited, const OrderRules& rules,
                   WallTime now, Rng& rng);

// For the master.
DomainsReport domains_report(const std::string& thumbprint, const NameRecords& records);

}  // namespace foyer::agent
