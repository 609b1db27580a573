#include "master/domain/quota.h"

#include <array>

#include "master/domain/events.h"

namespace foyer::master {
namespace {

constexpr Duration refusal_told_again{std::int64_t{3600} * 1000};

// One sort of what a quota counts.
struct Counted {
    std::string_view name;  // for programs
    std::string_view text;
    std::optional<std::int64_t> allowed;
    std::int64_t used = 0;
    std::int64_t asked = 0;
};

std::array<Counted, 3> counted(const State& state, const Account& owner, const Usage& asked) {
    const Usage used = state.used_by(owner.name);
    const Quota& quota = owner.quota;
    const std::optional<std::int64_t> disk =
        quota.disk ? std::optional(quota.disk->count()) : std::nullopt;
    return {Counted{"instances", "instances", quota.instances, used.instances, asked.instances},
            Counted{"copies", "copies", quota.copies, used.copies, asked.copies},
            Counted{"disk_bytes", "bytes of disk", disk, used.disk.count(), asked.disk.count()}};
}

// Without a product that could overflow: quotas go up to 2^60.
bool is_near(std::int64_t used, std::int64_t allowed) {
    return used >= allowed - allowed / 100 * (100 - quota_near_percent);
}

}  // namespace

Usage usage_of(const ReleaseSize& size, const ReplicationPolicy& policy) {
    return {1, policy.replicas, Bytes(size.resources.disk.count() * policy.replicas)};
}

Status check_quota(const State& state, const Account& owner, const Usage& asked) {
    for (const Counted& one : counted(state, owner, asked)) {
        if (!one.allowed || one.used + one.asked <= *one.allowed) continue;
        return error(
            ErrorCode::ResourceExhausted,
            "account '" + owner.name.str() + "' may have " + std::to_string(*one.allowed) + " " +
                std::string(one.text) + " and has " + std::to_string(one.used) +
                "; this order takes " + std::to_string(one.asked) +
                " more. Delete an instance, order less, or ask the operator of this cloud for a "
                "higher quota; `foyer account show` tells what is used",
            {{"rule", "quota"},
             {"quota", std::string(one.name)},
             {"allowed", std::to_string(*one.allowed)},
             {"used", std::to_string(one.used)},
             {"asked", std::to_string(one.asked)}});
    }
    return ok_status();
}

void tell_near_quota(Draft& draft, const Account& owner, const Usage& asked) {
    std::string near;
    for (const Counted& one : counted(draft.state(), owner, asked)) {
        if (!one.allowed || is_near(one.used, *one.allowed) ||
            !is_near(one.used + one.asked, *one.allowed))
            continue;
        near += (near.empty() ? "" : ", ") + std::to_string(one.used + one.asked) + " of " +
                std::to_string(*one.allowed) + " " + std::string(one.text);
    }
    if (!near.empty()) draft.event("quota_near", owner, near);
}

Result<Decision> note_refused_order(const State& state, const NoteRefusedOrder& command,
                                    WallTime now) {
    const Account owner =
        TRY(find_row(state.accounts(), command.account, "account", "foyer account ls"));
    Draft draft(state, now);
    if (!was_told(state, "quota_reached", owner.name.str(), now + -refusal_told_again))
        draft.event("quota_reached", owner, command.detail);
    return std::move(draft).done(owner.name.str());
}

}  // namespace foyer::master
