#include "node-agent/state/file_shelf.h"

#include <nlohmann/json.hpp>

#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "common/tls/certificate.h"
#include "node-agent/state/checked_file.h"
#include "node-agent/state/json_fields.h"

namespace foyer::agent {
namespace {

constexpr std::string_view ending = ".pem";

using Json = nlohmann::json;

Json moment(const std::optional<WallTime>& time) { return time ? time->unix_ms : 0; }

std::optional<WallTime> moment_from(std::int64_t unix_ms) {
    return unix_ms == 0 ? std::nullopt : std::optional(WallTime{unix_ms});
}

// The key belongs to the certificate, or neither is of use.
Result<CertificateSpan> span_of(const std::string& pem) {
    const auto chain = TRY(tls::split_bundle(pem));
    const tls::CertificateFacts facts = TRY(tls::read_certificate(chain.front()));
    TRY(tls::check_key_pair(chain.front(), Secret(pem)));
    return CertificateSpan{facts.not_before, facts.not_after};
}

}  // namespace

NameRecords FileShelf::load() {
    NameRecords records;
    const auto names = os::list_dir(folder_);
    if (!names.ok()) return records;
    for (const std::string& entry : names.value()) {
        if (!entry.ends_with(ending)) continue;
        const std::string name = entry.substr(0, entry.size() - ending.size());
        const auto pem = os::read_file(folder_ + "/" + entry);
        const auto span = pem.ok() ? span_of(pem.value()) : Result<CertificateSpan>(pem.failure());
        if (span.ok()) {
            records[name].held = span.value();
            continue;
        }
        log_.failure(LogLevel::Warn, "certificate_unreadable", span.failure(), {{"domain", name}});
        discard(os::remove_file(folder_ + "/" + entry), "it is asked for anew, and replaced then");
    }
    load_orders(records);
    return records;
}

void FileShelf::load_orders(NameRecords& records) {
    const auto body = read_checked(orders_file());
    if (!body.ok() || !body.value().is_object()) return;
    for (const auto& [name, item] : body.value().items()) {
        JsonFields fields(item);
        NameRecord told;
        told.failures = fields.whole("failures");
        told.failure = fields.text("failure");
        told.failed_at = moment_from(fields.number("failed_at_unix_ms"));
        told.retry_at = moment_from(fields.number("retry_at_unix_ms"));
        if (!fields.ok() || told.failures < 1 || told.failure.empty()) continue;
        told.held = records[name].held;
        records[name] = std::move(told);
    }
}

std::string FileShelf::file(const std::string& name) const {
    return os::exists(path_of(name)) ? path_of(name) : std::string();
}

Status FileShelf::put(const std::string& name, const AcmeClient::Issued& issued) {
    TRY(os::make_dirs(folder_, 0700));
    std::string pem = issued.chain_pem;
    if (!pem.ends_with('\n')) pem += '\n';
    return os::write_atomically(path_of(name), pem + issued.key_pem.reveal(), {.mode = 0600});
}

Status FileShelf::erase(const std::string& name) { return os::remove_file(path_of(name)); }

Status FileShelf::note(const NameRecords& records) {
    Json body = Json::object();
    for (const auto& [name, record] : records) {
        if (record.failures == 0) continue;
        body[name] = {{"failures", record.failures},
                      {"failure", record.failure},
                      {"failed_at_unix_ms", moment(record.failed_at)},
                      {"retry_at_unix_ms", moment(record.retry_at)}};
    }
    TRY(os::make_dirs(folder_, 0700));
    return write_checked(orders_file(), body);
}

}  // namespace foyer::agent
