#include "master/rpc/show.h"

#include <algorithm>

#include "master/app/release_document.h"
#include "master/domain/line_check.h"

namespace foyer::master {

void set_time(WallTime from, google::protobuf::Timestamp& to) {
    const std::int64_t seconds =
        from.unix_ms >= 0 ? from.unix_ms / 1000 : (from.unix_ms - 999) / 1000;
    to.set_seconds(seconds);
    to.set_nanos(static_cast<std::int32_t>((from.unix_ms - seconds * 1000) * 1'000'000));
}

Result<WallTime> time_in(const google::protobuf::Timestamp& from, const std::string& field) {
    constexpr std::int64_t seconds_max = 253'402'300'799;  // year 9999
    if (from.seconds() < 0 || from.seconds() > seconds_max)
        return error(ErrorCode::InvalidArgument, "'/" + field + "' is no time of ours",
                     {{"path", "/" + field}});
    return WallTime{from.seconds() * 1000 + from.nanos() / 1'000'000};
}

api::AccountRole to_wire(AccountRole role) {
    switch (role) {
        case AccountRole::Operator: return api::ACCOUNT_ROLE_OPERATOR;
        case AccountRole::Host: return api::ACCOUNT_ROLE_HOST;
        case AccountRole::Customer: return api::ACCOUNT_ROLE_CUSTOMER;
        case AccountRole::Publisher: return api::ACCOUNT_ROLE_PUBLISHER;
        case AccountRole::Auditor: return api::ACCOUNT_ROLE_AUDITOR;
    }
    CHECK(false);
}

api::HostClass to_wire(HostClass host_class) {
    switch (host_class) {
        case HostClass::House: return api::HOST_CLASS_HOUSE;
        case HostClass::Vetted: return api::HOST_CLASS_VETTED;
        case HostClass::Open: return api::HOST_CLASS_OPEN;
    }
    CHECK(false);
}

api::EventAbout to_wire(EventAbout about) {
    switch (about) {
        case EventAbout::Cloud: return api::EVENT_ABOUT_CLOUD;
        case EventAbout::Account: return api::EVENT_ABOUT_ACCOUNT;
        case EventAbout::Node: return api::EVENT_ABOUT_NODE;
        case EventAbout::Site: return api::EVENT_ABOUT_SITE;
        case EventAbout::Release: return api::EVENT_ABOUT_RELEASE;
        case EventAbout::PriceList: return api::EVENT_ABOUT_PRICE_LIST;
        case EventAbout::Instance: return api::EVENT_ABOUT_INSTANCE;
        case EventAbout::Operation: return api::EVENT_ABOUT_OPERATION;
    }
    CHECK(false);
}

Result<std::set<AccountRole>> roles_in(const google::protobuf::RepeatedField<int>& roles,
                                       const std::string& field) {
    std::set<AccountRole> found;
    for (const int role : roles) {
        const auto known =
            std::ranges::find_if(all_roles, [&](AccountRole one) { return to_wire(one) == role; });
        if (known == all_roles.end())
            return error(
                ErrorCode::InvalidArgument,
                "'/" + field + "' must hold operator, host, customer, publisher or auditor",
                {{"path", "/" + field}});
        found.insert(*known);
    }
    return found;
}

Result<HostClass> from_wire(api::HostClass host_class) {
    for (const HostClass known : {HostClass::House, HostClass::Vetted, HostClass::Open}) {
        if (to_wire(known) == host_class) return known;
    }
    return error(ErrorCode::InvalidArgument, "'/host_class' must be house, vetted or open",
                 {{"path", "/host_class"}});
}

void show(const State& state, const Account& from, api::Account& to) {
    to.set_name(from.name.str());
    for (const AccountRole role : from.roles) to.add_roles(to_wire(role));
    set_time(from.created_at, *to.mutable_created_at());
    api::Quota& quota = *to.mutable_quota();
    if (from.quota.instances) quota.set_instances(*from.quota.instances);
    if (from.quota.copies) quota.set_copies(*from.quota.copies);
    if (from.quota.disk) quota.set_disk_bytes(from.quota.disk->count());
    const Usage usage = state.used_by(from.name);
    api::Usage& used = *to.mutable_used();
    used.set_instances(usage.instances);
    used.set_copies(usage.copies);
    used.set_disk_bytes(usage.disk.count());
    to.set_revision(from.revision.number());
    to.set_country(from.country.str());
}

void show(const ApiToken& from, api::ApiToken& to) {
    to.set_id(from.id.str());
    to.set_account(from.account.str());
    to.set_note(from.note);
    for (const AccountRole role : from.scopes) to.add_scopes(to_wire(role));
    to.set_read_only(from.read_only);
    to.set_made_by(from.made_by.str());
    if (from.member) to.set_member(from.member->str());
    to.set_session(from.session);
    set_time(from.created_at, *to.mutable_created_at());
    set_time(from.expires_at, *to.mutable_expires_at());
    to.set_revision(from.revision.number());
}

api::Language to_wire(Language language) {
    switch (language) {
        case Language::English: return api::LANGUAGE_EN;
        case Language::French: return api::LANGUAGE_FR;
    }
    CHECK(false);
}

Result<Language> from_wire(api::Language language) {
    if (language == api::LANGUAGE_UNSPECIFIED || language == api::LANGUAGE_EN)
        return Language::English;
    if (language == api::LANGUAGE_FR) return Language::French;
    return error(ErrorCode::InvalidArgument, "'/language' must be en or fr",
                 {{"path", "/language"}});
}

namespace {

api::TermsStance wire_stance(TermsStance stance) {
    switch (stance) {
        case TermsStance::Allowed: return api::TERMS_STANCE_ALLOWED;
        case TermsStance::Silent: return api::TERMS_STANCE_SILENT;
        case TermsStance::Forbidden: return api::TERMS_STANCE_FORBIDDEN;
    }
    CHECK(false);
}

}  // namespace

Result<TermsStance> from_wire(api::TermsStance stance) {
    for (const TermsStance known : all_terms_stances)
        if (wire_stance(known) == stance) return known;
    return error(ErrorCode::InvalidArgument, "'/terms/stance' must be allowed, silent or forbidden",
                 {{"path", "/terms/stance"}});
}

void show(const Isp& from, api::Isp& to) {
    to.set_name(from.name.str());
    to.set_family(from.family.str());
    set_time(from.created_at, *to.mutable_created_at());
    to.set_revision(from.revision.number());
    for (const Asn asn : from.asns) to.add_asns(static_cast<std::uint32_t>(asn.number()));
    if (!from.terms) return;
    to.mutable_terms()->set_stance(wire_stance(from.terms->stance));
    to.mutable_terms()->set_quote(from.terms->quote);
    to.mutable_terms()->set_source(from.terms->source);
    to.mutable_terms()->set_read_on(from.terms->read_on);
}

void show(const Host& from, api::Host& to) {
    to.set_name(from.name.str());
    set_time(from.created_at, *to.mutable_created_at());
    to.set_revision(from.revision.number());
}

void show(const State& state, const Site& from, api::Site& to) {
    to.set_name(from.name.str());
    to.set_isp(from.isp.str());
    to.set_country(from.country.str());
    to.set_host(from.host.str());
    to.set_host_class(to_wire(from.host_class));
    for (const auto& [name, node] : state.nodes()) {
        if (node.site == from.name) to.add_nodes(name.str());
    }
    set_time(from.created_at, *to.mutable_created_at());
    to.set_revision(from.revision.number());
}

api::NodeState to_wire(NodeState state) {
    switch (state) {
        case NodeState::Expected: return api::NODE_STATE_EXPECTED;
        case NodeState::Online: return api::NODE_STATE_ONLINE;
        case NodeState::Silent: return api::NODE_STATE_SILENT;
        case NodeState::Lost: return api::NODE_STATE_LOST;
    }
    CHECK(false);
}

api::NodeWish to_wire(NodeWish wish) {
    switch (wish) {
        case NodeWish::Open: return api::NODE_WISH_OPEN;
        case NodeWish::Cordoned: return api::NODE_WISH_CORDONED;
        case NodeWish::Draining: return api::NODE_WISH_DRAINING;
    }
    CHECK(false);
}

api::NodeHealth to_wire(BoxHealth health) {
    switch (health) {
        case BoxHealth::Well: return api::NODE_HEALTH_WELL;
        case BoxHealth::Worn: return api::NODE_HEALTH_WORN;
        case BoxHealth::Failing: return api::NODE_HEALTH_FAILING;
    }
    CHECK(false);
}

namespace {

api::HostWish host_wish(HostWish wish) {
    switch (wish) {
        case HostWish::Serving: return api::HOST_WISH_SERVING;
        case HostWish::Paused: return api::HOST_WISH_PAUSED;
        case HostWish::Draining: return api::HOST_WISH_DRAINING;
        case HostWish::Leaving: return api::HOST_WISH_LEAVING;
    }
    CHECK(false);
}

void show_host_order(const Node& from, api::Node& to) {
    to.set_host_wish(host_wish(from.host_order.wish));
    if (from.host_order.until) set_time(*from.host_order.until, *to.mutable_host_wish_until());
    if (from.paused_since) set_time(*from.paused_since, *to.mutable_paused_since());
}

api::ReleaseKind release_kind(ReleaseKind kind) {
    switch (kind) {
        case ReleaseKind::Erp: return api::RELEASE_KIND_ERP;
        case ReleaseKind::Database: return api::RELEASE_KIND_DATABASE;
        case ReleaseKind::Web: return api::RELEASE_KIND_WEB;
        case ReleaseKind::Mail: return api::RELEASE_KIND_MAIL;
        case ReleaseKind::Other: return api::RELEASE_KIND_OTHER;
    }
    CHECK(false);
}

api::ClockStanding wire_standing(ClockStanding standing) {
    switch (standing) {
        case ClockStanding::Right: return api::CLOCK_STANDING_RIGHT;
        case ClockStanding::Doubted: return api::CLOCK_STANDING_DOUBTED;
        case ClockStanding::Held: return api::CLOCK_STANDING_HELD;
        case ClockStanding::Barred: return api::CLOCK_STANDING_BARRED;
    }
    CHECK(false);
}

api::ClockFault wire_fault(ClockFault fault) {
    switch (fault) {
        case ClockFault::None: return api::CLOCK_FAULT_UNSPECIFIED;
        case ClockFault::Time: return api::CLOCK_FAULT_TIME;
        case ClockFault::Rate: return api::CLOCK_FAULT_RATE;
    }
    CHECK(false);
}

void show_refusals(const Node& from, api::Node& to) {
    if (!from.refuses) return;
    api::HostRefusals& refuses = *to.mutable_refuses();
    for (const CountryCode& country : from.refuses->what.countries)
        refuses.add_countries(country.str());
    for (const ReleaseKind kind : from.refuses->what.kinds) refuses.add_kinds(release_kind(kind));
    refuses.set_now(from.refuses->now);
}

api::LineCheck wire_check(LineCheck check) {
    switch (check) {
        case LineCheck::Unknown: return api::LINE_CHECK_UNKNOWN;
        case LineCheck::Declared: return api::LINE_CHECK_DECLARED;
        case LineCheck::Accepted: return api::LINE_CHECK_ACCEPTED;
        case LineCheck::Differs: return api::LINE_CHECK_DIFFERS;
    }
    CHECK(false);
}

void show_line(const State& state, const Node& from, api::Node& to) {
    const auto site = state.sites().find(from.site);
    if (!from.line || site == state.sites().end()) return;
    api::NodeLine& line = *to.mutable_line();
    line.set_asn(static_cast<std::uint32_t>(from.line->system.number.number()));
    line.set_holder(from.line->system.holder);
    set_time(from.line->since, *line.mutable_since());
    const IspFamilyId& family = state.isps().at(site->second.isp).family;
    line.set_check(wire_check(line_check(networks_of(state, family), from)));
}

void show_life(const Node& from, api::Node& to) {
    to.set_state(to_wire(from.state));
    to.set_wish(to_wire(from.wish));
    if (from.silent_since) set_time(*from.silent_since, *to.mutable_silent_since());
    to.set_eviction_held(from.eviction_held);
    if (!from.drain) return;
    to.set_drain_operation(from.drain->operation.str());
    if (from.drain->deadline) set_time(*from.drain->deadline, *to.mutable_drain_deadline());
}

void show_site_of(const State& state, const Node& from, api::Node& to) {
    const auto site = state.sites().find(from.site);
    if (site == state.sites().end()) return;
    to.set_isp(site->second.isp.str());
    to.set_country(site->second.country.str());
    to.set_host(site->second.host.str());
    to.set_host_class(to_wire(site->second.host_class));
}

}  // namespace

void show(const State& state, const Node& from, const Presence* presence, api::Node& to) {
    to.set_name(from.name.str());
    to.set_site(from.site.str());
    show_site_of(state, from, to);
    to.set_edge(from.edge);
    to.set_public_address(from.public_address);
    show_life(from, to);
    show_host_order(from, to);
    show_line(state, from, to);
    to.set_health(to_wire(from.care.health));
    to.set_health_reason(from.care.reason);
    to.set_clock_standing(wire_standing(from.clock.standing));
    to.set_clock_fault(wire_fault(from.clock.fault));
    show_refusals(from, to);
    to.set_cpu_millicores(from.capacity.cpu.count());
    to.set_memory_bytes(from.capacity.memory.count());
    to.set_disk_bytes(from.capacity.disk.count());
    to.set_uplink_kbit(from.capacity.uplink.count());
    const Resources reserved = state.reserved_on(from.name);
    to.set_reserved_cpu_millicores(reserved.cpu.count());
    to.set_reserved_memory_bytes(reserved.memory.count());
    to.set_reserved_disk_bytes(reserved.disk.count());
    to.set_reserved_uplink_kbit(reserved.uplink.count());
    to.set_overlay_prefix(overlay_prefix_of(state, from.number));
    to.set_agent_version(from.agent_version);
    to.set_revision(from.revision.number());
    for (const ReplicaKey& key : state.replicas_on(from.name))
        to.add_partitions(partition_id(key).str());
    if (!from.key_fingerprint.empty())
        set_time(from.certificate_expires_at, *to.mutable_certificate_expires_at());
    if (from.disk_free) to.set_disk_free_bytes(std::max<std::int64_t>(1, from.disk_free->count()));
    const auto kept = state.sightings().find(from.name);
    if (kept != state.sightings().end()) {
        set_time(kept->second.seen_at, *to.mutable_last_seen_at());
        to.set_clock_offset_ms(kept->second.clock_offset.count());
        if (kept->second.clock_rate_ppm) to.set_clock_rate_ppm(*kept->second.clock_rate_ppm);
    }
    const auto seen = presence == nullptr ? std::nullopt : presence->find(from.name);
    if (!seen || !seen->heard_at) return;
    set_time(*seen->heard_at, *to.mutable_last_seen_at());
    to.set_clock_offset_ms(seen->clock_offset.count());
    if (seen->disk_free_bytes > 0) to.set_disk_free_bytes(seen->disk_free_bytes);
}

void show(const Release& from, api::SoftwareRelease& to) {
    to.set_name(from.name.str());
    to.set_version(from.version.str());
    to.set_title(from.title);
    to.set_publisher(from.publisher.str());
    to.set_image_digest(from.image.str());
    for (const ReleaseSize& size : from.sizes) {
        api::ReleaseSize& added = *to.add_sizes();
        added.set_name(size.name.str());
        added.set_cpu_millicores(size.resources.cpu.count());
        added.set_memory_bytes(size.resources.memory.count());
        added.set_disk_bytes(size.resources.disk.count());
        added.set_uplink_kbit(size.resources.uplink.count());
    }
    to.set_parameters_schema_json(from.parameters_schema_json);
    to.set_copies_min(from.copies_min);
    to.set_copies_max(from.copies_max);
    to.set_copies_default(from.copies_default);
    set_time(from.created_at, *to.mutable_created_at());
    to.set_image_bytes(from.image_size.count());
    to.set_kind(release_kind(from.kind));
    to.set_revision(from.revision.number());
    if (from.withdrawn) {
        set_time(from.withdrawn->at, *to.mutable_withdrawn_at());
        to.set_withdrawn_reason(from.withdrawn->reason);
    }
}

void show(const Event& from, api::Event& to) {
    to.set_revision(from.revision.number());
    set_time(from.at, *to.mutable_at());
    to.set_kind(from.kind);
    to.set_subject(from.subject);
    to.set_message(from.message);
    to.set_sequence(from.sequence);
    to.set_about(to_wire(from.about));
    to.set_owner(from.owner.str());
}

void show_connection(const State& state, const Instance& from, api::InstanceConnection& to) {
    std::string url = url_of(state, from.name);
    const auto release = state.releases().find({from.release, from.version});
    if (release != state.releases().end()) {
        const ReleaseLogin login = login_of(release->second.release_json);
        if (!login.path.empty()) {
            if (url.ends_with('/')) url.pop_back();
            url += login.path;
        }
        to.set_database(login.database);
        to.set_user(login.user);
    }
    to.set_url(url);
    if (from.password_shown_at) set_time(*from.password_shown_at, *to.mutable_password_shown_at());
}

}  // namespace foyer::master
