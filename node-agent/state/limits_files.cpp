#include "node-agent/state/limits_files.h"

#include <cstdio>

#include "common/os/files.h"
#include "node-agent/state/checked_file.h"
#include "node-agent/state/json_fields.h"
#include "node-agent/state/limits_json.h"

namespace foyer::agent {
namespace {

Error no_form(const std::string& path) {
    return error(ErrorCode::InvalidArgument, "'" + path + "' is not of ours");
}

}  // namespace

void FileLimits::put_aside(const std::string& path, const Error& reason) {
    const std::string aside = path + ".damaged";
    const bool moved = std::rename(path.c_str(), aside.c_str()) == 0;
    log_.failure(LogLevel::Error, "limits_damaged", reason,
                 {{"file", path}, {"put_aside", moved ? aside : "no"}});
}

KeptLimits FileLimits::load() {
    KeptLimits kept;
    load_traffic(kept.book);
    // The damage outlives this agent: until the host sets limits again, each one finds it.
    kept.lost = os::exists(limits_file() + ".damaged");
    const auto body = read_checked(limits_file());
    if (!body.ok() && body.failure().code == ErrorCode::NotFound) return kept;
    const auto limits = body.ok() ? limits_from_json(body.value()) : std::nullopt;
    if (limits && check(*limits).ok()) {
        kept.limits = *limits;
        kept.lost = false;
        return kept;
    }
    kept.lost = true;
    put_aside(limits_file(), body.ok() ? no_form(limits_file()) : body.failure());
    return kept;
}

void FileLimits::load_traffic(TrafficBook& book) {
    for (std::uint64_t turn = 0; turn < 2; ++turn) {
        const std::string file = traffic_file(turn);
        const auto body = read_checked(file);
        if (!body.ok() && body.failure().code == ErrorCode::NotFound) continue;
        std::optional<TrafficBook> found;
        std::uint64_t written = 0;
        if (body.ok()) {
            JsonFields fields(body.value());
            written = fields.count("turn");
            if (fields.ok()) found = traffic_from_json(body.value());
        }
        if (!found) {
            put_aside(file, body.ok() ? no_form(file) : body.failure());
            continue;
        }
        if (written < next_) continue;
        book = std::move(*found);
        next_ = written + 1;
    }
}

Status FileLimits::keep(const HostLimits& limits) {
    TRY(write_checked(limits_file(), to_json(limits)));
    return os::remove_file(limits_file() + ".damaged");
}

Status FileLimits::keep(const TrafficBook& book) {
    nlohmann::json body = to_json(book);
    body["turn"] = next_;
    TRY(write_checked(traffic_file(next_), body));
    next_ += 1;
    return ok_status();
}

Status forget_limits(const std::string& state_dir) {
    for (const char* name : {"/limits.json", "/limits.json.damaged"})
        TRY(os::remove_file(state_dir + name));
    return ok_status();
}

}  // namespace foyer::agent
