// Who may become a node: tokens, first contact, renewal, farewell.
#include "common/base/text.h"
#include "common/model/clock_offset.h"
#include "master/domain/applications.h"
#include "master/domain/domain_reports.h"
#include "master/domain/draft.h"
#include "master/domain/limits.h"
#include "master/domain/line_check.h"

namespace foyer::master {
namespace {

constexpr int node_number_max = 65'535;  // one /64 each in the overlay's /48

// "lille-1", "lille-2", …: the first free one.
NodeId next_name(const State& state, const SiteId& site) {
    for (int number = 1;; ++number) {
        NodeId name(site.str() + "-" + std::to_string(number));
        if (!state.nodes().contains(name)) return name;
    }
}

Result<int> next_number(const State& state) {
    if (state.last_node_number() < node_number_max) return state.last_node_number() + 1;
    return error(ErrorCode::ResourceExhausted, "all 65535 node numbers of the overlay are used",
                 {{"rule", "node_numbers"}});
}

Status check_edge(const CreateNodeToken& command, const Site& site) {
    if (!command.edge) {
        if (command.public_address.empty()) return ok_status();
        return error(ErrorCode::InvalidArgument,
                     "only an edge has a public address; add --edge, or leave the address out",
                     {{"field", "public_address"}});
    }
    if (command.public_address.empty() ||
        command.public_address.size() > limits::public_address_bytes_max) {
        return error(ErrorCode::InvalidArgument, "an edge needs its public address, without port",
                     {{"field", "public_address"}});
    }
    if (site.host_class == HostClass::Open) {
        return error(ErrorCode::FailedPrecondition,
                     "an edge may stand on house or vetted sites only; site '" + site.name.str() +
                         "' is open",
                     {{"rule", "edge_host_class"}});
    }
    return ok_status();
}

Status check_capacity(const Resources& capacity) {
    if (is_sane(capacity)) return ok_status();
    return error(ErrorCode::InvalidArgument, "a box offers more than 0 of cpu, memory and disk",
                 {{"field", "capacity"}});
}

// Before the token is used up: whoever sets the clock may come again with the same token.
Status check_clock(const std::optional<WallTime>& clock, WallTime now) {
    if (!clock || !is_clock_wrong(*clock - now)) return ok_status();
    return error(ErrorCode::FailedPrecondition,
                 clock_problem(*clock - now) + ", and enrol again with the same token",
                 {{"rule", "clock_wrong"},
                  {"box_clock", to_rfc3339(*clock)},
                  {"master_clock", to_rfc3339(now)}});
}

}  // namespace

Result<Node> awaited_node(const State& state, const SiteId& site) {
    Node node;
    node.name = next_name(state, site);
    node.site = site;
    node.number = TRY(next_number(state));
    return node;
}

bool is_sane(const Resources& total) {
    return total.cpu.count() > 0 && total.memory.count() > 0 && total.disk.count() > 0 &&
           total.uplink.count() >= 0 && total.uplink.count() <= 1'000'000'000 &&
           total.cpu.count() <= 10'000'000 && total.memory <= gibibytes(1'000'000) &&
           total.disk <= gibibytes(10'000'000);
}

Result<Decision> create_node_token(const State& state, const CreateNodeToken& command,
                                   WallTime now) {
    const Site site = TRY(find_row(state.sites(), command.site, "site", "foyer site ls"));
    TRY(check_terms(state.isps().at(site.isp)));
    TRY(check_edge(command, site));
    const Duration valid =
        command.valid == Duration(0) ? limits::node_token_valid_default : command.valid;
    if (valid < limits::token_valid_min || valid > limits::node_token_valid_max) {
        return error(ErrorCode::InvalidArgument,
                     "a node token may be valid from 60 seconds to 30 days",
                     {{"field", "valid_seconds"}});
    }
    const NodeId name = command.node.empty() ? next_name(state, site.name) : command.node;
    TRY(check_name("node", name.str()));
    Node node;
    const auto found = state.nodes().find(name);
    if (found != state.nodes().end()) {
        // A box that never came may get a fresh token; one that did keeps its identity.
        if (found->second.state != NodeState::Expected) {
            return error(ErrorCode::AlreadyExists,
                         "node '" + name.str() +
                             "' is enrolled; `foyer node delete` first, or choose another name",
                         {{"field", "node"}});
        }
        node = found->second;
    } else {
        node.number = TRY(next_number(state));
    }
    node.name = name;
    if (node.site != site.name) {  // what was seen of it was judged by another ISP
        node.line.reset();
        node.line_differs = false;
        node.line_accepted = Asn();
    }
    node.site = site.name;
    node.edge = command.edge;
    node.public_address = command.public_address;
    node.token_hash = command.token_hash;
    node.token_expires_at = now + valid;
    node.token_used = false;
    Draft draft(state, now);
    draft.put(node);
    draft.event("node_expected", node,
                "one-time token made for a box at site '" + site.name.str() + "'");
    return std::move(draft).done(name.str());
}

Result<Decision> enrol_node(const State& state, const EnrolNode& command, WallTime now) {
    const Node* found = nullptr;
    for (const auto& [name, node] : state.nodes()) {
        if (!command.token_hash.empty() && node.token_hash == command.token_hash) found = &node;
    }
    if (found == nullptr) {
        return error(ErrorCode::Unauthenticated,
                     "this token is unknown to this master; ask its operator for a new one (`foyer "
                     "node token`)",
                     {{"rule", "token_unknown"}});
    }
    // The same box may repeat its enrolment (a lost answer) until its first Sync.
    const bool repeated = found->key_fingerprint == command.key_fingerprint;
    if (found->token_used || (!found->key_fingerprint.empty() && !repeated)) {
        return error(ErrorCode::Unauthenticated,
                     "this token was used by node '" + found->name.str() +
                         "'; ask the operator for a new one",
                     {{"rule", "token_used"}, {"node", found->name.str()}});
    }
    if (now > found->token_expires_at) {
        return error(ErrorCode::Unauthenticated,
                     "this token expired at " + to_rfc3339(found->token_expires_at) +
                         "; ask the operator for a new one",
                     {{"rule", "token_expired"}});
    }
    TRY(check_applicant(state, *found, command.key_fingerprint));
    TRY(check_terms(state.isps().at(state.sites().at(found->site).isp)));
    TRY(check_clock(command.clock, now));
    TRY(check_capacity(command.capacity));
    Draft draft(state, now);
    Node node = *found;
    node.key_fingerprint = command.key_fingerprint;
    node.certificate_expires_at = command.certificate_expires_at;
    node.wg_public_key = command.wg_public_key;
    node.capacity = command.capacity;
    node.offered = command.capacity;
    node.agent_version = command.agent_version;
    node.overlay_revision = draft.revision();
    if (!repeated) draft.event("node_enrolled", node, "enrolled with its own key");
    if (command.line) node = hear_line(*command.line, std::move(node), draft);
    draft.put(node);
    return std::move(draft).done(node.name.str());
}

Result<Decision> renew_node(const State& state, const RenewNode& command, WallTime now) {
    Node node = TRY(find_row(state.nodes(), command.name, "node", "foyer node ls"));
    node.key_fingerprint = command.key_fingerprint;
    node.certificate_expires_at = command.certificate_expires_at;
    Draft draft(state, now);
    draft.put(node);
    return std::move(draft).done(node.name.str());
}

Status check_empty(const State& state, const Node& node) {
    const auto& held = state.replicas_on(node.name);
    if (held.empty()) return ok_status();
    return error(ErrorCode::FailedPrecondition,
                 "node '" + node.name.str() + "' holds " + std::to_string(held.size()) +
                     " partitions, '" + partition_id(*held.begin()).str() +
                     "' among them; `foyer node drain " + node.name.str() +
                     "` moves them to other boxes",
                 {{"rule", "node_not_empty"}, {"partitions", std::to_string(held.size())}});
}

void forget_node(const Node& node, EventKind kind, std::string why, Draft& draft) {
    if (node.state != NodeState::Expected) {
        Site site = draft.state().sites().at(node.site);
        site.former_boxes.push_back({node.name, draft.now()});
        if (site.former_boxes.size() > former_boxes_max)
            site.former_boxes.erase(site.former_boxes.begin());
        draft.put(std::move(site));
    }
    forget_certificates_at(node.name, draft);
    draft.drop(DropSighting{node.name});
    draft.drop(DropNodeAgent{node.name});
    draft.drop(DropNode{node.name});
    draft.event(kind, node, std::move(why));
}

Result<Decision> delete_node(const State& state, const DeleteNode& command, WallTime now) {
    const Node node = TRY(find_row(state.nodes(), command.name, "node", "foyer node ls"));
    TRY(check_empty(state, node));
    Draft draft(state, now);
    forget_node(node, "node_deleted", "deleted; its certificate is refused from now on", draft);
    return std::move(draft).done(node.name.str());
}

}  // namespace foyer::master
