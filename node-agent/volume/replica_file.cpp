#include "node-agent/volume/replica_file.h"

#include <nlohmann/json.hpp>

namespace foyer::agent {

namespace {

using nlohmann::ordered_json;

ordered_json member_json(const Member& member) {
    return {{"index", member.index.number}, {"name", member.name}, {"address", member.address}};
}

const char* role_text(ReplicaRole role) {
    switch (role) {
        case ReplicaRole::Primary: return "primary";
        case ReplicaRole::Standby: return "standby";
        case ReplicaRole::Witness: return "witness";
    }
    return "standby";
}

}  // namespace

Result<std::string> replica_json(const Assignment& assignment, const ReleaseName& release,
                                 const ReleaseVersion& version) {
    ordered_json parameters = ordered_json::parse(
        assignment.parameters_json.empty() ? "{}" : assignment.parameters_json, nullptr,
        /*allow_exceptions=*/false);
    if (!parameters.is_object())
        return error(ErrorCode::InvalidArgument,
                     "the parameters of '" + assignment.instance.str() + "' are not a JSON object");
    ordered_json replica = {{"instance", assignment.instance.str()},
                            {"release", release.str()},
                            {"version", version.str()},
                            {"hostname", assignment.hostname},
                            {"url", assignment.url},
                            {"parameters", std::move(parameters)},
                            {"index", assignment.index.number},
                            {"role", role_text(assignment.role)},
                            {"generation", assignment.fence.generation.number()},
                            {"epoch", assignment.fence.epoch.number()},
                            {"address", assignment.address},
                            {"copies", assignment.copies}};
    ordered_json members = ordered_json::array();
    bool leader_found = !assignment.leader.has_value();
    for (const Member& member : assignment.members) {
        if (member.kind == ReplicaKind::Data) members.push_back(member_json(member));
        if (assignment.leader == member.index) {
            replica["primary"] = member_json(member);
            leader_found = true;
        }
    }
    if (!leader_found)
        return error(ErrorCode::InvalidArgument,
                     "the leader of '" + assignment.instance.str() + "' is not among its members");
    replica["members"] = std::move(members);
    if (!assignment.learners.empty()) {
        ordered_json learners = ordered_json::array();
        for (const Member& member : assignment.learners) {
            if (member.kind == ReplicaKind::Data) learners.push_back(member_json(member));
        }
        replica["learners"] = std::move(learners);
    }
    replica["proxies"] = assignment.proxies;
    if (!assignment.mail_relay.empty())
        replica["mail_relay"] = {{"address", assignment.mail_relay}, {"port", mail_port}};
    if (assignment.warm) replica["warm"] = true;
    return replica.dump(2) + "\n";
}

}  // namespace foyer::agent
