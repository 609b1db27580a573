// Publishing: a name belongs to the account and key that published it first; versions are never
// rewritten.
#include "master/domain/releases.h"

#include "common/base/text.h"
#include "master/domain/draft.h"
#include "master/domain/limits.h"

namespace foyer::master {

Result<Decision> publish_release(const State& state, const PublishRelease& command, WallTime now) {
    Release release = command.release;
    TRY(check_name("release", release.name.str()));
    if (release.sizes.empty())
        return error(ErrorCode::InvalidArgument, "a release needs at least one size",
                     {{"field", "sizes"}});
    for (auto at = state.releases().lower_bound({release.name, ReleaseVersion()});
         at != state.releases().end() && at->first.first == release.name; ++at) {
        const Release& earlier = at->second;
        if (earlier.publisher != release.publisher ||
            earlier.publisher_key != release.publisher_key) {
            return error(ErrorCode::PermissionDenied,
                         "release '" + release.name.str() + "' belongs to account '" +
                             earlier.publisher.str() + "' and its key; choose another name",
                         {{"rule", "release_owner"}});
        }
        if (earlier.version == release.version) {
            if (earlier.release_json == release.release_json) {
                Decision same;  // publishing the same bytes again changes nothing
                same.reply.subject = release.name.str();
                same.reply.version = release.version;
                return same;
            }
            return error(ErrorCode::AlreadyExists,
                         "release '" + release.name.str() + "' version '" + release.version.str() +
                             "' is published with other content; raise the version",
                         {{"field", "version"}});
        }
    }
    release.sequence = state.last_release_sequence() + 1;
    release.created_at = now;
    Draft draft(state, now);
    draft.put(release);
    draft.event(
        "release_published", release,
        "version " + release.version.str() + " published by '" + release.publisher.str() + "'");
    Decision decision = std::move(draft).done(release.name.str());
    decision.reply.version = release.version;
    return decision;
}

Result<Decision> withdraw_release(const State& state, const WithdrawRelease& command,
                                  WallTime now) {
    const std::string title =
        "release '" + command.name.str() + "' version '" + command.version.str() + "'";
    const auto found = state.releases().find({command.name, command.version});
    if (found == state.releases().end()) {
        return error(ErrorCode::NotFound,
                     title + " is not published; `foyer release ls` shows those that are");
    }
    Release release = found->second;
    if (command.publisher && release.publisher != *command.publisher) {
        return error(ErrorCode::PermissionDenied,
                     title + " belongs to account '" + release.publisher.str() +
                         "'; its publisher or an operator withdraws it",
                     {{"rule", "release_owner"}});
    }
    if (command.reason.empty() || command.reason.size() > limits::withdraw_reason_bytes_max) {
        return error(ErrorCode::InvalidArgument,
                     "a reason of 1 to 500 bytes is needed: those who run it will read it",
                     {{"field", "reason"}});
    }
    if (release.withdrawn) {
        return error(ErrorCode::FailedPrecondition,
                     title + " is withdrawn already: " + release.withdrawn->reason,
                     {{"rule", "withdrawn"}});
    }
    release.withdrawn = Withdrawal{now, command.reason};
    Draft draft(state, now);
    draft.put(release);
    draft.event("release_withdrawn", release,
                "version " + release.version.str() + ": " + command.reason);
    Decision decision = std::move(draft).done(release.name.str());
    decision.reply.version = release.version;
    return decision;
}

const Release* newest_release(const State& state, const ReleaseName& name,
                              const ReleaseVersion& version) {
    const Release* newest = nullptr;
    for (auto at = state.releases().lower_bound({name, ReleaseVersion()});
         at != state.releases().end() && at->first.first == name; ++at) {
        const bool asked = version.empty() ? !at->second.withdrawn : at->first.second == version;
        if (asked && (newest == nullptr || at->second.sequence > newest->sequence))
            newest = &at->second;
    }
    return newest;
}

Result<const Release*> find_release(const State& state, const ReleaseName& name,
                                    const ReleaseVersion& version) {
    if (const Release* found = newest_release(state, name, version)) return found;
    const std::string which = version.empty() ? "" : " version '" + version.str() + "'";
    const auto any = state.releases().lower_bound({name, ReleaseVersion()});
    if (version.empty() && any != state.releases().end() && any->first.first == name) {
        return error(ErrorCode::NotFound,
                     "every version of release '" + name.str() +
                         "' is withdrawn; `foyer release show " + name.str() + "@" +
                         any->first.second.str() + "` says why",
                     {{"field", "release"}, {"rule", "withdrawn"}});
    }
    return error(ErrorCode::NotFound,
                 "release '" + name.str() + "'" + which +
                     " is not published; `foyer release ls` shows those that are",
                 {{"field", "release"}});
}

}  // namespace foyer::master
