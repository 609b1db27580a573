#include "tests/pg/support/sample.h"

namespace foyer::test {

using master::Account;
using master::AccountRole;
using master::ApiToken;
using master::Changes;
using master::Event;
using master::Host;
using master::Instance;
using master::Isp;
using master::Node;
using master::NodeState;
using master::Operation;
using master::Put;
using master::Release;
using master::Replica;
using master::RequestRecord;
using master::Sealed;
using master::Site;
using master::State;

namespace {

constexpr WallTime noon{1'772'368'200'250};
constexpr Revision first{1};

}  // namespace

Account sample_account(const std::string& name, AccountRole role) {
    return {AccountId(name), {role}, {}, noon, first};
}

Node sample_node(int number, const std::string& name, const std::string& site) {
    Node node;
    node.name = NodeId(name);
    node.site = SiteId(site);
    node.state = NodeState::Online;
    node.number = number;
    node.token_hash = "token-" + name;
    node.token_expires_at = noon;
    node.token_used = true;
    node.key_fingerprint = "key-" + name;
    node.certificate_expires_at = noon;
    node.wg_public_key = WgPublicKey("wg-" + name);
    node.capacity = {Millicores(4'000), gibibytes(8), gibibytes(100), KbitPerSecond(10'000)};
    if (number % 2 == 0) node.disk_free = gibibytes(number);
    node.offered = node.capacity;
    node.agent_version = "0.1.0";
    node.acme_thumbprint = "thumbprint";
    node.partitions_made = 1;
    if (number % 2 == 0) {
        node.host_order = {HostWish::Paused, noon};
        node.paused_since = noon;
        node.pause_lasts = true;
    }
    if (number == 1) {
        node.line = master::SeenLine{{master::Asn(4'200'000'000), "Foyer \"é\""}, noon};
        node.line_differs = true;
        node.line_accepted = master::Asn(64'501);
        node.care = {BoxHealth::Failing, "disk sda: it's over"};
        node.refuses =
            HostRefusals{{{CountryCode("RU"), CountryCode("ZZ")}, {ReleaseKind::Mail}}, true};
        node.clock = {master::ClockStanding::Doubted, master::ClockFault::Rate, noon};
    }
    node.revision = first;
    node.overlay_revision = first;
    return node;
}

Release sample_release(const std::string& version, std::int64_t sequence) {
    Release release;
    release.name = ReleaseName("tryton");
    release.version = ReleaseVersion(version);
    release.title = "Tryton \"ERP\", complète";
    release.publisher = AccountId("pub");
    release.publisher_key = "publisher-key";
    release.release_json = "{\"name\": \"tryton\",\n  \"x\": 1}";
    release.signature = "signature";
    release.image = Digest("sha256:00");
    release.image_size = mebibytes(300);
    release.sizes = {
        {SizeName("s"), {Millicores(1'000), gibibytes(1), gibibytes(10), KbitPerSecond(500)}},
        {SizeName("m"), {Millicores(2'000), gibibytes(2), gibibytes(20), KbitPerSecond(1'000)}}};
    release.parameters_schema_json = "{}";
    release.copies_max = 5;
    release.copies_default = 3;
    release.web_port = 8'000;
    release.kind = ReleaseKind::Erp;
    release.sequence = sequence;
    release.created_at = noon;
    release.revision = first;
    return release;
}

Instance sample_instance(const std::string& name) {
    Instance instance;
    instance.name = InstanceName(name);
    instance.owner = AccountId("carl");
    instance.release = ReleaseName("tryton");
    instance.version = ReleaseVersion("1");
    instance.size = SizeName("s");
    instance.parameters_json = R"({"company": "Acmé, \"SARL\""})";
    instance.policy.short_of_copies = ShortOfCopies::GoOn;
    instance.policy.patience = Patience::Quick;
    instance.policy.countries = {CountryCode("BE"), CountryCode("FR")};
    instance.fence = {Generation(1), Epoch(2)};
    instance.leader = ReplicaIndex{0};
    instance.replication_password = Sealed("sealed");
    instance.volume_key = Sealed("sealed key");
    instance.replicas_made = 3;
    instance.created_at = noon;
    instance.revision = first;
    instance.group_revision = first;
    instance.route_revision = first;
    return instance;
}

Replica sample_replica(const std::string& instance, int index, const std::string& node,
                       int partition_number) {
    Replica replica;
    replica.key = {InstanceName(instance), ReplicaIndex{index}};
    replica.node = NodeId(node);
    replica.partition_number = partition_number;
    replica.reserved = {Millicores(1'000), gibibytes(1), gibibytes(10), KbitPerSecond(500)};
    replica.founder = index == 0;
    if (index == 2) replica.failing_since = noon;
    replica.revision = first;
    return replica;
}

namespace {

void add_homes(Changes& all) {
    for (int i = 1; i <= 5; ++i) {
        const std::string number = std::to_string(i);
        Isp isp{IspId("isp-" + number), IspFamilyId(i == 5 ? "isp-1" : "isp-" + number), noon,
                first};
        if (i == 1) {
            isp.asns = {master::Asn(64'501), master::Asn(4'200'000'000)};
            isp.terms = master::IspTerms{master::TermsStance::Allowed, "It's \"yours\".", "4.2",
                                         "2026-11-27"};
        }
        all.push_back(Put<Isp>{isp});
        all.push_back(Put<Host>{{HostId("host-" + number), noon, first}});
        all.push_back(Put<Site>{{SiteId("home-" + number), IspId("isp-" + number),
                                 CountryCode(i % 2 == 0 ? "BE" : "FR"), HostId("host-" + number),
                                 HostClass::Vetted, noon, first}});
        all.push_back(Put<Node>{sample_node(i, "box-" + number, "home-" + number)});
    }
}

void add_people(Changes& all) {
    all.push_back(Put<Account>{sample_account("olga", AccountRole::Operator)});
    Account carl = sample_account("carl", AccountRole::Customer);
    carl.quota = {std::int64_t{10}, std::nullopt, gibibytes(200)};
    carl.country = CountryCode("FR");
    all.push_back(Put<Account>{carl});
    all.push_back(Put<Account>{sample_account("pub", AccountRole::Publisher)});
    all.push_back(Put<ApiToken>{{TokenId("t-1"),
                                 AccountId("carl"),
                                 "hash",
                                 "my, {note}",
                                 {AccountRole::Customer},
                                 true,
                                 TokenId("t-0"),
                                 MemberName("anna"),
                                 true,
                                 noon,
                                 noon,
                                 first}});
    ApiToken plain;
    plain.id = TokenId("t-2");
    plain.account = AccountId("pub");
    plain.secret_hash = "hash";
    plain.created_at = plain.expires_at = noon;
    plain.revision = first;
    all.push_back(Put<ApiToken>{plain});
}

void add_members(Changes& all) {
    master::Member member;
    member.account = AccountId("carl");
    member.name = MemberName("anna");
    member.scopes = {AccountRole::Customer};
    member.read_only = true;
    member.password_hash = "$argon2id$v=19$…";
    member.totp = master::Sealed("sealed");
    member.totp_on = true;
    member.totp_step = 58'000'000;
    member.identity = {"https://login.example", "anna-1"};
    member.invitation_hash = "hash";
    member.invited_until = noon;
    member.made_by = TokenId("t-0");
    member.last_login_at = noon;
    member.created_at = noon;
    member.revision = first;
    all.push_back(Put<master::Member>{member});
    master::Member bare;
    bare.account = AccountId("carl");
    bare.name = MemberName("bert@acme.example");
    bare.manages = true;
    bare.created_at = noon;
    bare.revision = first;
    all.push_back(Put<master::Member>{bare});
}

void add_webhooks(Changes& all) {
    master::Webhook webhook;
    webhook.account = AccountId("carl");
    webhook.name = master::WebhookName("shop");
    webhook.url = "https://a.example/{\"x\"}";
    webhook.about = master::EventAbout::Node;
    webhook.subject = "box-1";
    webhook.secret = master::Sealed("sealed");
    webhook.last = 1;
    webhook.deliveries = 1;
    webhook.failing_since = noon;
    webhook.failure = "answered 500";
    webhook.off_at = noon;
    webhook.created_at = noon;
    webhook.revision = first;
    all.push_back(Put<master::Webhook>{webhook});
    webhook.name = master::WebhookName("bare");
    webhook.about.reset();
    webhook.failing_since.reset();
    webhook.failure.clear();
    webhook.off_at.reset();
    all.push_back(Put<master::Webhook>{webhook});
}

void add_upgrades(Changes& all) {
    master::AgentRelease release;
    release.package = {"0.2.0", "amd64", Digest("sha256:" + std::string(64, 'a')), Bytes(7)};
    release.document = "signed\nlines\n";
    release.signature = "signature";
    release.publisher_key = "key";
    release.created_at = noon;
    release.revision = first;
    all.push_back(Put<master::AgentRelease>{release});
    master::Upgrade upgrade;
    upgrade.number = 1;
    upgrade.version = "0.2.0";
    upgrade.back = true;
    upgrade.state = master::UpgradeState::Stopped;
    upgrade.reason = "box 'box-1': why";
    upgrade.at_most = 3;
    upgrade.observe = Duration(60'000);
    upgrade.canaries_done_at = noon;
    upgrade.started_at = noon;
    upgrade.revision = first;
    all.push_back(Put<master::Upgrade>{upgrade});
    upgrade = {.number = 2, .version = "0.2.0", .state = master::UpgradeState::Finished};
    upgrade.started_at = noon;
    upgrade.ended_at = noon;
    upgrade.revision = first;
    all.push_back(Put<master::Upgrade>{upgrade});
    master::NodeAgent agent;
    agent.node = NodeId("box-1");
    agent.stance = UpgradeStance::Takes;
    agent.architecture = "amd64";
    agent.upgrade = 1;
    agent.canary = true;
    agent.step = master::UpgradeStep::Ordered;
    agent.from = "0.1.0";
    agent.to = "0.2.0";
    agent.order = noon.unix_ms;
    agent.reason = "fetching";
    agent.since = noon;
    agent.revision = first;
    all.push_back(Put<master::NodeAgent>{agent});
    agent = {.node = NodeId("box-2"), .stance = UpgradeStance::Off, .revision = first};
    all.push_back(Put<master::NodeAgent>{agent});
}

void add_contacts(Changes& all) {
    master::Contact contact;
    contact.id = master::ContactId("c-off");
    contact.account = AccountId("carl");
    contact.address = "carl@example.org";
    contact.language = master::Language::French;
    contact.topics = {master::Topic::Box, master::Topic::Quota};
    contact.code_hash = "hash";
    contact.code = master::Sealed("sealed");
    contact.code_expires_at = noon;
    contact.code_tries = 2;
    contact.codes = 1;
    contact.codes_since = noon;
    contact.codes_made = 3;
    contact.confirmed_at = noon;
    contact.last = 4;
    contact.mails = 5;
    contact.under_way = 6;
    contact.failing_since = noon;
    contact.failure = "550 no such user";
    contact.refused = 3;
    contact.off_at = noon;
    contact.removed_at = noon;
    contact.created_at = noon;
    contact.revision = first;
    all.push_back(Put<master::Contact>{contact});
    master::Contact on;
    on.id = master::ContactId("c-on");
    on.account = contact.account;
    on.address = contact.address;
    on.created_at = noon;
    on.revision = first;
    all.push_back(Put<master::Contact>{on});
}

void add_domains(Changes& all) {
    master::Domain domain;
    domain.name = master::DomainName("shop.acme.example");
    domain.instance = InstanceName("acme");
    domain.owner = AccountId("carl");
    domain.token = "foyer-token";
    domain.seen = "there is no TXT record";
    domain.created_at = noon;
    domain.revision = first;
    all.push_back(Put<master::Domain>{domain});
    domain.name = master::DomainName("erp.acme.example");
    domain.seen.clear();
    domain.proven_at = noon;
    domain.use = master::DomainUse::WebAndMail;
    domain.mail_key = master::MailKey{"foyer-1", "MIIB", master::Sealed("sealed")};
    all.push_back(Put<master::Domain>{domain});
    all.push_back(Put<master::ZoneMailKey>{
        {"foyer.localhost", {"foyer-z", "MIIB", master::Sealed("sealed")}, first}});
    master::DomainCertificate certificate;
    certificate.domain = domain.name;
    certificate.owner = domain.owner;
    certificate.edge = NodeId("box-1");
    certificate.not_after = noon;
    certificate.revision = first;
    all.push_back(Put<master::DomainCertificate>{certificate});
    certificate.edge = NodeId("box-2");
    certificate.not_after.reset();
    certificate.failures = 2;
    certificate.failure = "it leads elsewhere";
    certificate.failed_at = noon;
    certificate.retry_at = noon;
    all.push_back(Put<master::DomainCertificate>{certificate});
    domain.owner = AccountId("pub");  // asked for it, too
    domain.proven_at.reset();
    all.push_back(Put<master::Domain>{domain});
}

AuditEntry sample_entry() {
    AuditEntry entry;
    entry.sequence = 1;
    entry.at = noon;
    entry.account = "carl";
    entry.member = "anna";
    entry.token = "t-1";
    entry.rpc = "foyer.api.v1.InstanceService/OrderInstance";
    entry.subject = "acme";
    entry.owner = "acme-sarl";
    entry.request_id = "r-1";
    entry.body_hash = "hash";
    entry.previous = std::string(audit_begin);
    entry.hash = std::string(64, 'a');
    entry.revision = first;
    return entry;
}

}  // namespace

Changes sample_world() {
    Changes all;
    add_homes(all);
    all.push_back(
        Put<master::Sighting>{{NodeId("box-4"), noon, Duration(-86'400'000), first, -700}});
    add_people(all);
    Release flawed = sample_release("0.9", 0);
    flawed.withdrawn = master::Withdrawal{noon, "it \"forgets\" invoices"};
    all.push_back(Put<Release>{flawed});
    all.push_back(Put<Release>{sample_release("1", 1)});
    Operation operation;
    operation.id = OperationId("op-1");
    operation.instance = InstanceName("acme");
    operation.owner = AccountId("carl");
    operation.created_at = noon;
    operation.revision = first;
    all.push_back(Put<Operation>{operation});
    Instance acme = sample_instance("acme");
    acme.operation = operation.id;
    all.push_back(Put<Instance>{acme});
    for (int i = 0; i < 3; ++i) {
        all.push_back(Put<Replica>{sample_replica("acme", i, "box-" + std::to_string(i + 1), 16)});
    }
    master::Takeover takeover;
    takeover.instance = InstanceName("acme");
    takeover.fence = {Generation(1), Epoch(2)};
    takeover.leader = ReplicaIndex{1};
    takeover.node = NodeId("box-2");
    takeover.site = SiteId("home-2");
    takeover.begin = LeadershipBegin{noon,
                                     TakeoverCause::Resigned,
                                     ReplicaIndex{0},
                                     {Generation(1), Epoch(1)},
                                     Duration(1),
                                     Duration(2),
                                     Duration(3),
                                     Duration(4),
                                     Duration(5),
                                     std::nullopt};
    takeover.end = LeadershipEnd{LeadershipEndReason::HostStops, noon, Duration(6)};
    takeover.routed = master::Routed{NodeId("edge-1"), noon, Duration(7), Duration(8)};
    takeover.revision = first;
    all.push_back(Put<master::Takeover>{takeover});
    takeover.fence.epoch = Epoch(3);
    takeover.leader.reset();
    takeover.begin.reset();
    takeover.end.reset();
    takeover.routed->answered.reset();
    all.push_back(Put<master::Takeover>{takeover});
    add_members(all);
    add_webhooks(all);
    add_contacts(all);
    add_sample_applications(all);
    add_upgrades(all);
    add_domains(all);
    all.push_back(Put<Event>{{1, first, noon, "ordered", master::EventAbout::Instance, "acme",
                              AccountId("acme-sarl"), "ordered"}});
    all.push_back(Put<AuditEntry>{sample_entry()});
    all.push_back(
        Put<RequestRecord>{{AccountId("carl"), RequestId("r-1"), "hash", master::ReplyKind::Plain,
                            std::string("a\0\xff\n", 4), noon, first}});
    all.push_back(Put<RequestRecord>{{AccountId("carl"), RequestId("r-2"), "hash",
                                      master::ReplyKind::HoldsSecret, "sealed", noon, first}});
    return all;
}

std::string difference(const State& a, const State& b) {
    if (a.revision() != b.revision()) return "revision";
    if (a.last_event() != b.last_event()) return "last_event";
    if (a.last_release_sequence() != b.last_release_sequence()) return "last_release_sequence";
    if (a.last_node_number() != b.last_node_number()) return "last_node_number";
    if (a.accounts() != b.accounts()) return "accounts";
    if (a.tokens() != b.tokens()) return "tokens";
    if (a.isps() != b.isps()) return "isps";
    if (a.hosts() != b.hosts()) return "hosts";
    if (a.sites() != b.sites()) return "sites";
    if (a.nodes() != b.nodes()) return "nodes";
    if (a.sightings() != b.sightings()) return "sightings";
    if (a.releases() != b.releases()) return "releases";
    if (a.instances() != b.instances()) return "instances";
    if (a.replicas() != b.replicas()) return "replicas";
    if (a.takeovers() != b.takeovers()) return "takeovers";
    if (a.operations() != b.operations()) return "operations";
    if (a.requests() != b.requests()) return "requests";
    if (a.aged_requests() != b.aged_requests()) return "aged_requests";
    if (a.secret_replies() != b.secret_replies()) return "secret_replies";
    if (a.ended_operations() != b.ended_operations()) return "ended_operations";
    if (a.aged_tokens() != b.aged_tokens()) return "aged_tokens";
    for (const auto& [name, account] : a.accounts()) {
        if (!(a.used_by(name) == b.used_by(name))) return "used_by " + name.str();
    }
    if (a.webhooks() != b.webhooks()) return "webhooks";
    if (a.members() != b.members()) return "members";
    if (a.contacts() != b.contacts()) return "contacts";
    if (a.applications() != b.applications()) return "applications";
    if (a.agent_releases() != b.agent_releases()) return "agent_releases";
    if (a.upgrades() != b.upgrades()) return "upgrades";
    if (a.node_agents() != b.node_agents()) return "node_agents";
    if (a.upgrading() != b.upgrading()) return "upgrading";
    if (a.domains() != b.domains()) return "domains";
    if (a.domain_certificates() != b.domain_certificates()) return "domain_certificates";
    if (a.domains_of_instances() != b.domains_of_instances()) return "domains_of_instances";
    if (a.recent_events() != b.recent_events()) return "recent_events";
    if (a.edges() != b.edges()) return "edges";
    if (a.unheard() != b.unheard()) return "unheard";
    if (a.draining() != b.draining()) return "draining";
    if (a.shrunken() != b.shrunken()) return "shrunken";
    if (a.endangered() != b.endangered()) return "endangered";
    if (a.learners() != b.learners()) return "learners";
    if (a.rebalancing() != b.rebalancing()) return "rebalancing";
    if (a.homes_by_family() != b.homes_by_family()) return "homes_by_family";
    for (const auto& [name, node] : a.nodes()) {
        if (a.replicas_on(name) != b.replicas_on(name)) return "replicas_on " + name.str();
        if (!(a.reserved_on(name) == b.reserved_on(name))) return "reserved_on " + name.str();
    }
    return "";
}

}  // namespace foyer::test
