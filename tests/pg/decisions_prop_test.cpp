// Random lives of a cluster: whatever the domain decides, the database accepts, and loading it
// gives the state that applying the decisions gave. TEST_SEED repeats a run.
#include "master/domain/decide.h"
#include "tests/pg/support/pg_server.h"
#include "tests/pg/support/sample.h"
#include "tests/support/catch.h"
#include "tests/support/test_seed.h"

namespace foyer::test {

namespace {

using master::Command;
using master::Entry;
using master::Node;
using master::State;

constexpr int steps = 600;
constexpr int homes = 9;

class Life {
public:
    explicit Life(std::uint64_t seed)
        : rng_(seed), store_(open_store(new_database())), state_(load()) {}

    void live() {
        for (const Command& command : beginnings()) attempt(command);
        for (int step = 0; step < steps; ++step) {
            attempt(anything());
            if (rng_.below(20) == 0) flush();
            if (rng_.below(100) == 0) compare();
        }
        compare();
        CHECK(decided_ > steps / 4);
    }

private:
    State load() {
        Result<State> loaded = store_->load({});
        if (!loaded.ok()) FAIL(loaded.failure().message);
        return std::move(loaded).value();
    }

    void attempt(const Command& command) {
        now_ = now_ + Duration(static_cast<std::int64_t>(rng_.below(5'000)));
        const auto decision = decide(state_, command, now_);
        if (!decision.ok() || decision.value().changes.empty()) return;
        ++decided_;
        batch_.push_back({state_.revision().next(), decision.value().changes});
        state_.apply(batch_.back().changes, batch_.back().revision);
    }

    void flush() {
        const Status done = store_->commit(batch_);
        if (!done.ok())
            FAIL("the database refused what the domain decided: " << done.failure().message);
        batch_.clear();
    }

    void compare() {
        flush();
        const State loaded = load();
        REQUIRE(difference(loaded, state_) == "");
    }

    std::string name(const std::string& of, std::uint64_t among) {
        return of + "-" + std::to_string(rng_.below(among));
    }
    OperationId operation() { return OperationId("op-" + std::to_string(++made_)); }

    std::vector<Command> beginnings() {
        std::vector<Command> all = {
            master::CreateAccount{AccountId("pub"), {master::AccountRole::Publisher}},
            master::CreateAccount{AccountId("carl"),
                                  {master::AccountRole::Customer, master::AccountRole::Host}},
            master::PublishRelease{sample_release("1", 0)}};
        for (int i = 0; i < homes; ++i) {
            const std::string number = std::to_string(i);
            all.emplace_back(
                master::CreateIsp{IspId("isp-" + number), IspFamilyId(i == 8 ? "isp-0" : "")});
            all.emplace_back(master::CreateHost{HostId("host-" + number)});
            all.emplace_back(master::CreateSite{SiteId("home-" + number), IspId("isp-" + number),
                                                CountryCode(i % 3 == 0 ? "BE" : "FR"),
                                                HostId("host-" + number),
                                                i % 4 == 3 ? HostClass::Open : HostClass::Vetted});
            arrive(all, i);
        }
        return all;
    }

    void arrive(std::vector<Command>& all, int home) {
        const std::string key = std::to_string(++made_);
        const NodeId node("box-" + std::to_string(home));
        all.emplace_back(master::CreateNodeToken{SiteId("home-" + std::to_string(home)), node,
                                                 false, "", "hash-" + key, Duration(0)});
        all.emplace_back(master::EnrolNode{"hash-" + key, "key-" + key, WgPublicKey("wg-" + key),
                                           capacity(), "0.1", now_ + Duration(1'000'000)});
        all.emplace_back(master::ReportNode{.node = node});
    }

    Resources capacity() {
        return {Millicores(2'000 + static_cast<std::int64_t>(rng_.below(4'000))), gibibytes(8),
                gibibytes(100),
                KbitPerSecond(2'000 + static_cast<std::int64_t>(rng_.below(4'000)))};
    }

    Command order() {
        master::OrderInstance order;
        order.name = InstanceName(name("firm", 12));
        order.owner = AccountId("carl");
        order.release = ReleaseName("tryton");
        order.checked_version = ReleaseVersion("1");
        order.parameters_json = "{}";
        if (rng_.below(3) == 0) order.countries = {CountryCode("FR")};
        order.allow_same_isp = rng_.below(3) == 0;
        order.min_countries = 1 + static_cast<int>(rng_.below(2));
        order.operation = operation();
        order.admin_password = master::Sealed("a-" + std::to_string(made_));
        order.replication_password = master::Sealed("r");
        return order;
    }

    Command report() {
        const NodeId box(name("box", homes));
        master::ReportNode said{.node = box};
        for (const master::ReplicaKey& key : state_.replicas_on(box)) {
            const master::Replica& replica = state_.replicas().at(key);
            const master::Instance& instance = state_.instances().at(key.instance);
            if (instance.desired == DesiredState::Deleted) {
                said.erased.push_back(partition_id(key));
                continue;
            }
            PartitionObservation seen = replica.observed.as_reported(partition_id(key));
            seen.fence = instance.fence;
            seen.applied = instance.group_revision;
            seen.role = instance.leader == key.index ? ReplicaRole::Primary : ReplicaRole::Standby;
            seen.phase = rng_.below(6) == 0 ? PartitionPhase::Failed : PartitionPhase::Running;
            seen.step = name("step", 9);
            seen.ready = rng_.below(4) != 0;
            seen.initialized = true;
            seen.position = Position{instance.fence.epoch,
                                     static_cast<std::int64_t>(rng_.below(1'000'000)), false};
            if (seen.role == ReplicaRole::Primary) seen.followers = followers_of(instance);
            said.observations.push_back(seen);
        }
        if (rng_.below(8) == 0) said.capacity = capacity();
        if (rng_.below(4) == 0)
            said.disk_free = mebibytes(static_cast<std::int64_t>(rng_.below(100'000)));
        return said;
    }

    // Newcomers follow well, those that leave do not count.
    std::vector<FollowerView> followers_of(const master::Instance& instance) {
        std::vector<FollowerView> followers;
        for (const master::Replica* replica : state_.replicas_of(instance.name)) {
            const bool counts = replica->membership == master::Membership::Member;
            followers.push_back({"r" + std::to_string(replica->key.index.number) + "g1",
                                 "streaming", counts ? "quorum" : "async",
                                 static_cast<std::int64_t>(rng_.below(9))});
        }
        return followers;
    }

    Command anything() {
        const InstanceName firm(name("firm", 12));
        switch (rng_.below(24)) {
            case 0:
            case 1:
            case 2: return order();
            case 3: return master::StopInstance{firm, operation()};
            case 4: return master::StartInstance{firm, operation()};
            case 5: return master::DeleteInstance{firm, operation()};
            case 6:
                return master::PromoteInstance{firm, std::nullopt, rng_.below(2) == 0, operation()};
            case 7: return master::RevealInstance{firm};
            case 8: return master::MarkSilent{{NodeId(name("box", homes))}};
            case 18: {
                master::NoteSightings all;
                for (int i = 0; i < homes; ++i)
                    all.seen.push_back({NodeId("box-" + std::to_string(i)), now_, Duration(i), {}});
                return all;
            }
            case 9: return master::DeleteNode{NodeId(name("box", homes))};
            case 10: {
                const int home = static_cast<int>(rng_.below(homes));
                std::vector<Command> all;
                arrive(all, home);
                for (std::size_t i = 0; i + 1 < all.size(); ++i) attempt(all[i]);
                return all.back();
            }
            case 11: return master::CordonNode{NodeId(name("box", homes))};
            case 12: return master::UncordonNode{NodeId(name("box", homes))};
            case 13:
                return master::DrainNode{NodeId(name("box", homes)),
                                         Duration(static_cast<std::int64_t>(rng_.below(9'000))),
                                         operation(), AccountId("carl")};
            case 22:
                return master::StartRebalance{1 + static_cast<int>(rng_.below(3)), operation(),
                                              AccountId("carl")};
            case 23: return master::StopRebalance{};
            case 14: return master::CancelDrain{NodeId(name("box", homes))};
            case 15:
                now_ = now_ + Duration(static_cast<std::int64_t>(rng_.below(1'800'000)));
                return master::Tick{};
            case 16:
            case 17: return master::Tick{};
            default: return report();
        }
    }

    SeededRng rng_;
    std::unique_ptr<master::PgStore> store_;
    State state_;
    std::vector<Entry> batch_;
    WallTime now_{1'772'368'200'250};
    int made_ = 0;
    int decided_ = 0;
};

}  // namespace

TEST_CASE("the database accepts what the domain decides, and loads what was applied") {
    for (std::uint64_t life = 0; life < 3; ++life) {
        INFO("TEST_SEED=" << test_seed() << " life " << life);
        Life(test_seed() + life).live();
    }
}

}  // namespace foyer::test
