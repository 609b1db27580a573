// audit: who changed what, and whether that list is whole.
#include <cstdint>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/base/percent.h"
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

struct ListOptions {
    std::string account;
    std::string member;
    std::string subject;
    std::string since;
    std::string until;
};

struct VerifyOptions {
    std::string file;
    AuditMark kept;
};

Check a_moment() {
    const auto fault = [](const std::string& text) -> std::string {
        const auto moment = parse_moment(text, {});
        return moment.ok() ? std::string() : moment.failure().message;
    };
    return {"TIME", fault};
}

Check a_hash() {
    const auto fault = [](const std::string& text) -> std::string {
        const bool good = text.size() == audit_begin.size() &&
                          text.find_first_not_of("0123456789abcdef") == std::string::npos;
        return good ? std::string() : fmt::format("'{}' is no hash: 64 of 0-9 a-f", text);
    };
    return {"HASH", fault};
}

Result<std::string> query_of(Session& session, const ListOptions& options) {
    std::string query = "page_size=500";
    const auto put_moment = [&](const char* field, const std::string& text) -> Status {
        if (text.empty()) return ok_status();
        add_to_query(query, field, to_rfc3339(TRY(parse_moment(text, session.clock().wall()))));
        return ok_status();
    };
    add_to_query(query, "account", options.account);
    add_to_query(query, "member", options.member);
    add_to_query(query, "subject", options.subject);
    TRY(put_moment("since", options.since));
    TRY(put_moment("until", options.until));
    return query;
}

Status list(Session& session, const ListOptions& options) {
    const ListRoute route{.path = "/v1/audit",
                          .rows = "entries",
                          .nothing = "nothing was changed, as far as that goes",
                          .query = TRY(query_of(session, options))};
    const std::string body = TRY(session.whole_list(route));
    const Json all = Json::parse(body, nullptr, false);
    if (flag_field(all, "partial"))
        session.console().note(
            "this is a part of the log: whether that is whole cannot be told from it, only from "
            "all of it (foyer audit verify, by an auditor)");
    if (session.format() == Format::AsTable && list_field(all, route.rows).empty()) {
        session.console().note(route.nothing);
        return ok_status();
    }
    return session.show_rows(body, route.rows, view_audit);
}

// What is missing in a log that was saved before entries had a version is version 1.
Result<AuditVersion> version_of(const Json& from) {
    const std::int64_t version = from.contains("version") ? number_field(from, "version") : 1;
    if (version == 1) return AuditVersion::OfAccounts;
    if (version == 2) return AuditVersion::OfPeople;
    return error(ErrorCode::InvalidArgument,
                 fmt::format("an entry has version {}, which this foyer does not know", version),
                 {{std::string(next_key), "verify it with a newer foyer"}});
}

Result<AuditEntry> entry_of(const Json& from) {
    const auto at = parse_rfc3339(text_field(from, "at"));
    AuditEntry entry;
    entry.sequence = number_field(from, "sequence");
    if (!at || entry.sequence < 1)
        return error(ErrorCode::InvalidArgument,
                     fmt::format("this is no entry of an audit log: {:.80}", from.dump()));
    entry.version = TRY(version_of(from));
    entry.at = *at;
    entry.account = text_field(from, "account");
    entry.member = text_field(from, "member");
    entry.token = text_field(from, "token_id");
    entry.rpc = text_field(from, "rpc");
    entry.subject = text_field(from, "subject");
    entry.owner = text_field(from, "owner");
    entry.request_id = text_field(from, "request_id");
    entry.body_hash = text_field(from, "body_hash");
    entry.previous = text_field(from, "previous");
    entry.hash = text_field(from, "hash");
    entry.revision = Revision(static_cast<std::uint64_t>(number_field(from, "revision")));
    return entry;
}

struct SavedLog {
    std::vector<AuditEntry> entries;
    bool goes_on = false;  // there were more than one command reads
};

Result<SavedLog> read_log(const std::string& path) {
    const std::string text = TRY(os::read_file(path, file_bytes_max));
    const Json list = Json::parse(text, nullptr, false);
    if (!field(list, "entries").is_array())
        return usage_error(fmt::format("'{}' holds no audit log", path),
                           "foyer audit ls --output json > FILE");
    if (flag_field(list, "partial"))
        return usage_error(
            fmt::format("'{}' holds a part of the log, of which nobody can tell whether it is "
                        "whole: entries between its own were left out",
                        path),
            "foyer audit ls --output json > FILE, as an operator or auditor, by no more than "
            "--since and --until");
    SavedLog log;
    for (const Json& one : list_field(list, "entries")) log.entries.push_back(TRY(entry_of(one)));
    log.goes_on = !text_field(field(list, "page"), "next_page_token").empty();
    return log;
}

std::string kept_text(const AuditEntry& last, std::int64_t kept) {
    return fmt::format("entry {} is as you kept it; {} are newer\n", kept, last.sequence - kept);
}

void tell(Session& session, const SavedLog& log, std::optional<std::int64_t> kept) {
    if (log.entries.empty()) return session.console().data("no entries\n");
    const AuditEntry& first = log.entries.front();
    const AuditEntry& last = log.entries.back();
    session.console().data(
        fmt::format("whole: {} entries, {} to {}, from {} to {}\n{}"
                    "hash of the newest: {}\n",
                    log.entries.size(), first.sequence, last.sequence, to_rfc3339(first.at),
                    to_rfc3339(last.at), kept ? kept_text(last, *kept) : "", last.hash));
    if (first.sequence != 1)
        session.console().note(fmt::format("it begins after entry {}, whose hash must have been {}",
                                           first.sequence - 1, first.previous));
    if (log.goes_on)
        session.console().note(
            fmt::format("the log goes on after entry {}: save the rest by "
                        "foyer audit ls --since {}",
                        last.sequence, to_rfc3339(last.at)));
}

Status verify(Session& session, const VerifyOptions& options) {
    const SavedLog log = TRY(read_log(options.file));
    TRY(verify_audit(log.entries, tls::sha256_hex));
    std::optional<std::int64_t> kept;
    if (options.kept.sequence > 0 || !options.kept.hash.empty())
        kept = TRY(find_audit_mark(log.entries, options.kept));
    if (!session.wants_json()) return tell(session, log, kept), ok_status();
    OrderedJson facts = {{"whole", true}, {"entries", log.entries.size()}};
    if (!log.entries.empty()) {
        facts["first"] = log.entries.front().sequence;
        facts["last"] = log.entries.back().sequence;
        facts["newest_hash"] = log.entries.back().hash;
    }
    if (kept) facts["kept"] = *kept;
    return session.print_json(own_output(facts).dump());
}

void add_list(Command group, Session& session) {
    auto& options = session.keep<ListOptions>();
    Command command = add_command(group, "ls",
                                  "list changes, oldest first: of what is yours; all of them for "
                                  "operators and auditors");
    session.has_rows(command);
    command.add_option("--account", options.account, "only what this account did")
        .type_name("ACCOUNT");
    command
        .add_option("--member", options.member,
                    "only what this person of the account did (operators, auditors: with "
                    "--account)")
        .type_name("MEMBER");
    command.add_option("--subject", options.subject,
                       "only what was done to the thing of this name: an instance, a box, …");
    command
        .add_option("--since", options.since,
                    "only from then on: 2026-05-01, 2026-05-01T10:00:00Z, or 7d ago")
        .check(a_moment());
    command.add_option("--until", options.until, "only up to then, likewise").check(a_moment());
    command.callback([&session, &options] {
        session.action = [&session, &options] { return list(session, options); };
    });
}

void add_verify(Command group, Session& session) {
    auto& options = session.keep<VerifyOptions>();
    Command command = add_command(group, "verify",
                                  "check that a saved log is whole, without the master; save it "
                                  "with foyer audit ls --output json > FILE");
    command.add_option("file", options.file, "the saved log").required().type_name("FILE");
    command
        .add_option("--expect-hash", options.kept.hash,
                    "and that it still holds the entry of this hash, which you kept: else entries "
                    "at its end may have been cut off")
        .check(a_hash());
    command
        .add_option("--expect-entry", options.kept.sequence,
                    "and that it reaches to the entry of this number, which has that hash")
        .check(between(1, INT64_MAX))
        .type_name("NUMBER");
    command.callback([&session, &options] {
        session.action = [&session, &options] { return verify(session, options); };
    });
}

}  // namespace

void add_audit_commands(Command app, Session& session) {
    Command group = add_group(app, "audit", "who changed what");
    add_list(group, session);
    add_verify(group, session);
}

}  // namespace foyer::cli
