#include "node-agent/state/file_journal.h"

#include <cstdio>
#include <linux/magic.h>
#include <nlohmann/json.hpp>
#include <sys/vfs.h>

#include "common/os/files.h"
#include "node-agent/state/checked_file.h"
#include "node-agent/state/desired_json.h"
#include "node-agent/state/host_json.h"
#include "node-agent/state/local_json.h"
#include "node-agent/state/mail_json.h"
#include "node-agent/state/takeover_json.h"

namespace foyer::agent {
namespace {

// A wish of many partitions with their release documents fits in; partitions' own files are tiny.
constexpr Bytes reserve_size = mebibytes(4);

bool is_in_memory(const std::string& folder) {
    struct statfs facts{};
    if (::statfs(folder.c_str(), &facts) != 0) return false;
    return facts.f_type == TMPFS_MAGIC || facts.f_type == RAMFS_MAGIC;
}

// No partition is named like that.
constexpr const char* mail_keys = "/mail";

nlohmann::json secrets_json(const DesiredNode& desired) {
    nlohmann::json body = nlohmann::json::object();
    if (auto keys = mail_keys_json(desired); !keys.is_null()) body[mail_keys] = std::move(keys);
    for (const auto& [partition, assignment] : desired.assignments)
        body[partition.str()] = assignment.secrets.by_name;
    return body;
}

// The remembered secrets of one assignment, when they are exactly those it had.
bool restore_secrets(const nlohmann::json& remembered, const std::set<std::string>& names,
                     Assignment& assignment) {
    if (names.empty()) return true;
    const auto mine = remembered.find(assignment.partition.str());
    if (mine == remembered.end() || !mine->is_object() || mine->size() != names.size())
        return false;
    for (const std::string& name : names) {
        const auto secret = mine->find(name);
        if (secret == mine->end() || !secret->is_string()) return false;
        assignment.secrets.by_name[name] = secret->get<std::string>();
    }
    return true;
}

}  // namespace

FileJournal::FileJournal(std::string state_dir, std::string secrets_file, Log& log)
    : state_dir_(std::move(state_dir)),
      secrets_file_(std::move(secrets_file)),
      log_(log),
      reserve_(state_dir_ + "/reserve", reserve_size),
      reserve_whole_(true) {
    refill();
}

Result<std::unique_ptr<FileJournal>> FileJournal::open(const std::string& state_dir,
                                                       const std::string& memory_dir, Log& log) {
    TRY(os::make_dirs(state_dir, 0700));
    TRY(os::make_dirs(state_dir + "/partitions", 0700));
    TRY(os::make_dirs(memory_dir, 0711));
    const bool in_memory = is_in_memory(memory_dir);
    if (!in_memory)
        log.warn("secrets_not_kept",
                 {{"memory_dir", memory_dir},
                  {"why", "not a tmpfs: after a restart they come from the master"}});
    return std::unique_ptr<FileJournal>(
        new FileJournal(state_dir, in_memory ? memory_dir + "/wish-secrets.json" : "", log));
}

std::string FileJournal::local_file(const PartitionId& partition) const {
    return state_dir_ + "/partitions/" + partition.str() + ".json";
}

void FileJournal::put_aside(const std::string& path, const Error& reason) {
    const std::string aside = path + ".damaged";
    const bool moved = std::rename(path.c_str(), aside.c_str()) == 0;
    log_.failure(LogLevel::Error, "journal_damaged", reason,
                 {{"file", path}, {"put_aside", moved ? aside : "no"}});
}

Recovered FileJournal::recover() {
    Recovered recovered;
    recover_desired(recovered);
    recover_partitions(recovered);
    recover_takeovers(recovered);
    recover_host(recovered);
    recover_refusals(recovered);
    return recovered;
}

void FileJournal::recover_desired(Recovered& recovered) {
    const std::string path = state_dir_ + "/desired.json";
    const auto body = read_checked(path);
    if (!body.ok()) {
        recovered.desired_lost = true;
        if (body.failure().code != ErrorCode::NotFound) put_aside(path, body.failure());
        return;
    }
    auto read = desired_from_json(body.value());
    if (!read) {
        recovered.desired_lost = true;
        put_aside(path, error(ErrorCode::InvalidArgument, "not a journal of this version"));
        return;
    }
    recovered.desired = std::move(read->desired);
    recovered.removed = std::move(read->removed);
    recovered.agent_version = std::move(read->agent_version);
    nlohmann::json remembered = nlohmann::json::object();
    if (!secrets_file_.empty()) {
        auto secrets = read_checked(secrets_file_);
        if (secrets.ok() && secrets.value().is_object()) remembered = std::move(secrets).value();
    }
    recovered.mail_keys_lost =
        !restore_mail_keys(remembered.value(mail_keys, nlohmann::json()), recovered.desired);
    for (auto& [partition, assignment] : recovered.desired.assignments) {
        const std::set<std::string>& names = read->secret_names[partition];
        if (restore_secrets(remembered, names, assignment)) continue;
        assignment.secrets = {};
        recovered.without_secrets[partition] = names;
    }
}

void FileJournal::recover_partitions(Recovered& recovered) {
    const std::string folder = state_dir_ + "/partitions";
    const auto names = os::list_dir(folder);
    if (!names.ok()) {
        log_.failure(LogLevel::Error, "journal_unreadable", names.failure());
        return;
    }
    for (const std::string& name : names.value()) {
        if (!name.ends_with(".json")) continue;
        const std::string path = folder + "/" + name;
        const auto body = read_checked(path);
        const auto local = body.ok() ? local_from_json(body.value()) : std::nullopt;
        if (local && local->partition.str() + ".json" == name) {
            recovered.partitions[local->partition] = *local;
            continue;
        }
        put_aside(path, body.ok()
                            ? error(ErrorCode::InvalidArgument, "not a journal of this version")
                            : body.failure());
        // Something was here: its role is asked of the service, not guessed.
        LocalState unknown{.partition = PartitionId(name.substr(0, name.size() - 5))};
        unknown.led.reset();
        unknown.begun_empty = false;
        recovered.partitions[unknown.partition] = unknown;
    }
}

void FileJournal::recover_takeovers(Recovered& recovered) {
    const std::string path = state_dir_ + "/takeovers.json";
    const auto body = read_checked(path);
    if (!body.ok() && body.failure().code == ErrorCode::NotFound) return;
    auto kept = body.ok() ? takeovers_from_json(body.value()) : std::nullopt;
    if (kept)
        recovered.takeovers = *std::move(kept);
    else
        put_aside(path, body.ok()
                            ? error(ErrorCode::InvalidArgument, "not a journal of this version")
                            : body.failure());
}

Status forget_host_order(const std::string& state_dir) {
    TRY(os::remove_file(state_dir + "/refusals.json"));
    return os::remove_file(state_dir + "/host.json");
}

void FileJournal::recover_host(Recovered& recovered) {
    const std::string path = state_dir_ + "/host.json";
    const auto body = read_checked(path);
    if (!body.ok() && body.failure().code == ErrorCode::NotFound) return;
    const auto host = body.ok() ? host_from_json(body.value()) : std::nullopt;
    recovered.host = host.value_or(HostOrder{HostWish::Paused, std::nullopt});
    if (host) return;
    put_aside(path, body.ok() ? error(ErrorCode::InvalidArgument, "not a journal of this version")
                              : body.failure());
    const Status kept = keep(recovered.host);
    if (!kept.ok()) log_.failure(LogLevel::Warn, "host_order_not_kept", kept.failure());
}

void FileJournal::recover_refusals(Recovered& recovered) {
    const std::string path = state_dir_ + "/refusals.json";
    const auto body = read_checked(path);
    if (!body.ok() && body.failure().code == ErrorCode::NotFound) return;
    const auto refuses = body.ok() ? refusals_from_json(body.value()) : std::nullopt;
    const bool sane = refuses && check(*refuses).ok();
    recovered.refuses = sane ? *refuses : everything_refused();
    if (sane) return;
    put_aside(path, body.ok() ? error(ErrorCode::InvalidArgument, "not a journal of this version")
                              : body.failure());
    const Status kept = keep(recovered.refuses);
    if (!kept.ok()) log_.failure(LogLevel::Warn, "refusals_not_kept", kept.failure());
}

Status FileJournal::save(const DesiredNode& desired, const Removals& removed,
                         const std::string& agent_version) {
    if (!secrets_file_.empty()) TRY(write_checked(secrets_file_, secrets_json(desired)));
    return write(state_dir_ + "/desired.json", to_json(desired, removed, agent_version));
}

Status FileJournal::save(const LocalState& local) {
    return write(local_file(local.partition), to_json(local));
}

Status FileJournal::keep(const KeptTakeovers& kept) {
    return write(state_dir_ + "/takeovers.json", to_json(kept));
}

Status FileJournal::keep(const HostOrder& host) {
    return write(state_dir_ + "/host.json", to_json(host));
}

Status FileJournal::keep(const HostRefusals& refuses) {
    return write(state_dir_ + "/refusals.json", to_json(refuses));
}

Status FileJournal::write(const std::string& path, const nlohmann::json& body) {
    Status done = write_checked(path, body);
    const auto is_full = [&] {
        return !done.ok() && done.failure().code == ErrorCode::ResourceExhausted;
    };
    const std::scoped_lock lock(reserve_mutex_);
    if (!is_full() && reserve_whole_) return done;
    while (is_full() && reserve_.give().ok()) done = write_checked(path, body);
    // Taken again at once: a write replaces a file, so in the end it needs next to nothing.
    refill();
    return done;
}

void FileJournal::refill() {
    const Status taken = reserve_.take();
    if (taken.ok() != reserve_whole_) {
        if (taken.ok()) {
            log_.info("journal_reserve_whole");
        } else {
            log_.failure(LogLevel::Warn, "journal_reserve_short", taken.failure());
        }
    }
    reserve_whole_ = taken.ok();
}

Status FileJournal::forget(const PartitionId& partition) {
    TRY(os::remove_file(local_file(partition)));
    return os::sync_dir(state_dir_ + "/partitions");
}

}  // namespace foyer::agent
