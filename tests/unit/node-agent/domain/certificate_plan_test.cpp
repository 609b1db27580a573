#include "node-agent/domain/certificate_plan.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

constexpr WallTime noon{1'772'366'400'000};
constexpr Duration day{86'400'000};
const CertificateSpan ninety_days{noon, noon + 90 * day};
const OrderRules rules;

}  // namespace

TEST_CASE("a certificate is renewed when two thirds of its life are over") {
    const NameRecord record = ordered(ninety_days);
    CHECK_FALSE(is_due(record, noon + 60 * day + Duration(-1)));
    CHECK(is_due(record, noon + 60 * day));
    CHECK(is_due(NameRecord{}, noon));
}

TEST_CASE("a name that has none is asked for before one that only grows old") {
    NameRecords records;
    records["old.example.org"] = ordered({noon + -80 * day, noon + 10 * day});
    records["older.example.org"] = ordered({noon + -89 * day, noon + day});
    records["young.example.org"] = ordered(ninety_days);
    CHECK(next_order(records, noon) == "older.example.org");
    records["none.example.org"] = {};
    CHECK(next_order(records, noon) == "none.example.org");
    CHECK(next_order({{"young.example.org", ordered(ninety_days)}}, noon) == std::nullopt);
}

TEST_CASE("after each refusal in a row it waits longer, with jitter, up to a limit") {
    SeededRng rng(7);
    NameRecord record = ordered(ninety_days);
    WallTime now = noon + 60 * day;
    Duration longest_before{0};
    for (int failures = 1; failures <= 20; ++failures) {
        record = refused(record, "no", false, rules, now, rng);
        REQUIRE(record.failures == failures);
        REQUIRE(record.held == ninety_days);
        const Duration wait = *record.retry_at - now;
        CHECK(wait <= rules.backoff.longest);
        CHECK(wait * 2 >= longest_before);
        CHECK_FALSE(is_due(record, *record.retry_at + Duration(-1)));
        CHECK(is_due(record, *record.retry_at));
        longest_before = wait;
        now = *record.retry_at;
    }
    CHECK(longest_before * 2 >= rules.backoff.longest);
}

TEST_CASE("an authority that was asked too often is left alone for an hour at least") {
    SeededRng rng(7);
    const NameRecord record = refused({}, "rateLimited", true, rules, noon, rng);
    CHECK(*record.retry_at - noon >= rules.limited);
}

TEST_CASE("a clock that was ahead when an order failed holds up nothing") {
    SeededRng rng(7);
    const NameRecord record = refused({}, "no", false, rules, noon + 365 * day, rng);
    CHECK(is_due(record, noon));
}

TEST_CASE("what is told says why, and since when, only where an order failed") {
    SeededRng rng(7);
    NameRecords records = {{"a.example.org", ordered(ninety_days)},
                           {"b.example.org", refused({}, "no", false, rules, noon, rng)}};
    const DomainsReport report = domains_report("T", records);
    CHECK(report.acme_thumbprint == "T");
    REQUIRE(report.domains.size() == 2);
    CHECK(report.domains[0].not_after == ninety_days.not_after);
    CHECK(report.domains[0].failure.empty());
    CHECK_FALSE(report.domains[1].not_after);
    CHECK(report.domains[1].failure == "no");
    CHECK(report.domains[1].failed_at == noon);
}
