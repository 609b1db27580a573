// audit: who changed what, and whether that list is whole.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "common/model/audit.h"
#include "common/os/files.h"
#include "common/tls/sha256.h"
#include "master/cli/commands.h"
#include "master/cli/exit_code.h"
#include "master/cli/human.h"
#include "master/cli/views.h"

namespace foyer::cli {
namespace {

constexpr std::size_t file_bytes_max = std::size_t{1} << 30;

Result<AuditEntry> entry_of(const Json& from) {
    const auto at = parse_rfc3339(text_field(from, "at"));
    AuditEntry entry;
    entry.sequence = number_field(from, "sequence");
    if (!at || entry.sequence < 1)
        return error(ErrorCode::InvalidArgument,
                     fmt::format("this is no entry of an audit log: {:.80}", from.dump()));
    entry.at = *at;
    entry.account = text_field(from, "account");
    entry.rpc = text_field(from, "rpc");
    entry.subject = text_field(from, "subject");
    entry.request_id = text_field(from, "request_id");
    entry.body_hash = text_field(from, "body_hash");
    entry.previous = text_field(from, "previous");
    entry.hash = text_field(from, "hash");
    entry.revision = Revision(static_cast<std::uint64_t>(number_field(from, "revision")));
    return entry;
}

Result<std::vector<AuditEntry>> read_entries(const std::string& path) {
    const std::string text = TRY(os::read_file(path, file_bytes_max));
    const Json list = Json::parse(text, nullptr, false);
    if (!field(list, "entries").is_array())
        return usage_error(fmt::format("'{}' holds no audit log", path),
                           "foyer audit ls --output json > FILE");
    std::vector<AuditEntry> entries;
    for (const Json& one : list_field(list, "entries")) entries.push_back(TRY(entry_of(one)));
    return entries;
}

Status verify(Session& session, const std::string& path) {
    const std::vector<AuditEntry> entries = TRY(read_entries(path));
    TRY(verify_audit(entries, tls::sha256_hex));
    if (session.wants_json()) {
        OrderedJson facts = {{"whole", true}, {"entries", entries.size()}};
        if (!entries.empty()) {
            facts["first"] = entries.front().sequence;
            facts["last"] = entries.back().sequence;
            facts["newest_hash"] = entries.back().hash;
        }
        return session.print_json(own_output(facts).dump());
    }
    if (entries.empty()) {
        session.console().data("no entries\n");
        return ok_status();
    }
    const AuditEntry& first = entries.front();
    const AuditEntry& last = entries.back();
    session.console().data(fmt::format(
        "whole: {} entries, {} to {}, from {} to {}\nhash of the newest: {}\n", entries.size(),
        first.sequence, last.sequence, to_rfc3339(first.at), to_rfc3339(last.at), last.hash));
    if (first.sequence != 1)
        session.console().note(fmt::format("it begins after entry {}, whose hash must have been {}",
                                           first.sequence - 1, first.previous));
    return ok_status();
}

}  // namespace

void add_audit_commands(Command app, Session& session) {
    Command group = add_group(app, "audit", "who changed what (operator, auditor)");
    add_list_command(group, session, {"/v1/audit", "entries", "nothing was changed yet"},
                     view_audit);
    auto& file = session.keep<std::string>();
    Command command = add_command(group, "verify",
                                  "check that a saved log is whole, without the master; save it "
                                  "with foyer audit ls --output json > FILE");
    command.add_option("file", file, "the saved log").required().type_name("FILE");
    command.callback([&session, &file] {
        session.action = [&session, &file] { return verify(session, file); };
    });
}

}  // namespace foyer::cli
