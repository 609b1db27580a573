#include "common/model/audit.h"

#include <algorithm>

namespace foyer {
namespace {

// Length first: no value can pass for another field.
void put(std::string& text, std::string_view key, std::string_view value) {
    text += std::string(key) + " " + std::to_string(value.size()) + " " + std::string(value) + "\n";
}

Error broken(const AuditEntry& entry, std::string_view why) {
    return error(ErrorCode::InvalidArgument,
                 "audit entry " + std::to_string(entry.sequence) + " " + std::string(why),
                 {{"sequence", std::to_string(entry.sequence)}});
}

bool names_somebody(const AuditEntry& entry) {
    return !entry.member.empty() || !entry.token.empty() || !entry.owner.empty();
}

Error not_kept(const std::string& why) {
    return error(ErrorCode::InvalidArgument,
                 why + ": entries were cut off, or the log was rewritten");
}

}  // namespace

std::string audit_text(const AuditEntry& entry) {
    const bool of_people = entry.version == AuditVersion::OfPeople;
    std::string text = of_people ? "foyer audit 2\n" : "foyer audit 1\n";
    put(text, "sequence", std::to_string(entry.sequence));
    put(text, "at_ms", std::to_string(entry.at.unix_ms));
    put(text, "account", entry.account);
    if (of_people) {
        put(text, "member", entry.member);
        put(text, "token", entry.token);
    }
    put(text, "rpc", entry.rpc);
    put(text, "subject", entry.subject);
    if (of_people) put(text, "owner", entry.owner);
    put(text, "request_id", entry.request_id);
    put(text, "body_hash", entry.body_hash);
    put(text, "revision", std::to_string(entry.revision.number()));
    put(text, "previous", entry.previous);
    return text;
}

Status verify_audit(const std::vector<AuditEntry>& entries, TextHash hash) {
    const AuditEntry* before = nullptr;
    for (const AuditEntry& entry : entries) {
        if (before == nullptr && entry.sequence == 1 && entry.previous != audit_begin)
            return broken(entry, "is the first, and names one before it");
        if (before != nullptr && entry.sequence != before->sequence + 1)
            return broken(entry, "does not follow " + std::to_string(before->sequence) +
                                     ": what lay between is missing");
        if (before != nullptr && entry.previous != before->hash)
            return broken(entry, "names another entry before it: one was changed or replaced");
        if (before != nullptr && entry.version < before->version)
            return broken(entry, "is of an older version than the one before it");
        if (entry.version == AuditVersion::OfAccounts && names_somebody(entry))
            return broken(entry, "says more than its hash covers: it was changed");
        if (hash(audit_text(entry)) != entry.hash)
            return broken(entry, "does not have its own hash: it was changed");
        before = &entry;
    }
    return ok_status();
}

Result<std::int64_t> find_audit_mark(const std::vector<AuditEntry>& entries,
                                     const AuditMark& mark) {
    const std::string newest =
        entries.empty() ? "it is empty"
                        : "its newest entry is " + std::to_string(entries.back().sequence);
    if (mark.sequence == 0) {
        const auto found = std::ranges::find(entries, mark.hash, &AuditEntry::hash);
        if (found != entries.end()) return found->sequence;
        return not_kept("no entry has the hash you kept, and " + newest);
    }
    const std::string number = std::to_string(mark.sequence);
    const auto found = std::ranges::find(entries, mark.sequence, &AuditEntry::sequence);
    if (found != entries.end()) {
        if (mark.hash.empty() || found->hash == mark.hash) return mark.sequence;
        return not_kept("entry " + number + " has not the hash you kept");
    }
    if (!entries.empty() && entries.front().sequence > mark.sequence)
        return error(ErrorCode::InvalidArgument, "the log was saved from after entry " + number +
                                                     " on, so it cannot hold it; save more of it");
    return not_kept("there is no entry " + number + ", " + newest);
}

}  // namespace foyer
