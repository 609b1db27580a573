#include "common/model/audit.h"

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

}  // namespace

std::string audit_text(const AuditEntry& entry) {
    std::string text = "foyer audit 1\n";
    put(text, "sequence", std::to_string(entry.sequence));
    put(text, "at_ms", std::to_string(entry.at.unix_ms));
    put(text, "account", entry.account);
    put(text, "rpc", entry.rpc);
    put(text, "subject", entry.subject);
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
        if (hash(audit_text(entry)) != entry.hash)
            return broken(entry, "does not have its own hash: it was changed");
        before = &entry;
    }
    return ok_status();
}

}  // namespace foyer
