// Publishing: a name belongs to the account and key that published it first; versions are never
// rewritten.
#include "common/base/text.h"
#include "master/domain/draft.h"

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
        "release_published", release.name.str(),
        "version " + release.version.str() + " published by '" + release.publisher.str() + "'");
    Decision decision = std::move(draft).done(release.name.str());
    decision.reply.version = release.version;
    return decision;
}

}  // namespace foyer::master
