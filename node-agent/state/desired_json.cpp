#include "node-agent/state/desired_json.h"

#include "common/base/text.h"
#include "node-agent/state/json_fields.h"
#include "node-agent/state/mail_json.h"

namespace foyer::agent {
namespace {

using Json = nlohmann::json;

// Signed bytes and documents of others: exact, whatever they hold.
Json exact(const std::string& bytes) { return to_base64url(as_bytes(bytes)); }

std::string exact_from(JsonFields& fields, const char* key) {
    const auto bytes = from_base64url(fields.text(key));
    if (!fields.is(bytes.has_value())) return {};
    return {bytes->begin(), bytes->end()};
}

Json to_json(const Member& member) {
    return {{"index", member.index.number},
            {"name", member.name},
            {"kind", to_text(member.kind)},
            {"address", member.address}};
}

Member member_from(const Json& body, JsonFields& outer) {
    JsonFields fields(body);
    Member member;
    member.index = {fields.whole("index")};
    member.name = fields.text("name");
    const auto kind = replica_kind_from(fields.text("kind"));
    if (fields.is(kind.has_value())) member.kind = *kind;
    member.address = fields.text("address");
    outer.is(fields.ok());
    return member;
}

Json to_json(const GroupProposal& from) {
    Json to = {{"made_for", from.made_for}};
    if (from.prefer) to["prefer"] = from.prefer->number;
    if (from.out) to["out"] = from.out->number;
    if (from.in)
        to["in"] = {{"index", from.in->index.number},
                    {"kind", to_text(from.in->kind)},
                    {"node_key", from.in->node_key},
                    {"incarnation", from.in->incarnation},
                    {"may_lead", from.in->may_lead}};
    if (from.desired) to["desired"] = to_text(*from.desired);
    if (from.promise) to["promise_ms"] = from.promise->count();
    if (from.barred) {
        Json barred = Json::array();
        for (const ReplicaIndex index : *from.barred) barred.push_back({{"index", index.number}});
        to["barred"] = std::move(barred);
    }
    return to;
}

GroupSeat seat_from(const Json& body, JsonFields& outer) {
    JsonFields fields(body);
    GroupSeat seat;
    seat.index = {fields.whole("index")};
    const auto kind = replica_kind_from(fields.text("kind"));
    if (fields.is(kind.has_value())) seat.kind = *kind;
    seat.node_key = fields.text("node_key");
    seat.incarnation = fields.text("incarnation");
    seat.may_lead = fields.truth("may_lead");
    outer.is(fields.ok());
    return seat;
}

std::set<ReplicaIndex> indexes_from(const Json& list, JsonFields& outer) {
    std::set<ReplicaIndex> indexes;
    if (!outer.is(list.is_array())) return indexes;
    for (const Json& item : list) {
        JsonFields fields(item);
        indexes.insert(ReplicaIndex{fields.whole("index")});
        outer.is(fields.ok());
    }
    return indexes;
}

GroupProposal proposal_from(const Json& body, JsonFields& outer) {
    JsonFields fields(body);
    GroupProposal proposal;
    proposal.made_for = fields.text("made_for");
    if (fields.has("prefer")) proposal.prefer = ReplicaIndex{fields.whole("prefer")};
    if (fields.has("out")) proposal.out = ReplicaIndex{fields.whole("out")};
    if (fields.has("in")) proposal.in = seat_from(body.at("in"), fields);
    if (fields.has("desired")) {
        proposal.desired = desired_state_from(fields.text("desired"));
        fields.is(proposal.desired.has_value());
    }
    if (fields.has("promise_ms")) proposal.promise = Duration(fields.number("promise_ms"));
    if (fields.has("barred")) proposal.barred = indexes_from(body.at("barred"), fields);
    outer.is(fields.ok());
    return proposal;
}

Json to_json(const FirstRecord& from) {
    return {{"first_record", from.text}, {"first_record_signature", from.signature}};
}

FirstRecord first_record_from(JsonFields& fields) {
    return {fields.text("first_record"), fields.text("first_record_signature")};
}

Json to_json(const GroupWish& from) {
    Json to = to_json(from.first);
    if (from.proposal) to["proposal"] = to_json(*from.proposal);
    return to;
}

GroupWish group_from(const Json& body, JsonFields& outer) {
    JsonFields fields(body);
    GroupWish group;
    group.first = first_record_from(fields);
    if (fields.has("proposal")) group.proposal = proposal_from(body.at("proposal"), fields);
    outer.is(fields.ok());
    return group;
}

Json to_json(const Assignment& from) {
    Json members = Json::array();
    for (const Member& member : from.members) members.push_back(to_json(member));
    Json secret_names = Json::array();
    for (const auto& [name, content] : from.secrets.by_name) secret_names.push_back(name);
    Json to = {{"partition", from.partition.str()},
               {"revision", from.revision.number()},
               {"instance", from.instance.str()},
               {"index", from.index.number},
               {"kind", to_text(from.kind)},
               {"role", to_text(from.role)},
               {"generation", from.fence.generation.number()},
               {"epoch", from.fence.epoch.number()},
               {"founder", from.founder},
               {"desired", to_text(from.desired)},
               {"release_json", exact(from.release_json)},
               {"release_signature", from.release_signature},
               {"publisher_key", from.publisher_key},
               {"size", from.size.str()},
               {"cpu_millicores", from.reserved.cpu.count()},
               {"memory_bytes", from.reserved.memory.count()},
               {"disk_bytes", from.reserved.disk.count()},
               {"uplink_kbit", from.reserved.uplink.count()},
               {"parameters_json", exact(from.parameters_json)},
               {"hostname", from.hostname},
               {"url", from.url},
               {"address", from.address},
               {"copies", from.copies},
               {"members", members},
               {"proxies", from.proxies},
               {"secret_names", secret_names}};
    if (!from.learners.empty()) {
        to["learners"] = Json::array();
        for (const Member& member : from.learners) to["learners"].push_back(to_json(member));
    }
    if (from.ordered_at.unix_ms != 0) to["ordered_at_unix_ms"] = from.ordered_at.unix_ms;
    if (from.leader) to["leader"] = from.leader->number;
    if (!from.tenant_country.empty()) to["tenant_country"] = from.tenant_country.str();
    if (from.group) to["group"] = to_json(*from.group);
    if (!from.mail_relay.empty()) to["mail_relay"] = from.mail_relay;
    return to;
}

void read_enums(JsonFields& fields, Assignment& to) {
    const auto kind = replica_kind_from(fields.text("kind"));
    const auto role = replica_role_from(fields.text("role"));
    const auto desired = desired_state_from(fields.text("desired"));
    if (!fields.is(kind && role && desired)) return;
    to.kind = *kind;
    to.role = *role;
    to.desired = *desired;
}

Assignment assignment_from(const Json& body, JsonFields& outer,
                           std::set<std::string>& secret_names) {
    JsonFields fields(body);
    Assignment to;
    to.partition = PartitionId(fields.text("partition"));
    to.revision = Revision(fields.count("revision"));
    to.instance = InstanceName(fields.text("instance"));
    to.ordered_at = WallTime{fields.number_or_zero("ordered_at_unix_ms")};
    to.index = {fields.whole("index")};
    read_enums(fields, to);
    to.fence = {Generation(fields.count("generation")), Epoch(fields.count("epoch"))};
    if (fields.has("leader")) to.leader = ReplicaIndex{fields.whole("leader")};
    if (fields.has("tenant_country"))
        to.tenant_country = CountryCode(fields.text("tenant_country"));
    to.founder = fields.truth("founder");
    to.release_json = exact_from(fields, "release_json");
    to.release_signature = fields.text("release_signature");
    to.publisher_key = fields.text("publisher_key");
    to.size = SizeName(fields.text("size"));
    to.reserved = {Millicores(fields.number("cpu_millicores")),
                   Bytes(fields.number("memory_bytes")), Bytes(fields.number("disk_bytes")),
                   KbitPerSecond(fields.number_or_zero("uplink_kbit"))};
    to.parameters_json = exact_from(fields, "parameters_json");
    to.hostname = fields.text("hostname");
    to.url = fields.text("url");
    to.address = fields.text("address");
    to.copies = fields.whole("copies");
    for (const Json& member : fields.list("members"))
        to.members.push_back(member_from(member, fields));
    if (fields.has("learners")) {  // journals of before have none
        for (const Json& member : fields.list("learners"))
            to.learners.push_back(member_from(member, fields));
    }
    to.proxies = fields.texts("proxies");
    if (fields.has("mail_relay")) to.mail_relay = fields.text("mail_relay");
    for (const std::string& name : fields.texts("secret_names")) secret_names.insert(name);
    if (fields.has("group")) to.group = group_from(body.at("group"), fields);
    outer.is(fields.ok() && !to.partition.empty());
    return to;
}

Json to_json(const OverlayPeer& peer) {
    return {{"node", peer.node.str()},
            {"revision", peer.revision.number()},
            {"edge", peer.edge},
            {"public_key", peer.public_key.str()},
            {"endpoint", peer.endpoint},
            {"allowed", peer.allowed},
            {"acme_thumbprint", peer.acme_thumbprint}};
}

OverlayPeer peer_from(const Json& body, JsonFields& outer) {
    JsonFields fields(body);
    OverlayPeer peer;
    peer.node = NodeId(fields.text("node"));
    peer.revision = Revision(fields.count("revision"));
    peer.edge = fields.truth("edge");
    peer.public_key = WgPublicKey(fields.text("public_key"));
    peer.endpoint = fields.text("endpoint");
    peer.allowed = fields.texts("allowed");
    // Absent in a journal of an older agent.
    if (fields.has("acme_thumbprint")) peer.acme_thumbprint = fields.text("acme_thumbprint");
    outer.is(fields.ok());
    return peer;
}

Json to_json(const EdgeRoute& route) {
    Json to = {
        {"hostname", route.hostname},          {"revision", route.revision.number()},
        {"instance", route.instance.str()},    {"generation", route.fence.generation.number()},
        {"epoch", route.fence.epoch.number()}, {"backend", route.backend}};
    if (route.ordered_at.unix_ms != 0) to["ordered_at_unix_ms"] = route.ordered_at.unix_ms;
    if (!route.aliases.empty()) to["aliases"] = route.aliases;
    if (route.mail) to["mail"] = route_mail_json(*route.mail);
    if (!route.voters.empty()) {
        to["web_port"] = route.web_port;
        if (!route.first.text.empty()) to["first"] = to_json(route.first);
        for (const RouteVoter& voter : route.voters)
            to["voters"].push_back({{"index", voter.index.number}, {"address", voter.address}});
    }
    return to;
}

EdgeRoute route_from(const Json& body, JsonFields& outer) {
    JsonFields fields(body);
    EdgeRoute route;
    route.hostname = fields.text("hostname");
    route.revision = Revision(fields.count("revision"));
    route.instance = InstanceName(fields.text("instance"));
    route.ordered_at = WallTime{fields.number_or_zero("ordered_at_unix_ms")};
    route.fence = {Generation(fields.count("generation")), Epoch(fields.count("epoch"))};
    route.backend = fields.text("backend");
    if (fields.has("aliases")) route.aliases = fields.texts("aliases");
    if (fields.has("mail")) fields.is(read_json(body.at("mail"), route.mail.emplace()));
    if (fields.has("voters")) {  // of a group that elects
        route.web_port = fields.whole("web_port");
        if (fields.has("first")) {
            JsonFields first(body.at("first"));
            route.first = first_record_from(first);
            fields.is(first.ok());
        }
        for (const Json& item : fields.list("voters")) {
            JsonFields voter(item);
            route.voters.push_back({{voter.whole("index")}, voter.text("address")});
            fields.is(voter.ok());
        }
    }
    outer.is(fields.ok());
    return route;
}

}  // namespace

Json to_json(const DesiredNode& desired, const Removals& removed,
             const std::string& agent_version) {
    Json assignments = Json::array();
    Json peers = Json::array();
    Json routes = Json::array();
    for (const auto& [id, item] : desired.assignments) assignments.push_back(to_json(item));
    for (const auto& [id, item] : desired.peers) peers.push_back(to_json(item));
    for (const auto& [id, item] : desired.routes) routes.push_back(to_json(item));
    Json ordered = Json::array();
    Json forgotten = Json::array();
    for (const auto& [id, removal] : removed)
        (removal == Removal::Ordered ? ordered : forgotten).push_back(id.str());
    Json body = {{"agent_version", agent_version},
                 {"lineage", desired.lineage.str()},
                 {"revision", desired.revision.number()},
                 {"settings_revision", desired.settings.revision.number()},
                 {"overlay_prefix", desired.settings.overlay_prefix},
                 {"overlay_cluster_prefix", desired.settings.overlay_cluster_prefix},
                 {"edge", desired.settings.edge},
                 {"zone", desired.settings.zone},
                 {"public_address", desired.settings.public_address},
                 {"acme_thumbprint", desired.settings.acme_thumbprint},
                 {"assignments", assignments},
                 {"peers", peers},
                 {"routes", routes},
                 {"removed", ordered},
                 {"forgotten", forgotten}};
    if (desired.settings.mail_relay) body["mail_relay"] = relay_json(*desired.settings.mail_relay);
    return body;
}

std::optional<ReadDesired> desired_from_json(const Json& body) {
    JsonFields fields(body);
    ReadDesired read;
    DesiredNode& desired = read.desired;
    desired.lineage = LineageId(fields.text("lineage"));
    desired.revision = Revision(fields.count("revision"));
    desired.settings.revision = Revision(fields.count("settings_revision"));
    desired.settings.overlay_prefix = fields.text("overlay_prefix");
    desired.settings.overlay_cluster_prefix = fields.text("overlay_cluster_prefix");
    desired.settings.edge = fields.truth("edge");
    desired.settings.zone = fields.text("zone");
    // Absent in a journal of an older agent.
    if (fields.has("public_address"))
        desired.settings.public_address = fields.text("public_address");
    if (fields.has("acme_thumbprint"))
        desired.settings.acme_thumbprint = fields.text("acme_thumbprint");
    if (fields.has("mail_relay"))
        fields.is(read_json(body.at("mail_relay"), desired.settings.mail_relay.emplace()));
    for (const Json& item : fields.list("assignments")) {
        std::set<std::string> names;
        Assignment assignment = assignment_from(item, fields, names);
        read.secret_names[assignment.partition] = std::move(names);
        desired.assignments[assignment.partition] = std::move(assignment);
    }
    for (const Json& item : fields.list("peers")) {
        OverlayPeer peer = peer_from(item, fields);
        desired.peers[peer.node] = std::move(peer);
    }
    for (const Json& item : fields.list("routes")) {
        EdgeRoute route = route_from(item, fields);
        desired.routes[route.hostname] = std::move(route);
    }
    // Absent in a journal of an older agent.
    if (fields.has("agent_version")) read.agent_version = fields.text("agent_version");
    for (const auto& [key, removal] :
         {std::pair("removed", Removal::Ordered), std::pair("forgotten", Removal::Forgotten)}) {
        if (!fields.has(key)) continue;
        for (const std::string& partition : fields.texts(key))
            read.removed[PartitionId(partition)] = removal;
    }
    if (!fields.ok()) return std::nullopt;
    return read;
}

}  // namespace foyer::agent
