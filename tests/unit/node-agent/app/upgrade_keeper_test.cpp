#include "node-agent/app/upgrade_keeper.h"

#include <map>
#include <stdexcept>

#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

struct PowerCut {};

Status check(std::string_view key, std::string_view text, std::string_view signature) {
    if (signature == std::string(key) + ":" + std::string(text)) return ok_status();
    return error(ErrorCode::PermissionDenied, "not by this key");
}

AgentPackage package(const std::string& version) {
    return {version, "amd64", Digest("sha256:" + std::string(64, version == "2" ? 'b' : 'a')),
            Bytes(10)};
}

SignedAgentPackage as_signed(const std::string& version) {
    const std::string document = to_document(package(version)).value();
    return {document, "house:" + document};
}

UpgradeOrder order(std::int64_t number = 7) { return {number, as_signed("2"), as_signed("1")}; }

// The disk of a box, which outlives its agent, with the helper beside it. Power may fail before or
// after each thing that is done to it.
class Disk final : public UpgradeFolder, public BlobSource {
public:
    KeptUpgrade kept;
    std::map<std::string, std::string> files;  // -> digest of what lies there
    std::optional<HandedOver> go;
    std::optional<std::pair<std::int64_t, UpgradeOutcome>> left;  // by the helper
    std::string synced;
    std::string installed = "1";
    std::map<std::string, std::string> served;  // digest -> what comes instead
    DebFields other_fields;                     // of all .debs, where set
    bool packaged = true;
    int steps = 0;
    int cut_at = -1;
    bool cut_after = false;

    Status fetch(const Digest& digest, const std::string& file, const Progress&,
                 std::stop_token) override {
        return step([&] {
            const auto other = served.find(digest.str());
            files[file] = other == served.end() ? digest.str() : other->second;
        });
    }
    Status can_install() override {
        return packaged ? ok_status() : error(ErrorCode::FailedPrecondition, "not of a package");
    }
    Status keep(const KeptUpgrade& what) override {
        return step([&] { kept = what; });
    }
    std::string wanted_file() const override { return "wanted.deb"; }
    std::string present_file() const override { return "present.deb"; }
    bool is_right(const std::string& file, const AgentPackage& package) override {
        return files.contains(file) && files.at(file) == package.file.str();
    }
    Status remove(const std::string& file) override {
        return step([&] { files.erase(file); });
    }
    Result<DebFields> inspect(const std::string& file) override {
        if (!other_fields.package.empty()) return other_fields;
        return DebFields{"foyer-node", files.at(file).ends_with('b') ? "2" : "1", "amd64"};
    }
    bool is_handed_over(std::int64_t number) override { return go && go->order.number == number; }
    Status hand_over(const HandedOver& what) override {
        return step([&] {
            left.reset();
            synced.clear();
            go = what;
        });
    }
    Status mark_synced(const std::string& version) override {
        return step([&] { synced = version; });
    }
    std::optional<UpgradeOutcome> outcome(std::int64_t number) override {
        return left && left->first == number ? std::optional(left->second) : std::nullopt;
    }
    Status clear() override {
        return step([&] {
            files.clear();
            go.reset();
            left.reset();
        });
    }

    // The helper's part, as tests/package/upgrade_helper_test.py shows it: installs; then, once the
    // new agent synced or did not, ends.
    void help(bool agent_syncs) {
        if (!go || left) return;
        if (installed == go->present.version && synced != go->wanted.version) {
            installed = go->wanted.version;
            if (agent_syncs) return;
        }
        const bool good = synced == go->wanted.version;
        if (!good) installed = go->present.version;
        left = {go->order.number,
                good ? UpgradeOutcome{UpgradePhase::Done, ""}
                     : UpgradeOutcome{UpgradePhase::WentBack, "the new agent did not sync"}};
        go.reset();
    }

private:
    Status step(const std::function<void()>& deed) {
        const int number = ++steps;
        if (number == cut_at && !cut_after) throw PowerCut();
        deed();
        if (number == cut_at && cut_after) throw PowerCut();
        return ok_status();
    }
};

// One life of the agent.
struct Life {
    explicit Life(Disk& on, std::vector<std::string> keys = {"house"})
        : disk(on),
          keeper({on, on, check, [this](const UpgradeReport& report) { told = report; }, log},
                 {on.installed, "amd64", std::move(keys)}, on.kept),
          version(on.installed) {}
    // Works until there is nothing to do.
    void work() {
        while (keeper.step({})) {
        }
    }
    Disk& disk;
    test::FakeClock clock;
    CapturingSink sink;
    Log log{sink, clock};
    UpgradeReport told;
    UpgradeKeeper keeper;
    std::string version;
};

// Lives on until the order is answered; another agent begins when another version is installed.
UpgradeReport live(Disk& disk, bool agent_syncs = true) {
    for (int life = 0; life < 20; ++life) {
        Life now(disk);
        if (disk.installed == "1") now.keeper.obey(order());
        if (agent_syncs || disk.installed == "1") now.keeper.synced();
        for (int i = 0; i < 10 && now.version == disk.installed; ++i) {
            now.work();
            if (now.told.order == 7 && now.told.phase >= UpgradePhase::Done) return now.told;
            disk.help(agent_syncs);
        }
    }
    throw std::runtime_error("it never ended");
}

}  // namespace

TEST_CASE("an upgrade that goes well: both packages, the helper, the new agent") {
    Disk disk;
    const UpgradeReport told = live(disk);
    CHECK(told.phase == UpgradePhase::Done);
    CHECK(disk.installed == "2");
    CHECK(disk.kept.came_from == "1");
    CHECK(disk.files.empty());
    CHECK_FALSE(disk.go);
}

TEST_CASE("a new agent that does not sync is gone again, and the reason is told") {
    Disk disk;
    const UpgradeReport told = live(disk, false);
    CHECK(told.phase == UpgradePhase::WentBack);
    CHECK(told.reason == "the new agent did not sync");
    CHECK(disk.installed == "1");
    CHECK(disk.kept.came_from.empty());
}

TEST_CASE("power may fail before and after each step, and it ends all the same") {
    for (const bool syncs : {true, false}) {
        Disk whole;
        (void)live(whole, syncs);
        for (int cut = 1; cut <= whole.steps; ++cut) {
            for (const bool after : {false, true}) {
                INFO("cut " << cut << (after ? " after" : " before"));
                Disk disk;
                disk.cut_at = cut;
                disk.cut_after = after;
                CHECK_THROWS_AS(live(disk, syncs), PowerCut);
                disk.cut_at = -1;
                // What lies there now runs: the old version or the new one.
                CHECK((disk.installed == "1" || disk.installed == "2"));
                const UpgradeReport told = live(disk, syncs);
                CHECK(told.phase == (syncs ? UpgradePhase::Done : UpgradePhase::WentBack));
                CHECK(disk.installed == (syncs ? "2" : "1"));
                CHECK_FALSE(disk.go);
            }
        }
    }
}

TEST_CASE("an order is begun once, and a newer one after it") {
    Disk disk;
    (void)live(disk, false);
    Life life(disk);
    life.keeper.obey(order(7));
    CHECK_FALSE(life.keeper.step({}));
    life.keeper.obey(order(8));
    life.work();
    CHECK(life.told.order == 8);
    CHECK(life.told.phase == UpgradePhase::Installing);
    REQUIRE(disk.go);
    CHECK(disk.go->order.number == 8);
}

TEST_CASE("a package that was tampered with is refused, and nothing is left") {
    Disk disk;
    SECTION("on its way") { disk.served[package("2").file.str()] = "something else"; }
    SECTION("inside") { disk.other_fields = {"foyer-node", "3", "amd64"}; }
    Life life(disk);
    life.keeper.obey(order());
    life.work();
    CHECK(life.told.phase == UpgradePhase::Refused);
    INFO(life.told.reason);
    CHECK((life.told.reason.find("not the package that was signed") != std::string::npos ||
           life.told.reason.find("version is '3'") != std::string::npos));
    CHECK(disk.files.empty());
    CHECK_FALSE(disk.go);
}

TEST_CASE("half a package from before is fetched anew") {
    Disk disk;
    disk.files["wanted.deb"] = "half of it";
    CHECK(live(disk).phase == UpgradePhase::Done);
}

TEST_CASE("a box without a key, switched off, or not of a package refuses with the reason") {
    Disk disk;
    SECTION("no key") {
        Life life(disk, {});
        CHECK(life.told.stance == UpgradeStance::NoKey);
        life.keeper.obey(order());
        life.work();
        CHECK(life.told.phase == UpgradePhase::Refused);
        CHECK(life.told.reason.find("no publisher's key is pinned") != std::string::npos);
    }
    SECTION("switched off") {
        Life life(disk);
        CHECK(life.told.stance == UpgradeStance::Takes);
        REQUIRE(life.keeper.switch_off(true).ok());
        CHECK(life.told.stance == UpgradeStance::Off);
        life.keeper.obey(order());
        life.work();
        CHECK(life.told.phase == UpgradePhase::Refused);
        Life next(disk);
        CHECK(next.told.stance == UpgradeStance::Off);
        REQUIRE(next.keeper.switch_off(false).ok());
        CHECK(next.told.stance == UpgradeStance::Takes);
    }
    SECTION("not of a package") {
        disk.packaged = false;
        Life life(disk);
        life.keeper.obey(order());
        life.work();
        CHECK(life.told.phase == UpgradePhase::Refused);
    }
}

TEST_CASE("what is left of an earlier order says nothing of this one") {
    Disk disk;
    disk.left = {6, {UpgradePhase::Done, ""}};
    Life life(disk);
    life.keeper.obey(order());
    life.work();
    CHECK(life.told.phase == UpgradePhase::Installing);
    CHECK(disk.go);
}

TEST_CASE("the agent of before does not say for the new one that it synced") {
    Disk disk;
    Life life(disk);
    life.keeper.synced();
    life.keeper.obey(order());
    life.work();
    life.keeper.synced();
    CHECK(disk.synced.empty());
}
