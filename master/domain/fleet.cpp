// ISPs, hosts, sites: the homes as the operator describes them, and when boxes were seen, boxes
// that fall silent.
#include <algorithm>

#include "common/base/text.h"
#include "master/domain/clock_trust.h"
#include "master/domain/group.h"
#include "master/domain/line_check.h"

namespace foyer::master {

namespace {

std::vector<Asn> sorted(std::vector<Asn> asns) {
    std::ranges::sort(asns);
    return asns;
}

Status check_networks(const State& state, const IspFamilyId& family, const std::vector<Asn>& asns,
                      const std::optional<IspTerms>& terms) {
    TRY(check_asns(sorted(asns)));
    TRY(check_asns_free(state, family, asns));
    return check_terms_written(terms);
}

// Of all boxes on lines of its family: what one brand records counts for the others.
void judge_lines_of(const Isp& changed, Draft& draft) {
    const State& state = draft.state();
    const auto networks = networks_of(state, changed.family, &changed);
    for (const auto& [name, node] : state.nodes()) {
        const auto site = state.sites().find(node.site);
        if (site == state.sites().end()) continue;
        const Isp& isp = state.isps().at(site->second.isp);
        if (isp.family != changed.family) continue;
        Node judged = judge_line(isp, networks, node, draft);
        if (!(judged == node)) draft.put(std::move(judged));
    }
}

}  // namespace

Result<Decision> create_isp(const State& state, const CreateIsp& command, WallTime now) {
    TRY(check_name("ISP", command.name.str()));
    const IspFamilyId family =
        command.family.empty() ? IspFamilyId(command.name.str()) : command.family;
    TRY(check_name("ISP family", family.str()));
    if (state.isps().contains(command.name)) {
        return error(ErrorCode::AlreadyExists, "ISP '" + command.name.str() + "' already exists",
                     {{"field", "name"}});
    }
    TRY(check_networks(state, family, command.asns, command.terms));
    Draft draft(state, now);
    draft.put(Isp{command.name, family, now, {}, sorted(command.asns), command.terms});
    return std::move(draft).done(command.name.str());
}

Result<Decision> update_isp(const State& state, const UpdateIsp& command, WallTime now) {
    Isp isp = TRY(find_row(state.isps(), command.name, "ISP", "foyer isp ls"));
    TRY(check_networks(state, isp.family, command.asns, command.terms));
    Draft draft(state, now);
    const bool other_networks = isp.asns != sorted(command.asns);
    if (!other_networks && isp.terms == command.terms)
        return std::move(draft).done(command.name.str());
    isp.asns = sorted(command.asns);
    isp.terms = command.terms;
    draft.put(isp);
    if (other_networks) judge_lines_of(isp, draft);
    return std::move(draft).done(command.name.str());
}

Result<Decision> accept_line(const State& state, const AcceptLine& command, WallTime now) {
    Node node = TRY(find_row(state.nodes(), command.name, "node", "foyer node ls"));
    if (!node.line)
        return error(ErrorCode::FailedPrecondition,
                     "node '" + node.name.str() +
                         "' was never seen in a network that is known; there is nothing to accept",
                     {{"rule", "line_unknown"}});
    const Isp& isp = state.isps().at(state.sites().at(node.site).isp);
    const auto networks = networks_of(state, isp.family);
    if (networks.empty())
        return error(
            ErrorCode::FailedPrecondition,
            "the networks of ISP '" + isp.name.str() +
                "' are not recorded, so nothing is said against this line; foyer isp set " +
                isp.name.str() + " --asn NUMBER records them",
            {{"rule", "networks_not_recorded"}});
    Draft draft(state, now);
    if (line_check(networks, node) != LineCheck::Differs)
        return std::move(draft).done(node.name.str());
    node.line_accepted = node.line->system.number;
    draft.put(judge_line(isp, networks, std::move(node), draft));
    return std::move(draft).done(command.name.str());
}

namespace {

// What stands on it must go first: how many, one by name, and the command for that one.
Error in_use(const std::string& what, const std::string& rule, std::size_t count,
             const std::string& users, const std::string& first, const std::string& command) {
    return error(ErrorCode::FailedPrecondition,
                 what + " " + std::to_string(count) + " " + users + ", '" + first +
                     "' among them; `" + command + " " + first + "` first",
                 {{"rule", rule}, {"count", std::to_string(count)}, {"first", first}});
}

std::vector<SiteId> sites_where(const State& state, const std::function<bool(const Site&)>& is) {
    std::vector<SiteId> found;
    for (const auto& [name, site] : state.sites()) {
        if (is(site)) found.push_back(name);
    }
    return found;
}

}  // namespace

Result<Decision> delete_isp(const State& state, const DeleteIsp& command, WallTime now) {
    TRY(find_row(state.isps(), command.name, "ISP", "foyer isp ls"));
    const auto sites =
        sites_where(state, [&](const Site& site) { return site.isp == command.name; });
    if (!sites.empty())
        return in_use("ISP '" + command.name.str() + "' carries the line of", "isp_in_use",
                      sites.size(), "sites", sites.front().str(), "foyer site delete");
    Draft draft(state, now);
    draft.drop(DropIsp{command.name});
    return std::move(draft).done(command.name.str());
}

Result<Decision> delete_host(const State& state, const DeleteHost& command, WallTime now) {
    TRY(find_row(state.hosts(), command.name, "host", "foyer host ls"));
    const auto sites =
        sites_where(state, [&](const Site& site) { return site.host == command.name; });
    if (!sites.empty())
        return in_use("host '" + command.name.str() + "' owns", "host_in_use", sites.size(),
                      "sites", sites.front().str(), "foyer site delete");
    Draft draft(state, now);
    draft.drop(DropHost{command.name});
    return std::move(draft).done(command.name.str());
}

Result<Decision> delete_site(const State& state, const DeleteSite& command, WallTime now) {
    const Site site = TRY(find_row(state.sites(), command.name, "site", "foyer site ls"));
    std::vector<NodeId> nodes;
    for (const auto& [name, node] : state.nodes()) {
        if (node.site == command.name) nodes.push_back(name);
    }
    if (!nodes.empty())
        return in_use("site '" + command.name.str() + "' is where stand", "site_in_use",
                      nodes.size(), "nodes", nodes.front().str(), "foyer node delete");
    Draft draft(state, now);
    draft.drop(DropSite{command.name});
    draft.event("site_deleted", site, "deleted; no box stood there any more");
    return std::move(draft).done(command.name.str());
}

Result<Decision> create_host(const State& state, const CreateHost& command, WallTime now) {
    TRY(check_name("host", command.name.str()));
    if (state.hosts().contains(command.name)) {
        return error(ErrorCode::AlreadyExists, "host '" + command.name.str() + "' already exists",
                     {{"field", "name"}});
    }
    Draft draft(state, now);
    draft.put(Host{command.name, now, {}});
    return std::move(draft).done(command.name.str());
}

Result<Decision> create_site(const State& state, const CreateSite& command, WallTime now) {
    TRY(check_name("site", command.name.str()));
    const Isp isp = TRY(find_row(state.isps(), command.isp, "ISP", "foyer isp ls"));
    TRY(check_terms(isp));
    TRY(find_row(state.hosts(), command.host, "host", "foyer host ls"));
    TRY(check_country(command.country));
    if (state.sites().contains(command.name)) {
        return error(ErrorCode::AlreadyExists, "site '" + command.name.str() + "' already exists",
                     {{"field", "name"}});
    }
    Draft draft(state, now);
    draft.put(Site{
        command.name, command.isp, command.country, command.host, command.host_class, now, {}});
    return std::move(draft).done(command.name.str());
}

Error no_such_row(std::string_view what, std::string_view name, std::string_view list_command) {
    return error(ErrorCode::NotFound, std::string(what) + " '" + std::string(name) +
                                          "' does not exist; `" + std::string(list_command) +
                                          "` shows those that do");
}

Status check_country(const CountryCode& country) {
    const std::string& code = country.str();
    const auto is_upper = [](char letter) { return letter >= 'A' && letter <= 'Z'; };
    if (code.size() == 2 && is_upper(code[0]) && is_upper(code[1])) return ok_status();
    return error(
        ErrorCode::InvalidArgument,
        "country '" + code.substr(0, 20) + "' is not an ISO 3166-1 code of two capitals, like FR",
        {{"field", "country"}});
}

Result<Decision> note_sightings(const State& state, const NoteSightings& command, WallTime now) {
    Draft draft(state, now);
    for (const Sighting& seen : command.seen) {
        if (!state.nodes().contains(seen.node)) continue;
        const auto known = state.sightings().find(seen.node);
        if (known != state.sightings().end() && known->second.seen_at == seen.seen_at) continue;
        draft.put(seen);
    }
    judge_clocks(command.seen, draft);
    return std::move(draft).done();
}

namespace {

std::set<InstanceName> instances_on(const State& state, const std::set<NodeId>& nodes) {
    std::set<InstanceName> names;
    for (const NodeId& node : nodes) {
        for (const ReplicaKey& key : state.replicas_on(node)) names.insert(key.instance);
    }
    return names;
}

}  // namespace

Result<Decision> mark_silent(const State& state, const MarkSilent& command, WallTime now) {
    Draft draft(state, now);
    for (const NodeId& name : command.nodes) {
        const auto found = state.nodes().find(name);
        if (found == state.nodes().end() || found->second.state != NodeState::Online) continue;
        Node node = found->second;
        node.state = NodeState::Silent;
        node.silent_since = now;
        draft.put(node);
        draft.event("node_silent", node,
                    "no Sync within the silence time; what it holds is unknown");
    }
    const std::set<NodeId> silent(command.nodes.begin(), command.nodes.end());
    for (const InstanceName& name : instances_on(state, silent)) {
        Group group(state, state.instances().at(name));
        group.not_heard_of(silent);
        // A promotion may have waited for nobody but these boxes.
        advance_promotion(group, draft);
        advance_operation(group, draft);
        group.put_back(draft);
    }
    return std::move(draft).done();
}

}  // namespace foyer::master
