// Accounts, homes, boxes and releases: tables of schemas/sql/0001.
#include "master/store/row_mapping.h"

namespace foyer::master {

namespace {

using enum Column::Kind;

const Table& accounts() {
    static const Table table({"accounts",
                              {"name"},
                              {{"name"},
                               {"roles", Texts},
                               {"quota_instances", Int8},
                               {"quota_copies", Int8},
                               {"quota_disk_bytes", Int8},
                               {"created_at", Time},
                               {"revision", Int8},
                               {"country"}}});
    return table;
}

Status read_row(Row row, Account& a) {
    std::optional<CountryCode> country;
    TRY(row.into(a.name, a.roles, a.quota.instances, a.quota.copies, a.quota.disk, a.created_at,
                 a.revision, country));
    a.country = country.value_or(CountryCode());
    return ok_status();
}

const Table& api_tokens() {
    static const Table table({"api_tokens",
                              {"id"},
                              {{"id"},
                               {"account"},
                               {"secret_hash"},
                               {"note"},
                               {"scopes", Texts},
                               {"read_only", Bool},
                               {"made_by"},
                               {"member"},
                               {"session", Bool},
                               {"created_at", Time},
                               {"expires_at", Time},
                               {"revision", Int8}}});
    return table;
}

Status read_row(Row row, ApiToken& t) {
    return row.into(t.id, t.account, t.secret_hash, t.note, t.scopes, t.read_only, t.made_by,
                    t.member, t.session, t.created_at, t.expires_at, t.revision);
}

const Table& isps() {
    static const Table table({"isps",
                              {"name"},
                              {{"name"},
                               {"family"},
                               {"created_at", Time},
                               {"revision", Int8},
                               {"asns", Json},
                               {"terms"},
                               {"terms_quote"},
                               {"terms_source"},
                               {"terms_read_on"}}});
    return table;
}

Status read_row(Row row, Isp& i) {
    std::optional<TermsStance> stance;
    std::optional<std::string> quote;
    std::optional<std::string> source;
    std::optional<std::string> read_on;
    TRY(row.into(i.name, i.family, i.created_at, i.revision, i.asns, stance, quote, source,
                 read_on));
    if (stance && quote && source && read_on)
        i.terms = IspTerms{*stance, *quote, *source, *read_on};
    return ok_status();
}

const Table& price_lists() {
    static const Table table({"price_lists",
                              {"name"},
                              {{"name"},
                               {"currency"},
                               {"valid_from", Time},
                               {"sizes", Json},
                               {"created_at", Time},
                               {"revision", Int8}}});
    return table;
}

Status read_row(Row row, PriceList& p) {
    return row.into(p.name, p.currency, p.valid_from, p.sizes, p.created_at, p.revision);
}

const Table& hosts() {
    static const Table table(
        {"hosts", {"name"}, {{"name"}, {"created_at", Time}, {"revision", Int8}}});
    return table;
}

Status read_row(Row row, Host& h) { return row.into(h.name, h.created_at, h.revision); }

const Table& sites() {
    static const Table table({"sites",
                              {"name"},
                              {{"name"},
                               {"isp"},
                               {"country"},
                               {"host"},
                               {"host_class"},
                               {"created_at", Time},
                               {"revision", Int8},
                               {"former_boxes", Json}}});
    return table;
}

Status read_row(Row row, Site& s) {
    return row.into(s.name, s.isp, s.country, s.host, s.host_class, s.created_at, s.revision,
                    s.former_boxes);
}

const Table& nodes() {
    static const Table table({"nodes",
                              {"name"},
                              {{"name"},
                               {"site"},
                               {"edge", Bool},
                               {"public_address"},
                               {"state"},
                               {"number", Int4},
                               {"token_hash"},
                               {"token_expires_at", Time},
                               {"token_used", Bool},
                               {"key_fingerprint"},
                               {"certificate_expires_at", Time},
                               {"wg_public_key"},
                               {"cpu_millicores", Int8},
                               {"memory_bytes", Int8},
                               {"disk_bytes", Int8},
                               {"uplink_kbit_s", Int8},
                               {"disk_free_bytes", Int8},
                               {"agent_version"},
                               {"partitions_made", Int4},
                               {"wish"},
                               {"drain_operation"},
                               {"drain_deadline", Time},
                               {"drain_started_at", Time},
                               {"silent_since", Time},
                               {"eviction_held", Bool},
                               {"missing_told", Bool},
                               {"certificate_told", Time},
                               {"offered_cpu_millicores", Int8},
                               {"offered_memory_bytes", Int8},
                               {"offered_disk_bytes", Int8},
                               {"offered_uplink_kbit_s", Int8},
                               {"revision", Int8},
                               {"overlay_revision", Int8},
                               {"acme_thumbprint"},
                               {"host_wish"},
                               {"host_wish_until", Time},
                               {"paused_since", Time},
                               {"pause_lasts", Bool},
                               {"line_asn", Int8},
                               {"line_holder"},
                               {"line_since", Time},
                               {"line_differs", Bool},
                               {"line_accepted_asn", Int8},
                               {"health"},
                               {"health_reason"},
                               {"clock_standing"},
                               {"clock_fault"},
                               {"clock_since", Time},
                               {"refuses_countries", Texts},
                               {"refuses_kinds", Texts},
                               {"refuses_now", Bool}}});
    return table;
}

Status read_row(Row row, Node& n) {
    Resources& has = n.capacity;
    std::optional<OperationId> drain;
    std::optional<WallTime> deadline;
    std::optional<WallTime> started_at;
    std::optional<Asn> line_asn;
    std::optional<std::string> line_holder;
    std::optional<WallTime> line_since;
    HostRefusals refuses;
    TRY(row.into(n.name, n.site, n.edge, n.public_address, n.state, n.number, n.token_hash,
                 n.token_expires_at, n.token_used, n.key_fingerprint, n.certificate_expires_at,
                 n.wg_public_key, has.cpu, has.memory, has.disk, has.uplink, n.disk_free,
                 n.agent_version, n.partitions_made, n.wish, drain, deadline, started_at,
                 n.silent_since, n.eviction_held, n.missing_told, n.certificate_told, n.offered.cpu,
                 n.offered.memory, n.offered.disk, n.offered.uplink, n.revision, n.overlay_revision,
                 n.acme_thumbprint, n.host_order.wish, n.host_order.until, n.paused_since,
                 n.pause_lasts, line_asn, line_holder, line_since, n.line_differs, n.line_accepted,
                 n.care.health, n.care.reason, n.clock.standing, n.clock.fault, n.clock.since,
                 refuses.what.countries, refuses.what.kinds, refuses.now));
    if (refuses.what.any()) n.refuses = std::move(refuses);
    if (line_asn && line_holder && line_since)
        n.line = SeenLine{{*line_asn, *line_holder}, *line_since};
    if (drain && started_at) n.drain = Drain{*drain, deadline, *started_at};
    return ok_status();
}

const Table& node_sightings() {
    static const Table table({"node_sightings",
                              {"node"},
                              {{"node"},
                               {"seen_at", Time},
                               {"clock_offset_ms", Int8},
                               {"revision", Int8},
                               {"clock_rate_ppm", Int8}}});
    return table;
}

Status read_row(Row row, Sighting& s) {
    std::int64_t offset = 0;
    TRY(row.into(s.node, s.seen_at, offset, s.revision, s.clock_rate_ppm));
    s.clock_offset = Duration(offset);
    return ok_status();
}

const Table& releases() {
    static const Table table({"releases",
                              {"name", "version"},
                              {{"name"},
                               {"version"},
                               {"title"},
                               {"publisher"},
                               {"publisher_key"},
                               {"release_json"},
                               {"signature"},
                               {"image"},
                               {"image_size_bytes", Int8},
                               {"sizes", Json},
                               {"parameters_schema_json"},
                               {"copies_min", Int4},
                               {"copies_max", Int4},
                               {"copies_default", Int4},
                               {"web_port", Int4},
                               {"sequence", Int8},
                               {"withdrawn_at", Time},
                               {"withdrawn_reason"},
                               {"created_at", Time},
                               {"revision", Int8},
                               {"kind"}}});
    return table;
}

Status read_row(Row row, Release& r) {
    std::optional<WallTime> withdrawn_at;
    std::optional<std::string> reason;
    TRY(row.into(r.name, r.version, r.title, r.publisher, r.publisher_key, r.release_json,
                 r.signature, r.image, r.image_size, r.sizes, r.parameters_schema_json,
                 r.copies_min, r.copies_max, r.copies_default, r.web_port, r.sequence, withdrawn_at,
                 reason, r.created_at, r.revision, r.kind));
    if (withdrawn_at && reason) r.withdrawn = Withdrawal{*withdrawn_at, *std::move(reason)};
    return ok_status();
}

// The highest overlay number ever given may be of a box that is gone: it came, and it went.
const Statement last_number{"load_last_node_number",
                            "SELECT max(number) FROM node_numbers HAVING count(*) > 0"};

const Statement number_given{
    "put_node_number",
    "INSERT INTO node_numbers (number, node) SELECT $1::integer, $2::text WHERE NOT EXISTS"
    " (SELECT FROM node_numbers WHERE number = $1::integer AND node = $2::text)"};

Status read_last_number(Row row, Changes& into) {
    Node gone;
    gone.name = NodeId("gone");
    TRY(row.into(gone.number));
    into.push_back(Put<Node>{gone});
    into.push_back(DropNode{gone.name});
    return ok_status();
}

template <class T>
Status read_into(Row row, Changes& into) {
    T read;
    TRY(read_row(row, read));
    into.push_back(Put<T>{std::move(read)});
    return ok_status();
}

}  // namespace

Call put_call(const Account& a) {
    const auto country = a.country.empty() ? std::nullopt : std::optional(a.country);
    return {&accounts().put, Params().add(a.name, a.roles, a.quota.instances, a.quota.copies,
                                          a.quota.disk, a.created_at, a.revision, country)};
}

Call put_call(const ApiToken& t) {
    return {&api_tokens().put,
            Params().add(t.id, t.account, t.secret_hash, t.note, t.scopes, t.read_only, t.made_by,
                         t.member, t.session, t.created_at, t.expires_at, t.revision)};
}

Call put_call(const Isp& i) {
    std::optional<TermsStance> stance;
    std::optional<std::string> quote;
    std::optional<std::string> source;
    std::optional<std::string> read_on;
    if (i.terms)
        stance = i.terms->stance, quote = i.terms->quote, source = i.terms->source,
        read_on = i.terms->read_on;
    return {&isps().put, Params().add(i.name, i.family, i.created_at, i.revision, i.asns, stance,
                                      quote, source, read_on)};
}

Call put_call(const Host& h) {
    return {&hosts().put, Params().add(h.name, h.created_at, h.revision)};
}

Call put_call(const Site& s) {
    return {&sites().put, Params().add(s.name, s.isp, s.country, s.host, s.host_class, s.created_at,
                                       s.revision, s.former_boxes)};
}

Call put_call(const Node& n) {
    const Resources& has = n.capacity;
    std::optional<OperationId> drain;
    std::optional<WallTime> deadline;
    std::optional<WallTime> started_at;
    if (n.drain)
        drain = n.drain->operation, deadline = n.drain->deadline, started_at = n.drain->started_at;
    std::optional<Asn> line_asn;
    std::optional<std::string> line_holder;
    std::optional<WallTime> line_since;
    if (n.line)
        line_asn = n.line->system.number, line_holder = n.line->system.holder,
        line_since = n.line->since;
    const HostRefusals refuses = n.refuses ? *n.refuses : HostRefusals();
    return {&nodes().put,
            Params().add(n.name, n.site, n.edge, n.public_address, n.state, n.number, n.token_hash,
                         n.token_expires_at, n.token_used, n.key_fingerprint,
                         n.certificate_expires_at, n.wg_public_key, has.cpu, has.memory, has.disk,
                         has.uplink, n.disk_free, n.agent_version, n.partitions_made, n.wish, drain,
                         deadline, started_at, n.silent_since, n.eviction_held, n.missing_told,
                         n.certificate_told, n.offered.cpu, n.offered.memory, n.offered.disk,
                         n.offered.uplink, n.revision, n.overlay_revision, n.acme_thumbprint,
                         n.host_order.wish, n.host_order.until, n.paused_since, n.pause_lasts,
                         line_asn, line_holder, line_since, n.line_differs, n.line_accepted,
                         n.care.health, n.care.reason, n.clock.standing, n.clock.fault,
                         n.clock.since, refuses.what.countries, refuses.what.kinds, refuses.now)};
}

Call put_call(const Sighting& s) {
    return {&node_sightings().put,
            Params().add(s.node, s.seen_at, std::int64_t{s.clock_offset.count()}, s.revision,
                         s.clock_rate_ppm)};
}

Call put_call(const PriceList& p) {
    return {&price_lists().put,
            Params().add(p.name, p.currency, p.valid_from, p.sizes, p.created_at, p.revision)};
}

Call put_call(const Release& r) {
    std::optional<WallTime> withdrawn_at;
    std::optional<std::string> reason;
    if (r.withdrawn) withdrawn_at = r.withdrawn->at, reason = r.withdrawn->reason;
    return {&releases().put,
            Params().add(r.name, r.version, r.title, r.publisher, r.publisher_key, r.release_json,
                         r.signature, r.image, r.image_size, r.sizes, r.parameters_schema_json,
                         r.copies_min, r.copies_max, r.copies_default, r.web_port, r.sequence,
                         withdrawn_at, reason, r.created_at, r.revision, r.kind)};
}

Call number_given_call(const Node& n) { return {&number_given, Params().add(n.number, n.name)}; }

Call drop_call(const DropAccount& change) { return {&accounts().drop, Params().add(change.name)}; }

Call drop_call(const DropToken& change) { return {&api_tokens().drop, Params().add(change.id)}; }

Call drop_call(const DropIsp& change) { return {&isps().drop, Params().add(change.name)}; }

Call drop_call(const DropHost& change) { return {&hosts().drop, Params().add(change.name)}; }

Call drop_call(const DropSite& change) { return {&sites().drop, Params().add(change.name)}; }

Call drop_call(const DropPriceList& change) {
    return {&price_lists().drop, Params().add(change.name)};
}

Call drop_call(const DropNode& change) { return {&nodes().drop, Params().add(change.name)}; }

Call drop_call(const DropSighting& change) {
    return {&node_sightings().drop, Params().add(change.node)};
}

void add_catalogue_loaders(std::vector<Loader>& loaders) {
    loaders.push_back({{&last_number}, nullptr, read_last_number});
    loaders.push_back({{}, &accounts().copy, read_into<Account>});
    loaders.push_back({{}, &api_tokens().copy, read_into<ApiToken>});
    loaders.push_back({{}, &isps().copy, read_into<Isp>});
    loaders.push_back({{}, &hosts().copy, read_into<Host>});
    loaders.push_back({{}, &sites().copy, read_into<Site>});
    loaders.push_back({{}, &nodes().copy, read_into<Node>});
    loaders.push_back({{}, &node_sightings().copy, read_into<Sighting>});
    loaders.push_back({{}, &releases().copy, read_into<Release>});
    loaders.push_back({{}, &price_lists().copy, read_into<PriceList>});
}

}  // namespace foyer::master
