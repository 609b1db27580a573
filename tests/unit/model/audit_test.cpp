#include "common/model/audit.h"

#include "common/tls/sha256.h"
#include "tests/support/catch.h"

using namespace foyer;

namespace {

std::string hash_of(std::string_view text) { return tls::sha256_hex(text); }

// The first `old` of them of before people were recorded.
std::vector<AuditEntry> log_of(int count, int old = 0) {
    std::vector<AuditEntry> entries;
    std::string previous(audit_begin);
    for (int number = 1; number <= count; ++number) {
        AuditEntry entry;
        entry.sequence = number;
        entry.version = number <= old ? AuditVersion::OfAccounts : AuditVersion::OfPeople;
        entry.at = WallTime{1'700'000'000'000 + number};
        entry.account = "acme";
        if (number > old) {
            entry.member = "anna";
            entry.token = "t1";
            entry.owner = "acme";
        }
        entry.rpc = "foyer.api.v1.FleetService/CreateIsp";
        entry.subject = "isp";
        entry.request_id = "r-1";
        entry.body_hash = "bb";
        entry.previous = previous;
        entry.revision = Revision(static_cast<std::uint64_t>(number));
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

TEST_CASE("the bytes that are hashed, of both versions") {
    // As common/docs/audit.md has them: who checks a log elsewhere goes by these.
    const std::string zeros(audit_begin);
    CHECK(audit_text(log_of(1)[0]) ==
          "foyer audit 2\nsequence 1 1\nat_ms 13 1700000000001\naccount 4 acme\nmember 4 anna\n"
          "token 2 t1\nrpc 35 foyer.api.v1.FleetService/CreateIsp\nsubject 3 isp\nowner 4 acme\n"
          "request_id 3 r-1\nbody_hash 2 bb\nrevision 1 1\nprevious 64 " +
              zeros + "\n");
    CHECK(audit_text(log_of(1, 1)[0]) ==
          "foyer audit 1\nsequence 1 1\nat_ms 13 1700000000001\naccount 4 acme\n"
          "rpc 35 foyer.api.v1.FleetService/CreateIsp\nsubject 3 isp\n"
          "request_id 3 r-1\nbody_hash 2 bb\nrevision 1 1\nprevious 64 " +
              zeros + "\n");
}

TEST_CASE("entries of before still fit, and say no more than they did") {
    CHECK(whole(log_of(5, 5)));
    CHECK(whole(log_of(5, 3)));
    auto named = log_of(5, 3);
    named[1].member = "bob";
    CHECK(complaint(named).find("entry 2 says more than its hash covers") != std::string::npos);
    named = log_of(5, 3);
    named[1].owner = "acme";
    CHECK_FALSE(whole(named));
    // Whoever takes the person out of an entry by calling it old rewrites all that follow, and
    // more: after a new entry there is no old one.
    auto old_again = log_of(3, 1);
    AuditEntry& last = old_again[2];
    last.version = AuditVersion::OfAccounts;
    last.member = last.token = last.owner = "";
    CHECK(complaint(old_again).find("entry 3 is of an older version") != std::string::npos);
    last.hash = hash_of(audit_text(last));
    CHECK(complaint(old_again).find("entry 3 is of an older version") != std::string::npos);
}

TEST_CASE("who did it is held by the hash") {
    for (auto field : {&AuditEntry::member, &AuditEntry::token, &AuditEntry::owner}) {
        auto changed = log_of(3);
        changed[1].*field = "somebody";
        CHECK(complaint(changed).find("entry 2 does not have its own hash") != std::string::npos);
    }
}

TEST_CASE("an end that was cut off is noticed by what was kept") {
    const auto all = log_of(5);
    const auto cut = std::vector(all.begin(), all.begin() + 3);
    REQUIRE(whole(cut));
    const AuditMark fourth{4, all[3].hash};
    CHECK(find_audit_mark(all, fourth).value() == 4);
    CHECK(find_audit_mark(all, {0, all[3].hash}).value() == 4);
    CHECK(find_audit_mark(all, {4, {}}).value() == 4);
    for (const AuditMark& kept : {fourth, AuditMark{0, all[3].hash}, AuditMark{4, {}}}) {
        const auto found = find_audit_mark(cut, kept);
        REQUIRE_FALSE(found.ok());
        CHECK(found.failure().message.find("newest entry is 3") != std::string::npos);
        CHECK_FALSE(find_audit_mark({}, kept).ok());
    }
    // Written anew from some entry on, and whole again.
    auto rewritten = log_of(5, 4);
    REQUIRE(whole(rewritten));
    CHECK(find_audit_mark(rewritten, fourth).failure().message.find("entry 4 has not the hash") !=
          std::string::npos);
    // Of a part that begins later nothing can be said.
    const auto later = std::vector(all.begin() + 4, all.end());
    CHECK(find_audit_mark(later, fourth).failure().message.find("save more of it") !=
          std::string::npos);
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
