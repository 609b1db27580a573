// The master's half: assignments, peers, routes, settings.
#include "common/wire/agent_convert.h"

#include "common/base/base64.h"
#include "common/base/text.h"
#include "common/wire/enum_convert.h"
#include "common/wire/field_check.h"
#include "common/wire/mail_convert.h"

namespace foyer::wire {
namespace {

constexpr int members_max = 32;
constexpr int proxies_max = 256;
constexpr int secrets_max = 32;
constexpr std::size_t secret_bytes_max = 8192;
constexpr int prefixes_max = 4096;
constexpr int index_max = 4095;
constexpr int aliases_max = 64;
constexpr std::size_t record_bytes_max = 4096;

Result<ReplicaIndex> index_field(std::string_view field, std::int32_t number) {
    if (number < 0 || number > index_max) return field_error(field, "is out of range");
    return ReplicaIndex{number};
}

Result<Member> member_from(const agent::v1::Member& from) {
    return Member{.index = TRY(index_field("member.index", from.index())),
                  .name = TRY(name_field("member.name", from.name())),
                  .kind = TRY(from_wire(from.kind())),
                  .address = TRY(text_field("member.address", from.address(), name_bytes_max))};
}

void write_member(const Member& from, agent::v1::Member& to) {
    to.set_index(from.index.number);
    to.set_name(from.name);
    to.set_kind(to_wire(from.kind));
    to.set_address(from.address);
}

Status read_group(const agent::v1::Assignment& from, Assignment& to) {
    TRY(count_field("members", from.members_size(), members_max));
    for (const auto& member : from.members()) to.members.push_back(TRY(member_from(member)));
    TRY(count_field("learners", from.learners_size(), members_max));
    for (const auto& member : from.learners()) to.learners.push_back(TRY(member_from(member)));
    TRY(count_field("proxies", from.proxies_size(), proxies_max));
    for (const auto& proxy : from.proxies())
        to.proxies.push_back(TRY(text_field("proxies", proxy, name_bytes_max)));
    if (from.has_leader()) to.leader = TRY(index_field("leader", from.leader()));
    if (to.role == ReplicaRole::Primary && to.leader != to.index)
        return field_error("leader", "is not the primary itself");
    if ((to.kind == ReplicaKind::Witness) != (to.role == ReplicaRole::Witness))
        return field_error("role", "does not fit the kind");
    if (from.copies() < 1 || from.copies() > members_max)
        return field_error("copies", "is out of range");
    to.copies = from.copies();
    return ok_status();
}

Status read_release(const agent::v1::Assignment& from, Assignment& to) {
    to.release_json = TRY(text_field("release_json", from.release_json(), document_bytes_max));
    if (to.kind == ReplicaKind::Data && to.release_json.empty())
        return field_error("release_json", "is empty");
    if (!from.release_signature().empty() && from.release_signature().size() != 64)
        return field_error("release_signature", "is not 64 bytes");
    if (!from.publisher_key().empty() && from.publisher_key().size() != 32)
        return field_error("publisher_key", "is not 32 bytes");
    to.release_signature = to_base64url(as_bytes(from.release_signature()));
    to.publisher_key = to_base64url(as_bytes(from.publisher_key()));
    to.size = SizeName(TRY(text_field("size", from.size(), name_bytes_max)));
    to.reserved = {Millicores(TRY(amount_field("cpu_millicores", from.cpu_millicores()))),
                   Bytes(TRY(amount_field("memory_bytes", from.memory_bytes()))),
                   Bytes(TRY(amount_field("disk_bytes", from.disk_bytes()))),
                   KbitPerSecond(TRY(amount_field("uplink_kbit", from.uplink_kbit())))};
    to.parameters_json =
        TRY(text_field("parameters_json", from.parameters_json(), document_bytes_max));
    return ok_status();
}

Status read_secrets(const agent::v1::Assignment& from, Assignment& to) {
    TRY(count_field("secrets", static_cast<int>(from.secrets().size()), secrets_max));
    for (const auto& [name, content] : from.secrets()) {
        if (content.size() > secret_bytes_max)
            return field_error("secrets", "holds a secret that is too long");
        to.secrets.by_name[TRY(name_field("secrets", name))] = content;
    }
    return ok_status();
}

std::optional<std::int32_t> number_of(const std::optional<ReplicaIndex>& index) {
    return index ? std::optional(index->number) : std::nullopt;
}

void write_proposal(const GroupProposal& from, agent::v1::GroupProposal& to) {
    to.set_made_for(from.made_for);
    if (const auto prefer = number_of(from.prefer)) to.set_prefer(*prefer);
    if (const auto out = number_of(from.out)) to.set_out(*out);
    if (from.in) {
        auto& seat = *to.mutable_in();
        seat.set_index(from.in->index.number);
        seat.set_kind(to_wire(from.in->kind));
        seat.set_node_key(from.in->node_key);
        seat.set_incarnation(from.in->incarnation);
        seat.set_may_lead(from.in->may_lead);
    }
    if (from.desired) to.set_desired(to_wire(*from.desired));
    if (from.promise) to.set_promise_ms(from.promise->count());
    if (!from.barred) return;
    auto& barred = *to.mutable_barred();
    for (const ReplicaIndex index : *from.barred) barred.add_indexes(index.number);
}

// Of an assignment's group, and of an edge's route.
template <class To>
void write_first(const FirstRecord& from, To& to) {
    to.set_first_record(from.text);
    to.set_first_record_signature(raw_from_base64url(from.signature));
}

template <class From>
Result<FirstRecord> first_record_of(const From& from) {
    FirstRecord to;
    to.text = TRY(text_field("first_record", from.first_record(), record_bytes_max));
    if (from.first_record_signature().size() > name_bytes_max)
        return field_error("first_record_signature", "is too long");
    // Of nothing it is none.
    if (!to.text.empty()) to.signature = to_base64url(as_bytes(from.first_record_signature()));
    return to;
}

void write_wish(const GroupWish& from, agent::v1::GroupWish& to) {
    write_first(from.first, to);
    if (from.proposal) write_proposal(*from.proposal, *to.mutable_proposal());
}

Result<GroupProposal> read_proposal(const agent::v1::GroupProposal& from) {
    GroupProposal to;
    to.made_for = TRY(text_field("proposal.made_for", from.made_for(), name_bytes_max));
    if (from.has_prefer()) to.prefer = TRY(index_field("proposal.prefer", from.prefer()));
    if (from.has_out()) to.out = TRY(index_field("proposal.out", from.out()));
    if (from.has_in()) {
        GroupSeat seat;
        seat.index = TRY(index_field("proposal.in", from.in().index()));
        seat.kind = TRY(from_wire(from.in().kind()));
        seat.node_key = TRY(name_field("proposal.in.node_key", from.in().node_key()));
        seat.incarnation = TRY(name_field("proposal.in.incarnation", from.in().incarnation()));
        seat.may_lead = from.in().may_lead();
        to.in = std::move(seat);
    }
    if (from.has_desired()) to.desired = TRY(from_wire(from.desired()));
    if (from.has_promise_ms())
        to.promise = Duration(TRY(amount_field("proposal.promise_ms", from.promise_ms())));
    if (!from.has_barred()) return to;
    TRY(count_field("proposal.barred", from.barred().indexes_size(), members_max));
    to.barred.emplace();
    for (const std::int32_t index : from.barred().indexes())
        to.barred->insert(TRY(index_field("proposal.barred", index)));
    return to;
}

Result<GroupWish> read_wish(const agent::v1::GroupWish& from) {
    GroupWish to;
    to.first = TRY(first_record_of(from));
    if (from.has_proposal()) to.proposal = TRY(read_proposal(from.proposal()));
    return to;
}

}  // namespace

void to_wire(const Assignment& from, agent::v1::Assignment& to) {
    to.set_partition(from.partition.str());
    to.set_revision(from.revision.number());
    to.set_instance(from.instance.str());
    to.set_ordered_at_unix_ms(from.ordered_at.unix_ms);
    to.set_index(from.index.number);
    to.set_kind(to_wire(from.kind));
    to.set_role(to_wire(from.role));
    to.set_generation(from.fence.generation.number());
    to.set_epoch(from.fence.epoch.number());
    if (from.leader) to.set_leader(from.leader->number);
    to.set_founder(from.founder);
    to.set_desired(to_wire(from.desired));
    to.set_release_json(from.release_json);
    to.set_release_signature(raw_from_base64url(from.release_signature));
    to.set_publisher_key(raw_from_base64url(from.publisher_key));
    to.set_size(from.size.str());
    to.set_cpu_millicores(from.reserved.cpu.count());
    to.set_memory_bytes(from.reserved.memory.count());
    to.set_disk_bytes(from.reserved.disk.count());
    to.set_uplink_kbit(from.reserved.uplink.count());
    to.set_parameters_json(from.parameters_json);
    to.set_hostname(from.hostname);
    to.set_url(from.url);
    to.set_address(from.address);
    to.set_copies(from.copies);
    for (const Member& member : from.members) write_member(member, *to.add_members());
    for (const Member& member : from.learners) write_member(member, *to.add_learners());
    for (const std::string& proxy : from.proxies) to.add_proxies(proxy);
    if (from.group) write_wish(*from.group, *to.mutable_group());
    for (const auto& [name, content] : from.secrets.by_name)
        (*to.mutable_secrets())[name] = content;
    to.set_tenant_country(from.tenant_country.str());
    to.set_mail_relay(from.mail_relay);
}

Result<Assignment> from_wire(const agent::v1::Assignment& from) {
    const auto read = [&]() -> Result<Assignment> {
        Assignment to;
        to.partition = PartitionId(TRY(name_field("partition", from.partition())));
        to.revision = Revision(from.revision());
        to.instance = InstanceName(TRY(name_field("instance", from.instance())));
        to.ordered_at = WallTime{TRY(amount_field("ordered_at", from.ordered_at_unix_ms()))};
        to.index = TRY(index_field("index", from.index()));
        to.kind = TRY(from_wire(from.kind()));
        to.role = TRY(from_wire(from.role()));
        to.fence = {Generation(from.generation()), Epoch(from.epoch())};
        to.founder = from.founder();
        to.desired = TRY(from_wire(from.desired()));
        to.hostname = TRY(text_field("hostname", from.hostname(), line_bytes_max));
        to.url = TRY(text_field("url", from.url(), line_bytes_max));
        to.address = TRY(text_field("address", from.address(), name_bytes_max));
        to.mail_relay = TRY(text_field("mail_relay", from.mail_relay(), name_bytes_max));
        TRY(read_group(from, to));
        TRY(read_release(from, to));
        TRY(read_secrets(from, to));
        if (from.has_group()) to.group = TRY(read_wish(from.group()));
        to.tenant_country =
            CountryCode(TRY(country_field("tenant_country", from.tenant_country())));
        return to;
    };
    auto assignment = read();
    if (!assignment.ok())
        return in_context("assignment '" + from.partition().substr(0, name_bytes_max) + "'",
                          std::move(assignment).failure());
    return assignment;
}

void to_wire(const OverlayPeer& from, agent::v1::OverlayPeer& to) {
    to.set_node(from.node.str());
    to.set_revision(from.revision.number());
    to.set_edge(from.edge);
    to.set_public_key(from.public_key.str());
    to.set_endpoint(from.endpoint);
    for (const std::string& prefix : from.allowed) to.add_allowed_prefixes(prefix);
    to.set_acme_thumbprint(from.acme_thumbprint);
}

Result<OverlayPeer> from_wire(const agent::v1::OverlayPeer& from) {
    OverlayPeer to;
    to.node = NodeId(TRY(name_field("peer.node", from.node())));
    to.revision = Revision(from.revision());
    to.edge = from.edge();
    to.public_key =
        WgPublicKey(TRY(text_field("peer.public_key", from.public_key(), name_bytes_max)));
    if (to.public_key.empty()) return field_error("peer.public_key", "is empty");
    to.endpoint = TRY(text_field("peer.endpoint", from.endpoint(), line_bytes_max));
    TRY(count_field("peer.allowed_prefixes", from.allowed_prefixes_size(), prefixes_max));
    for (const auto& prefix : from.allowed_prefixes()) {
        to.allowed.push_back(TRY(text_field("peer.allowed_prefixes", prefix, name_bytes_max)));
    }
    to.acme_thumbprint = TRY(thumbprint_field("peer.acme_thumbprint", from.acme_thumbprint()));
    return to;
}

void to_wire(const EdgeRoute& from, agent::v1::EdgeRoute& to) {
    to.set_hostname(from.hostname);
    to.set_revision(from.revision.number());
    to.set_instance(from.instance.str());
    to.set_ordered_at_unix_ms(from.ordered_at.unix_ms);
    to.set_generation(from.fence.generation.number());
    to.set_epoch(from.fence.epoch.number());
    to.set_backend(from.backend);
    for (const RouteVoter& voter : from.voters) {
        auto& added = *to.add_voters();
        added.set_index(voter.index.number);
        added.set_address(voter.address);
    }
    to.set_web_port(static_cast<std::uint32_t>(from.web_port));
    write_first(from.first, to);
    for (const std::string& alias : from.aliases) to.add_aliases(alias);
    if (from.mail) to_wire(*from.mail, *to.mutable_mail());
}

Result<EdgeRoute> from_wire(const agent::v1::EdgeRoute& from) {
    EdgeRoute to;
    to.hostname = TRY(text_field("route.hostname", from.hostname(), 253));
    if (to.hostname.empty()) return field_error("route.hostname", "is empty");
    to.revision = Revision(from.revision());
    to.instance = InstanceName(TRY(name_field("route.instance", from.instance())));
    to.ordered_at = WallTime{TRY(amount_field("route.ordered_at", from.ordered_at_unix_ms()))};
    to.fence = {Generation(from.generation()), Epoch(from.epoch())};
    to.backend = TRY(text_field("route.backend", from.backend(), name_bytes_max));
    TRY(count_field("route.voters", from.voters_size(), members_max));
    for (const auto& voter : from.voters())
        to.voters.push_back({TRY(index_field("route.voters", voter.index())),
                             TRY(name_field("route.voters", voter.address()))});
    if (from.web_port() > 65'535) return field_error("route.web_port", "is out of range");
    // Both are for who asks the voters: without any they would be lost with the journal.
    if (!to.voters.empty()) {
        to.web_port = static_cast<int>(from.web_port());
        to.first = TRY(first_record_of(from));
    }
    TRY(count_field("route.aliases", from.aliases_size(), aliases_max));
    for (const std::string& alias : from.aliases())
        to.aliases.push_back(TRY(name_field("route.aliases", alias, hostname_bytes_max)));
    if (from.has_mail()) to.mail = TRY(from_wire(from.mail()));
    return to;
}

void to_wire(const NodeSettings& from, agent::v1::NodeSettings& to) {
    to.set_overlay_prefix(from.overlay_prefix);
    to.set_overlay_cluster_prefix(from.overlay_cluster_prefix);
    to.set_edge(from.edge);
    to.set_zone(from.zone);
    to.set_public_address(from.public_address);
    to.set_acme_thumbprint(from.acme_thumbprint);
    if (from.mail_relay) to_wire(*from.mail_relay, *to.mutable_mail_relay());
}

Result<NodeSettings> from_wire(const agent::v1::NodeSettings& from, Revision revision) {
    NodeSettings to{
        .revision = revision,
        .overlay_prefix =
            TRY(text_field("settings.overlay_prefix", from.overlay_prefix(), name_bytes_max)),
        .overlay_cluster_prefix = TRY(text_field("settings.overlay_cluster_prefix",
                                                 from.overlay_cluster_prefix(), name_bytes_max)),
        .edge = from.edge(),
        .zone = TRY(text_field("settings.zone", from.zone(), 253)),
        .public_address =
            TRY(text_field("settings.public_address", from.public_address(), name_bytes_max)),
        .acme_thumbprint =
            TRY(thumbprint_field("settings.acme_thumbprint", from.acme_thumbprint()))};
    if (from.has_mail_relay()) to.mail_relay = TRY(from_wire(from.mail_relay()));
    return to;
}

}  // namespace foyer::wire
