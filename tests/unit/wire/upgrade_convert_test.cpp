#include "common/wire/upgrade_convert.h"

#include "common/base/text.h"
#include "tests/support/catch.h"

using namespace foyer;

namespace {

SignedAgentPackage package(const std::string& document, char of_signature) {
    return {document, to_base64url(as_bytes(std::string(64, of_signature)))};
}

}  // namespace

TEST_CASE("an order to upgrade survives the wire, and half of one does not") {
    const UpgradeOrder order{7, package("wanted\n", 'w'), package("present\n", 'p')};
    agent::v1::UpgradeOrder sent;
    wire::to_wire(order, sent);
    CHECK(wire::from_wire(sent).value() == order);
    auto odd = sent;
    odd.set_number(0);
    CHECK_FALSE(wire::from_wire(odd).ok());
    odd = sent;
    odd.clear_present();
    CHECK_FALSE(wire::from_wire(odd).ok());
    odd = sent;
    odd.mutable_wanted()->set_document(std::string(agent_document_bytes_max + 1, 'x'));
    CHECK_FALSE(wire::from_wire(odd).ok());
}

TEST_CASE("what a box says of its upgrades survives the wire") {
    for (const UpgradeStance stance : all_upgrade_stances) {
        for (const UpgradePhase phase : all_upgrade_phases) {
            const UpgradeReport report{stance, "amd64", 7, phase, "why"};
            agent::v1::UpgradeReport sent;
            wire::to_wire(report, sent);
            CHECK(wire::from_wire(sent).value() == report);
        }
    }
    agent::v1::UpgradeReport sent;
    CHECK_FALSE(wire::from_wire(sent).ok());  // neither is specified
    wire::to_wire(UpgradeReport{}, sent);
    CHECK(wire::from_wire(sent).ok());
    sent.set_architecture("../x");
    CHECK_FALSE(wire::from_wire(sent).ok());
    sent.clear_architecture();
    sent.set_reason(std::string(5000, 'x'));
    CHECK(wire::from_wire(sent).value().reason.size() <= upgrade_reason_max);
    sent.set_order(-1);
    CHECK_FALSE(wire::from_wire(sent).ok());
}
