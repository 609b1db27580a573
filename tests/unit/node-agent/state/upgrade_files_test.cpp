#include "node-agent/state/upgrade_files.h"

#include <filesystem>
#include <fstream>

#include "common/os/files.h"
#include "common/tls/ed25519.h"
#include "common/tls/sha256.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

void put(const std::string& file, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(file).parent_path());
    std::ofstream(file) << text;
}

AgentPackage package(const std::string& version, const std::string& content) {
    return {version, "amd64", Digest("sha256:" + tls::sha256_hex(content)),
            Bytes(static_cast<std::int64_t>(content.size()))};
}

struct Box {
    test::TempFolder folder{};
    CapturingSink sink{};
    test::FakeClock clock{};
    Log log{sink, clock};
    FileUpgrades files{folder.path()};
    std::string path(const std::string& name) const { return folder.path() + "/" + name; }
    std::string read(const std::string& name) const {
        return os::read_file(path(name)).value_or("nothing");
    }
};

UpgradeOrder order() { return {7, {"document 2", "signature 2"}, {"document 1", "signature 1"}}; }

HandedOver handed() { return {package("2", "two"), package("1", "one"), order()}; }

}  // namespace

TEST_CASE("what is kept of upgrades is found again, and nothing where nothing was kept") {
    Box box;
    CHECK(box.files.load(box.log) == KeptUpgrade{});
    KeptUpgrade kept{true, "0.9", 7, UpgradePhase::Refused, "why", std::nullopt};
    REQUIRE(box.files.keep(kept).ok());
    CHECK(box.files.load(box.log) == kept);
    kept = {false, "", 7, UpgradePhase::Installing, "", order()};
    REQUIRE(box.files.keep(kept).ok());
    CHECK(box.files.load(box.log) == kept);
}

TEST_CASE("damaged, it means that upgrades are off until the host says otherwise") {
    Box box;
    REQUIRE(box.files.keep({}).ok());
    const std::string text = box.read("state/upgrade.json");
    for (const std::string& damaged : {text.substr(0, 80), text + "x", std::string("{}")}) {
        put(box.path("state/upgrade.json"), damaged);
        CHECK(box.files.load(box.log).off);
    }
}

TEST_CASE("the helper is told in lines, and begins with the last file") {
    Box box;
    REQUIRE(box.files.keep({}).ok());
    put(box.path("upgrade/outcome"), "6\ndone\n\n");
    put(box.path("upgrade/synced"), "1\n");
    REQUIRE(box.files.hand_over(handed()).ok());
    CHECK(box.read("upgrade/go") == "order 7\nversion 2\npresent 1\nsha256 " +
                                        tls::sha256_hex("two") + "\npresent_sha256 " +
                                        tls::sha256_hex("one") + "\n");
    CHECK(box.read("upgrade/wanted.document") == "document 2");
    CHECK(box.read("upgrade/present.signature") == "signature 1\n");
    CHECK(box.files.is_handed_over(7));
    CHECK_FALSE(box.files.is_handed_over(8));
    CHECK_FALSE(os::exists(box.path("upgrade/outcome")));
    CHECK_FALSE(os::exists(box.path("upgrade/synced")));
    REQUIRE(box.files.mark_synced("2").ok());
    CHECK(box.read("upgrade/synced") == "2\n");
}

TEST_CASE("an outcome is of its own order only") {
    Box box;
    put(box.path("upgrade/outcome"), "7\nwent_back\nit did not sync\n");
    CHECK_FALSE(box.files.outcome(8));
    REQUIRE(box.files.outcome(7));
    CHECK(box.files.outcome(7)->phase == UpgradePhase::WentBack);
    CHECK(box.files.outcome(7)->reason == "it did not sync");
    for (const char* odd : {"", "7", "7\nsold\n", "7\ninstalling\n", "x\ndone\n"}) {
        put(box.path("upgrade/outcome"), odd);
        CHECK_FALSE(box.files.outcome(7));
    }
}

TEST_CASE("a package is right when its size and hash are, and cleared with the rest") {
    Box box;
    put(box.files.wanted_file(), "two");
    CHECK(box.files.is_right(box.files.wanted_file(), package("2", "two")));
    CHECK_FALSE(box.files.is_right(box.files.wanted_file(), package("2", "too")));
    CHECK_FALSE(box.files.is_right(box.files.present_file(), package("2", "two")));
    REQUIRE(box.files.keep({}).ok());
    REQUIRE(box.files.hand_over(handed()).ok());
    REQUIRE(box.files.clear().ok());
    CHECK(os::list_dir(box.path("upgrade")).value().empty());
    REQUIRE(forget_upgrades(box.folder.path()).ok());
    CHECK_FALSE(os::exists(box.path("upgrade")));
}

TEST_CASE("the helper's question: a .deb with its document and signature") {
    Box box;
    SystemRng rng;
    const tls::SigningKey key = tls::make_signing_key(rng);
    const AgentPackage two = package("2", "two");
    const std::string document = to_document(two).value();
    put(box.path("two.deb"), "two");
    put(box.path("two.document"), document);
    put(box.path("two.signature"), tls::ed25519_sign(key.seed, document).value() + "\n");
    const auto problem = [&](const std::vector<std::string>& keys, const std::string& machine) {
        return check_package_file(box.path("two.deb"), keys, machine).failure().message;
    };
    CHECK(problem({}, "amd64").find("no publisher's key") != std::string::npos);
    CHECK(problem({tls::make_signing_key(rng).public_key}, "amd64").find("none of") !=
          std::string::npos);
    CHECK(problem({key.public_key}, "arm64").find("this box is arm64") != std::string::npos);
    put(box.path("two.deb"), "too");
    CHECK(problem({key.public_key}, "amd64").find("its hash or size differs") != std::string::npos);
    put(box.path("two.document"), document + "x");
    CHECK(problem({key.public_key}, "amd64").find("none of") != std::string::npos);
}
