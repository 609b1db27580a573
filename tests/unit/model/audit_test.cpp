#include "common/model/audit.h"

#include "common/tls/sha256.h"
//
#include "tests/support/catch.h"

using namespace foyer;

namespace {

std::string hash_of(std::string_view text) { return tls::sha256_hex(text); }

std::vector<AuditEntry> log_of(int count) {
    std::vector<AuditEntry> entries;
    std::string previous(audit_begin);
    for (int number = 1; number <= count; ++number) {
        AuditEntry entry{number, WallTime{1'700'000'000'000 + number},
                         "anna", "foyer.api.v1.FleetService/CreateIsp",
                         "isp",  "r-1",
                         "bb",   previous,
                         {},     Revision(static_cast<std::uint64_t>(number))};
        entry.hash = hash_of(audit_text(entry));
        previous = entry.hash;
        entries.push_back(entry);
    }
    return entries;
}

bool whole(const std::vector<AuditEntry>& entries) { return verify_audit(entries, hash_of).ok(); }

std::string complaint(const std::vector<AuditEntry>& entries) {
    const Status status = verify_audit(entries, hash_of);
    return status.ok() ? std::string() : status.failure().message;
}

}  // namespace

TEST_CASE("a log is whole, and so is each end of it") {
    CHECK(whole({}));
    CHECK(whole(log_of(5)));
    auto later = log_of(5);
    later.erase(later.begin(), later.begin() + 3);
    CHECK(whole(later));
}

TEST_CASE("whatever is changed, left out or put in is told") {
    auto changed = log_of(5);
    changed[2].account = "bob";
    CHECK(complaint(changed).find("entry 3 does not have its own hash") != std::string::npos);
    changed[2].hash = hash_of(audit_text(changed[2]));  // whoever changed it was careful
    CHECK(complaint(changed).find("entry 4 names another entry") != std::string::npos);
    auto missing = log_of(5);
    missing.erase(missing.begin() + 1);
    CHECK(complaint(missing).find("entry 3 does not follow 1") != std::string::npos);
    auto twice = log_of(2);
    twice.push_back(twice.back());
    CHECK_FALSE(whole(twice));
    auto headless = log_of(3);
    headless[0].previous = std::string(64, 'a');
    CHECK(complaint(headless).find("is the first") != std::string::npos);
}

TEST_CASE("no value passes for another field") {
    AuditEntry one = log_of(1)[0];
    AuditEntry other = one;
    one.account = "a\nrpc 1 b";
    one.rpc = "c";
    other.account = "a";
    other.rpc = "b\nrpc 1 c";
    CHECK(audit_text(one) != audit_text(other));
}
