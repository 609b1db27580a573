#include "node-agent/domain/upgrade_check.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

// A signature that names its key and repeats the text.
Status check(std::string_view key, std::string_view text, std::string_view signature) {
    if (signature == std::string(key) + ":" + std::string(text)) return ok_status();
    return error(ErrorCode::PermissionDenied, "not by this key");
}

AgentPackage package(const std::string& version, const std::string& architecture = "amd64") {
    return {version, architecture, Digest("sha256:" + std::string(64, 'b')), Bytes(10)};
}

SignedAgentPackage signed_by(const std::string& key, const AgentPackage& package) {
    const std::string document = to_document(package).value();
    return {document, key + ":" + document};
}

UpgradeOrder order(const AgentPackage& wanted, const AgentPackage& present) {
    return {7, signed_by("house", wanted), signed_by("house", present)};
}

const UpgradeBox box{"1.0", "amd64", {"other", "house"}};

std::string refusal(const UpgradeOrder& order, const UpgradeBox& of = box,
                    const std::string& came_from = {}) {
    const auto checked = check_upgrade(order, of, came_from, check);
    REQUIRE_FALSE(checked.ok());
    return checked.failure().message;
}

bool says(const std::string& text, const std::string& part) {
    INFO(text);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a newer version that a pinned key signed is taken, with the way back") {
    const auto checked = check_upgrade(order(package("1.1"), package("1.0")), box, "", check);
    REQUIRE(checked.ok());
    CHECK(checked.value().wanted.version == "1.1");
    CHECK(checked.value().present.version == "1.0");
}

TEST_CASE("what no pinned key signed is refused, whatever it says") {
    UpgradeOrder strange = order(package("1.1"), package("1.0"));
    strange.wanted = signed_by("stranger", package("1.1"));
    CHECK(says(refusal(strange), "none of the publisher's keys that are pinned here"));
    strange = order(package("1.1"), package("1.0"));
    strange.present.document += " ";
    CHECK(says(refusal(strange), "none of the publisher's keys"));
    CHECK(says(refusal(order(package("1.1"), package("1.0")), {"1.0", "amd64", {}}),
               "no publisher's key is pinned here"));
}

TEST_CASE("another architecture, another package and a missing way back are refused") {
    CHECK(says(refusal(order(package("1.1", "arm64"), package("1.0"))),
               "version 1.1 is for arm64, and this box is amd64"));
    CHECK(says(refusal(order(package("1.1"), package("1.0", "arm64"))), "is for arm64"));
    CHECK(says(refusal(order(package("1.1"), package("0.9"))),
               "the way back is to version 0.9, and this box runs 1.0"));
    std::string other = to_document(package("1.1")).value();
    other.replace(other.find("foyer-node"), 10, "evil-node1");
    UpgradeOrder strange = order(package("1.1"), package("1.0"));
    strange.wanted = {other, "house:" + other};
    CHECK(says(refusal(strange), "of package 'evil-node1'"));
}

TEST_CASE("a lower version is taken only as the way back of the last upgrade") {
    const UpgradeOrder lower = order(package("0.9"), package("1.0"));
    CHECK(says(refusal(lower), "version 0.9 is lower than 1.0"));
    CHECK(says(refusal(lower, box, "0.8"), "is lower"));
    CHECK(check_upgrade(lower, box, "0.9", check).ok());
    CHECK(says(refusal(order(package("1.0~rc1"), package("1.0"))), "is lower"));
}

TEST_CASE("the version that runs already is no reason to do anything") {
    CHECK(check_upgrade(order(package("1.0"), package("0.9")), box, "", check).ok());
}

TEST_CASE("a .deb is what its document says") {
    CHECK(check_deb({"foyer-node", "1.1", "amd64"}, package("1.1")).ok());
    CHECK(says(check_deb({"foyer", "1.1", "amd64"}, package("1.1")).failure().message,
               "name is 'foyer'"));
    CHECK(says(check_deb({"foyer-node", "1.2", "amd64"}, package("1.1")).failure().message,
               "version is '1.2'"));
    CHECK(says(check_deb({"foyer-node", "1.1", "arm64"}, package("1.1")).failure().message,
               "architecture is 'arm64'"));
}
