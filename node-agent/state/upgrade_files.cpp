#include "node-agent/state/upgrade_files.h"

#include <sys/stat.h>

#include "common/base/text.h"
#include "common/os/atomic_file.h"
#include "common/os/child_process.h"
#include "common/os/files.h"
#include "common/tls/ed25519.h"
#include "common/tls/sha256.h"
#include "node-agent/state/checked_file.h"
#include "node-agent/state/json_fields.h"

namespace foyer::agent {
namespace {

using Json = nlohmann::json;

constexpr Duration dpkg_patience{60'000};
constexpr std::size_t small_file_max = 4096;

Json to_json(const SignedAgentPackage& package) {
    return {{"document", package.document}, {"signature", package.signature}};
}

Json to_json(const KeptUpgrade& kept) {
    Json body = {{"off", kept.off},
                 {"came_from", kept.came_from},
                 {"order", kept.order},
                 {"phase", to_text(kept.phase)},
                 {"reason", kept.reason}};
    if (kept.orders) {
        body["wanted"] = to_json(kept.orders->wanted);
        body["present"] = to_json(kept.orders->present);
    }
    return body;
}

SignedAgentPackage package_from(const Json& body, JsonFields& whole) {
    JsonFields fields(body);
    SignedAgentPackage package{fields.text("document"), fields.text("signature")};
    whole.is(fields.ok());
    return package;
}

std::optional<KeptUpgrade> kept_from(const Json& body) {
    JsonFields fields(body);
    KeptUpgrade kept;
    kept.off = fields.truth("off");
    kept.came_from = fields.text("came_from");
    kept.order = fields.number("order");
    const auto phase = upgrade_phase_from(fields.text("phase"));
    if (fields.is(phase.has_value())) kept.phase = *phase;
    kept.reason = fields.text("reason");
    const bool open =
        kept.phase == UpgradePhase::Fetching || kept.phase == UpgradePhase::Installing;
    if (fields.is(fields.has("wanted") == open && fields.has("present") == open) && open)
        kept.orders = UpgradeOrder{kept.order, package_from(body["wanted"], fields),
                                   package_from(body["present"], fields)};
    return fields.ok() ? std::optional(kept) : std::nullopt;
}

// The value of "key value" in a few lines.
std::string line_of(const std::string& text, const std::string& key) {
    for (const std::string& line : split(text, '\n')) {
        if (line.starts_with(key + " ")) return line.substr(key.size() + 1);
    }
    return {};
}

std::string hash_of(const AgentPackage& package) {
    return package.file.str().substr(package.file.str().find(':') + 1);
}

bool is_whole(const std::string& file, const AgentPackage& package) {
    struct stat facts{};
    if (::stat(file.c_str(), &facts) != 0 || facts.st_size != package.size.count()) return false;
    const auto hash = tls::sha256_file(file);
    return hash.ok() && hash.value() == hash_of(package);
}

Result<DebFields> read_fields(const std::string& deb) {
    os::Command command;
    command.argv = {"dpkg-deb", "--field", deb, "Package", "Version", "Architecture"};
    command.timeout = dpkg_patience;
    std::string told = TRY(os::run_checked(command));
    std::erase(told, ':');  // "Package: foyer-node"
    return DebFields{line_of(told, "Package"), line_of(told, "Version"),
                     line_of(told, "Architecture")};
}

}  // namespace

KeptUpgrade FileUpgrades::load(Log& log) const {
    const auto body = read_checked(state_file_);
    if (!body.ok() && body.failure().code == ErrorCode::NotFound) return {};
    if (body.ok()) {
        if (const auto kept = kept_from(body.value())) return *kept;
    }
    log.failure(LogLevel::Error, "upgrades_damaged",
                body.ok()
                    ? error(ErrorCode::InvalidArgument, "'" + state_file_ + "' is not of ours")
                    : body.failure());
    KeptUpgrade unknown;
    unknown.off = true;
    return unknown;
}

Status FileUpgrades::can_install() {
    if (os::exists("/usr/libexec/foyer/foyer-node-upgrade") && os::exists("/run/systemd/system"))
        return ok_status();
    return error(ErrorCode::FailedPrecondition,
                 "this agent is not one of Debian's package with systemd: its host upgrades it "
                 "himself");
}

Status FileUpgrades::keep(const KeptUpgrade& kept) {
    TRY(os::make_dirs(os::parent_of(state_file_), 0700));
    TRY(os::make_dirs(folder_, 0700));
    return write_checked(state_file_, to_json(kept));
}

bool FileUpgrades::is_right(const std::string& file, const AgentPackage& package) {
    return is_whole(file, package);
}

Status FileUpgrades::remove(const std::string& file) { return os::remove_file(file); }

Result<DebFields> FileUpgrades::inspect(const std::string& file) { return read_fields(file); }

bool FileUpgrades::is_handed_over(std::int64_t order) {
    const auto go = os::read_file(file("go"), small_file_max);
    return go.ok() && line_of(go.value(), "order") == std::to_string(order);
}

Status FileUpgrades::keep_signed(const std::string& name, const SignedAgentPackage& package) const {
    TRY(os::write_atomically(file(name + ".document"), package.document, {.mode = 0600}));
    return os::write_atomically(file(name + ".signature"), package.signature + "\n",
                                {.mode = 0600});
}

// `go` comes last: the helper begins with it.
Status FileUpgrades::hand_over(const HandedOver& what) {
    TRY(keep_signed("wanted", what.order.wanted));
    TRY(keep_signed("present", what.order.present));
    for (const char* left : {"outcome", "phase", "synced"}) TRY(os::remove_file(file(left)));
    TRY(os::sync_dir(folder_));
    const std::string go = "order " + std::to_string(what.order.number) + "\nversion " +
                           what.wanted.version + "\npresent " + what.present.version + "\nsha256 " +
                           hash_of(what.wanted) + "\npresent_sha256 " + hash_of(what.present) +
                           "\n";
    return os::write_atomically(file("go"), go, {.mode = 0600});
}

Status FileUpgrades::mark_synced(const std::string& version) {
    return os::write_atomically(file("synced"), version + "\n", {.mode = 0600});
}

std::optional<UpgradeOutcome> FileUpgrades::outcome(std::int64_t order) {
    const auto text = os::read_file(file("outcome"), small_file_max);
    if (!text.ok()) return std::nullopt;
    std::vector<std::string> lines = split(text.value(), '\n');
    lines.resize(3);
    const auto phase = upgrade_phase_from(lines[1]);
    const bool ended = phase == UpgradePhase::Done || phase == UpgradePhase::WentBack ||
                       phase == UpgradePhase::Refused;
    if (lines[0] != std::to_string(order) || !ended) return std::nullopt;
    return UpgradeOutcome{*phase, lines[2]};
}

Status FileUpgrades::clear() {
    for (const char* name :
         {"go", "wanted.deb", "present.deb", "wanted.document", "wanted.signature",
          "present.document", "present.signature", "phase", "synced", "outcome"})
        TRY(os::remove_file(file(name)));
    return ok_status();
}

Status forget_upgrades(const std::string& data_dir) {
    TRY(os::remove_file(data_dir + "/state/upgrade.json"));
    return os::remove_tree(data_dir + "/upgrade");
}

Status check_package_file(const std::string& deb, const std::vector<std::string>& keys,
                          const std::string& architecture) {
    const std::string stem = deb.ends_with(".deb") ? deb.substr(0, deb.size() - 4) : deb;
    SignedAgentPackage given{TRY(os::read_file(stem + ".document", small_file_max)),
                             TRY(os::read_file(stem + ".signature", small_file_max))};
    while (given.signature.ends_with('\n')) given.signature.pop_back();
    const AgentPackage package = TRY(verify_package(given, keys, tls::ed25519_verify));
    if (package.architecture != architecture)
        return error(ErrorCode::FailedPrecondition, "the package is for " + package.architecture +
                                                        ", and this box is " + architecture);
    if (!is_whole(deb, package))
        return error(ErrorCode::InvalidArgument,
                     "'" + deb + "' is not the package that was signed: its hash or size differs");
    return check_deb(TRY(read_fields(deb)), package);
}

std::string machine_architecture() {
    os::Command command;
    command.argv = {"dpkg", "--print-architecture"};
    command.timeout = dpkg_patience;
    auto told = os::run_checked(command);
    if (!told.ok()) return {};
    std::string name = std::move(told).value();
    while (name.ends_with('\n')) name.pop_back();
    return check_agent_architecture(name).ok() ? name : std::string();
}

}  // namespace foyer::agent
