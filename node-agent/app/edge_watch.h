// What an edge knows of the groups behind its names: asks their voters, and says which routes may
// be followed. Of the groups' thread; the rules are in domain/route_proof.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "common/base/random.h"
#include "node-agent/app/group_ports.h"
#include "node-agent/domain/route_proof.h"

namespace foyer::agent {

using EdgeRoutes = std::map<std::string, EdgeRoute>;  // by hostname

class EdgeWatch {
public:
    using Send = std::function<void(const std::string& to, leadership::Letter letter)>;

    // `check`: of first records. Without a verifier all groups are taken for such as do not sign.
    EdgeWatch(leadership::Verifier verifier, FirstRecordCheck check)
        : verifier_(std::move(verifier)), check_(std::move(check)) {}

    // The master's routes: those with voters are watched, and what is known of those that stay is
    // kept.
    void follow(const EdgeRoutes& routes);
    // An answer to one of our questions, or a leader's word that it was elected.
    void hear(const leadership::Letter& letter, const GroupMail& mail, MonoTime now);
    void tick(Rng& rng, MonoTime now, const Send& send);
    // Nothing is followed, so nothing changes with time alone.
    bool is_idle() const { return watched_.empty(); }
    // Those routes as they may be followed now.
    EdgeRoutes proven(MonoTime now) const;

private:
    struct Watched {
        EdgeRoute route;
        RouteWatch watch;
        std::string first;  // text of the first record last looked at
    };
    void begin(Watched& watched) const;

    const leadership::Verifier verifier_;
    const FirstRecordCheck check_;
    std::map<std::string, Watched> watched_;
    std::map<InstanceName, std::string> name_of_;
    RouteRules rules_;
};

}  // namespace foyer::agent
