#include "tests/pg/support/sample.h"

namespace foyer::test {

using master::Changes;
using master::Put;

namespace {

constexpr WallTime noon{1'772'368'200'250};
constexpr Revision first{1};

}  // namespace

void add_sample_applications(Changes& all) {
    master::Application open;
    open.id = master::ApplicationId("a-open");
    open.key_fingerprint = "key";
    open.secret_hash = "secret";
    open.source_hash = "source";
    open.site = SiteId("new-home");
    open.isp = IspId("unheard-of");
    open.country = CountryCode("BE");
    open.plan = "fibre";
    open.contact = "new@example.org";
    open.message = "hello";
    open.offered = {Millicores(1), Bytes(2), Bytes(3), KbitPerSecond(4)};
    open.agent_version = "1.0";
    open.findings = {{"memory", "8 GiB", "good", "a \"reason\""}, {"disk", "slow", "poor", ""}};
    open.line = master::AutonomousSystem{master::Asn(64501), "Somebody"};
    open.created_at = noon;
    open.revision = first;
    all.push_back(Put<master::Application>{open});
    master::Application approved = open;
    approved.id = master::ApplicationId("a-old");
    approved.state = master::ApplicationState::Approved;
    approved.node = NodeId("box-1");
    approved.source_hash.clear();
    approved.plan.clear();
    approved.contact.clear();
    approved.message.clear();
    approved.findings.clear();
    approved.line.reset();
    approved.ended_at = noon;
    approved.erased_at = noon;
    all.push_back(Put<master::Application>{approved});
    master::Application rejected = open;
    rejected.id = master::ApplicationId("a-rejected");
    rejected.state = master::ApplicationState::Rejected;
    rejected.reason = "no";
    rejected.ended_at = noon;
    all.push_back(Put<master::Application>{rejected});
}

}  // namespace foyer::test
