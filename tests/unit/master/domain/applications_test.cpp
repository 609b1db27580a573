#include "master/domain/applications.h"

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

constexpr Duration hour{3'600'000};
constexpr Duration day = hour * 24;

ClusterSettings open_cloud() {
    ClusterSettings settings;
    settings.applications.accept = true;
    settings.applications.open_max = 5;
    settings.applications.day_max = 4;
    settings.applications.source_day_max = 3;
    return settings;
}

struct Cloud : World {
    Cloud() : World(World::three_homes(), open_cloud()) {}
    explicit Cloud(ClusterSettings settings) : World(World::three_homes(), std::move(settings)) {}
    const Application& row(const std::string& id) const {
        return state.applications().at(ApplicationId(id));
    }
    void forget() { run(ForgetOld{WallTime{}, WallTime{}, WallTime{}, WallTime{}}); }
};

// Each box has a key, a secret, a home and a line of its own unless told.
SendApplication application(const std::string& box) {
    SendApplication command;
    Application& row = command.application;
    row.id = ApplicationId("a-" + box);
    row.key_fingerprint = "key-" + box;
    row.secret_hash = "secret-" + box;
    row.source_hash = "source-" + box;
    row.site = SiteId("home-" + box);
    row.isp = IspId("acorn");
    row.country = CountryCode("FR");
    row.plan = "fibre 20/100";
    row.contact = box + "@example.org";
    row.message = "I am at home in the evening";
    row.offered = {Millicores(2000), gibibytes(4), gibibytes(50), KbitPerSecond(20'000)};
    row.findings = {{"memory", "8 GiB", "good", ""}};
    return command;
}

EnrolNode enrolment(const std::string& box) {
    EnrolNode enrol;
    enrol.token_hash = "secret-" + box;
    enrol.key_fingerprint = "key-" + box;
    enrol.wg_public_key = WgPublicKey("wg-" + box);
    enrol.capacity = {Millicores(2000), gibibytes(4), gibibytes(50), KbitPerSecond(20'000)};
    return enrol;
}

void add_isp(World& world, std::optional<IspTerms> terms = {}) {
    world.run(CreateIsp{IspId("acorn"), {}, {Asn(64501)}, std::move(terms)});
}

ApproveApplication approval(const std::string& box) {
    ApproveApplication command;
    command.id = ApplicationId("a-" + box);
    return command;
}

std::string rule(const Result<Decision>& refused) {
    REQUIRE(!refused.ok());
    for (const ErrorDetail& one : refused.failure().details)
        if (one.key == "rule") return one.value;
    return "none";
}

std::string field(const Result<Decision>& refused) {
    REQUIRE(!refused.ok());
    return refused.failure().details.at(0).value;
}

const IspTerms silent{TermsStance::Silent, "", "terms 4", "2026-11-01"};
const IspTerms forbidden{TermsStance::Forbidden, "No servers.", "terms 4", "2026-11-01"};

}  // namespace

TEST_CASE("a host applies, an operator approves, and the box that applied enrols") {
    Cloud world;
    add_isp(world);
    CHECK(world.run(application("ann")).subject == "a-ann");
    CHECK(world.row("a-ann").state == ApplicationState::Open);
    CHECK(world.events("application_received") == 1);
    CHECK(rule(world.attempt(enrolment("ann"))) == "token_unknown");  // nobody has approved yet
    world.run(approval("ann"));
    const Application& row = world.row("a-ann");
    CHECK(row.state == ApplicationState::Approved);
    CHECK(row.node == NodeId("home-ann-1"));
    CHECK(world.events("application_approved") == 1);
    const Site& site = world.state.sites().at(SiteId("home-ann"));
    CHECK(site.isp == IspId("acorn"));
    CHECK(site.host == HostId("home-ann"));
    CHECK(site.host_class == HostClass::Open);
    CHECK(world.state.hosts().contains(HostId("home-ann")));
    CHECK(world.state.accounts().at(AccountId("home-ann")).roles == std::set{AccountRole::Host});
    EnrolNode thief = enrolment("ann");
    thief.key_fingerprint = "key-thief";
    CHECK(rule(world.attempt(thief)) == "applicant_key");
    CHECK(world.run(enrolment("ann")).subject == "home-ann-1");
    CHECK(world.attempt(enrolment("ann")).ok());  // a lost answer
    CHECK_FALSE(until_of(world.state, world.row("a-ann")));
    world.go_online("home-ann-1");
    CHECK(rule(world.attempt(enrolment("ann"))) == "token_used");
}

TEST_CASE("a cloud takes no applications unless its operator wants them") {
    World world;
    CHECK(rule(world.attempt(application("ann"))) == "applications_closed");
}

TEST_CASE("the same key again is the same application") {
    Cloud world;
    world.run(application("ann"));
    const Revision before = world.state.revision();
    SendApplication again = application("ann");
    again.application.id = ApplicationId("a-other");
    again.application.message = "another word";
    CHECK(world.run(again).subject == "a-ann");
    CHECK(world.state.revision() == before);
    again.application.site = SiteId("elsewhere");
    CHECK(rule(world.attempt(again)) == "application_differs");
    SendApplication guess = application("ann");
    guess.application.secret_hash = "secret-guess";
    CHECK(rule(world.attempt(guess)) == "application_secret");
    world.run(RejectApplication{ApplicationId("a-ann"), "no edge near you"});
    CHECK(world.run(application("ann")).subject == "a-ann");  // and hears the reason again
}

TEST_CASE("a site has one name, and one that asks for it") {
    Cloud world;
    world.run(application("ann"));
    SendApplication other = application("bob");
    other.application.site = SiteId("home-ann");
    CHECK(rule(world.attempt(other)) == "site_taken");
    other.application.site = SiteId("lille");  // is there
    CHECK(rule(world.attempt(other)) == "site_taken");
}

TEST_CASE("what is said is checked, each field by name") {
    Cloud world;
    const auto with = [&](auto change) {
        SendApplication command = application("ann");
        change(command.application);
        return world.attempt(command);
    };
    CHECK_FALSE(with([](Application& row) { row.site = SiteId("No Name"); }).ok());
    CHECK_FALSE(with([](Application& row) { row.isp = IspId(""); }).ok());
    CHECK(field(with([](Application& row) { row.country = CountryCode("fr"); })) == "country");
    CHECK(field(with([](Application& row) { row.contact = "nobody"; })) == "address");
    CHECK(field(with([](Application& row) { row.plan = std::string(101, 'x'); })) == "plan");
    CHECK(field(with([](Application& row) { row.message = "a\x1b[2Jb"; })) == "message");
    CHECK(field(with([](Application& row) { row.message = std::string(501, 'x'); })) == "message");
    CHECK(field(with([](Application& row) { row.offered = {}; })) == "offered");
    CHECK(field(with([](Application& row) { row.findings.resize(41); })) == "findings");
    CHECK(field(with([](Application& row) { row.findings[0].value = std::string(201, 'x'); })) ==
          "findings.value");
    CHECK(world.state.applications().empty());
}

TEST_CASE("terms that forbid refuse at once, others are the operator's to judge") {
    Cloud world;
    add_isp(world, forbidden);
    const auto refused = world.attempt(application("ann"));
    CHECK(rule(refused) == "isp_forbids");
    CHECK(refused.failure().message.find("No servers.") != std::string::npos);
    world.run(UpdateIsp{IspId("acorn"), {Asn(64501)}, silent});
    SendApplication sent = application("ann");
    sent.application.line = AutonomousSystem{Asn(64999), "Somebody"};
    world.run(sent);
    const auto remarks = remarks_on(world.state, world.row("a-ann"));
    REQUIRE(remarks.size() == 2);
    CHECK(remarks[0].find("silent") != std::string::npos);
    CHECK(remarks[1].find("AS64999 (Somebody)") != std::string::npos);
    // Read anew, and forbidden since: no approval either.
    world.run(UpdateIsp{IspId("acorn"), {Asn(64501)}, forbidden});
    CHECK(rule(world.attempt(approval("ann"))) == "isp_forbids");
}

TEST_CASE("whose network it is instead is said, and what its terms are") {
    Cloud world;
    add_isp(world);
    world.run(CreateIsp{IspId("elder"), {}, {Asn(64600)}, forbidden});
    SendApplication sent = application("ann");
    sent.application.line = AutonomousSystem{Asn(64600), ""};
    world.run(sent);
    const auto remarks = remarks_on(world.state, world.row("a-ann"));
    REQUIRE(remarks.size() == 3);
    CHECK(remarks[0].find("nobody has read the terms") != std::string::npos);
    CHECK(remarks[1] == "its address was in AS64600, a network of 'elder'");
    CHECK(remarks[2].find("No servers.") != std::string::npos);
}

TEST_CASE("a clock that was set back makes no second application of a box") {
    Cloud world;
    world.run(application("ann"));
    world.run(WithdrawApplication{"secret-ann"});
    world.now = world.now + Duration(-5'000);
    for (const char* id : {"a-second", "a-third"}) {
        SendApplication again = application("ann");
        again.application.id = ApplicationId(id);
        CHECK(world.run(again).subject == "a-second");
    }
}

TEST_CASE("an ISP that the register does not know is named by the operator") {
    Cloud world;
    SendApplication sent = application("ann");
    sent.application.isp = IspId("acorn-fibre");
    world.run(sent);
    CHECK(remarks_on(world.state, world.row("a-ann")).at(0).find("not in the register") !=
          std::string::npos);
    CHECK(rule(world.attempt(approval("ann"))) == "isp_unknown");
    add_isp(world);
    ApproveApplication named = approval("ann");
    named.isp = IspId("acorn");
    world.run(named);
    CHECK(world.state.sites().at(SiteId("home-ann")).isp == IspId("acorn"));
}

TEST_CASE("an applicant becomes nobody who is there, unless the operator says so") {
    Cloud world;
    add_isp(world);
    world.run(CreateAccount{AccountId("home-ann"), {AccountRole::Customer}});
    world.run(application("ann"));
    CHECK(rule(world.attempt(approval("ann"))) == "host_taken");
    ApproveApplication named = approval("ann");
    named.host = HostId("ann");
    named.site = SiteId("dijon");
    named.host_class = HostClass::Vetted;
    world.run(named);
    const Site& site = world.state.sites().at(SiteId("dijon"));
    CHECK(site.host == HostId("ann"));
    CHECK(site.host_class == HostClass::Vetted);
    CHECK(world.row("a-ann").node == NodeId("dijon-1"));
}

TEST_CASE("few come of one line, few a day, and few wait") {
    Cloud world;
    const auto from = [](const std::string& box, const std::string& source) {
        SendApplication command = application(box);
        command.application.source_hash = source;
        return command;
    };
    for (const char* box : {"a1", "a2", "a3"}) world.run(from(box, "flat"));
    CHECK(rule(world.attempt(from("a4", "flat"))) == "applications_of_source");
    // Taking them back makes no room: the day counts them all the same.
    world.run(WithdrawApplication{"secret-a1"});
    CHECK(rule(world.attempt(from("a4", "flat"))) == "applications_of_source");
    world.run(from("b1", "house"));
    CHECK(rule(world.attempt(from("c1", "barn"))) == "applications_of_day");
    world.now = world.now + day;
    world.run(from("c1", "flat"));
    world.run(from("c2", "flat"));
    CHECK(rule(world.attempt(from("c3", "flat"))) == "applications_open");  // five wait
    world.run(RejectApplication{ApplicationId("a-a2"), ""});
    world.run(from("c3", "flat"));
}

TEST_CASE("a host takes his application back, and what he said is gone at once") {
    Cloud world;
    world.run(application("ann"));
    CHECK(rule(world.attempt(WithdrawApplication{"secret-bob"})) == "application_unknown");
    world.run(WithdrawApplication{"secret-ann"});
    const Application& row = world.row("a-ann");
    CHECK(row.state == ApplicationState::Withdrawn);
    CHECK(row.contact.empty());
    CHECK(row.message.empty());
    CHECK(row.findings.empty());
    CHECK(row.erased_at == world.now);
    const Revision before = world.state.revision();
    world.run(WithdrawApplication{"secret-ann"});  // a lost answer
    CHECK(world.state.revision() == before);
    add_isp(world);
    CHECK(rule(world.attempt(approval("ann"))) == "application_state");
    // He may think again: another application.
    SendApplication again = application("ann");
    again.application.id = ApplicationId("a-ann2");
    CHECK(world.run(again).subject == "a-ann2");
    CHECK(find_application_of(world.state, "secret-ann")->state == ApplicationState::Open);
    ApproveApplication approve;
    approve.id = ApplicationId("a-ann2");
    world.run(approve);
    CHECK(rule(world.attempt(WithdrawApplication{"secret-ann"})) == "application_approved");
}

TEST_CASE("an operator says no, and may think again") {
    Cloud world;
    add_isp(world);
    world.run(application("ann"));
    CHECK(field(world.attempt(RejectApplication{ApplicationId("a-ann"), "two\nlines"})) ==
          "reason");
    world.run(RejectApplication{ApplicationId("a-ann"), "no edge near you yet"});
    CHECK(world.row("a-ann").reason == "no edge near you yet");
    CHECK(world.events("application_rejected") == 1);
    CHECK(rule(world.attempt(RejectApplication{ApplicationId("a-ann"), ""})) ==
          "application_state");
    CHECK(rule(world.attempt(enrolment("ann"))) == "token_unknown");
    world.run(approval("ann"));
    world.run(enrolment("ann"));
    CHECK_FALSE(world.attempt(RejectApplication{ApplicationId("nobody"), ""}).ok());
}

TEST_CASE("a box that did not come in time is approved once more") {
    Cloud world;
    add_isp(world);
    world.run(application("ann"));
    ApproveApplication brief = approval("ann");
    brief.valid = hour;
    world.run(brief);
    CHECK(until_of(world.state, world.row("a-ann")) == world.now + hour);
    world.now = world.now + day;
    CHECK(rule(world.attempt(enrolment("ann"))) == "token_expired");
    ApproveApplication other = approval("ann");
    other.site = SiteId("dijon");
    CHECK(rule(world.attempt(other)) == "application_state");
    world.run(approval("ann"));
    world.run(enrolment("ann"));
    CHECK(rule(world.attempt(approval("ann"))) == "application_state");  // it came
    brief.valid = Duration(1);
    CHECK_FALSE(world.attempt(brief).ok());
}

TEST_CASE("what nobody decides lapses, what is personal goes first, then the row") {
    Cloud world;
    add_isp(world);
    world.run(application("ann"));
    world.run(application("bob"));
    world.run(RejectApplication{ApplicationId("a-bob"), "no"});
    world.now = world.now + day;
    world.forget();
    CHECK(world.row("a-ann").source_hash.empty());
    CHECK(world.row("a-ann").contact == "ann@example.org");
    CHECK(world.row("a-bob").contact == "bob@example.org");
    world.now = world.now + day * 29;
    world.forget();
    CHECK(world.row("a-ann").state == ApplicationState::Lapsed);
    CHECK(world.row("a-ann").contact.empty());
    CHECK(world.events("application_lapsed") == 1);
    CHECK(world.row("a-bob").contact.empty());
    CHECK(world.row("a-bob").erased_at == world.now);
    const Revision before = world.state.revision();
    world.forget();
    CHECK(world.state.revision() == before);  // nothing is due twice
    world.now = world.now + day * 60;
    world.forget();
    CHECK_FALSE(world.state.applications().contains(ApplicationId("a-bob")));
    CHECK(world.state.applications().contains(ApplicationId("a-ann")));
    world.now = world.now + day * 30;
    world.forget();
    CHECK(world.state.applications().empty());
}

TEST_CASE("the secret is known as long as a box may enrol with it") {
    Cloud world;
    add_isp(world);
    world.run(application("ann"));
    world.run(approval("ann"));
    world.now = world.now + day * 30;
    world.forget();  // the contact is gone, the key is not
    CHECK(world.row("a-ann").contact.empty());
    EnrolNode thief = enrolment("ann");
    thief.key_fingerprint = "key-thief";
    CHECK(rule(world.attempt(thief)) == "applicant_key");
    CHECK(world.attempt(enrolment("ann")).ok());
}

TEST_CASE("a box that was deleted may apply anew") {
    Cloud world;
    add_isp(world);
    world.run(application("ann"));
    world.run(approval("ann"));
    world.run(DeleteNode{NodeId("home-ann-1")});
    world.run(DeleteSite{SiteId("home-ann")});
    world.now = world.now + Duration(1);
    SendApplication again = application("ann");
    again.application.id = ApplicationId("a-ann2");
    CHECK(world.run(again).subject == "a-ann2");
    CHECK(find_application_of(world.state, "secret-ann")->id == ApplicationId("a-ann2"));
}
