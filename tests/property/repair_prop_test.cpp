// Random lives of small clouds: boxes fail, lose the master, come back, shrink, are drained; orders
// come and go. After every command the invariants hold, no leader is ever chosen that lacks an
// acknowledged write, replaying the changes gives the same state byte for byte, and once faults
// stop everything comes to rest with the copies that were ordered.
//
// TEST_SEED repeats a run; REPAIR_LIVES says how many lives (30 by default, 2,000 take about ten
// minutes).
#include "master/domain/repair.h"

#include <cstdlib>

#include "common/base/text.h"
#include "master/domain/group.h"
#include "master/domain/progress.h"
#include "tests/support/catch.h"
#include "tests/support/invariants.h"
#include "tests/support/obedient_boxes.h"
#include "tests/support/test_seed.h"
#include "tests/support/world.h"

namespace foyer::test {

using namespace foyer::master;  // NOLINT: a test's own file

namespace {

constexpr int rounds = 150;
constexpr int calm_rounds_max =
    900;  // two and a half hours: a box's time, and the copies one by one
constexpr int start_rounds = 6;

std::vector<HomeSpec> some_homes(SeededRng& rng) {
    std::vector<HomeSpec> homes;
    const auto count = 5 + static_cast<int>(rng.below(6));
    for (int i = 0; i < count; ++i) {
        HomeSpec home;
        home.name = "h" + std::to_string(i);
        home.isp = "isp" + std::to_string(i < 4 ? i : static_cast<int>(rng.below(6)));
        home.country = rng.below(3) == 0 ? "BE" : "FR";
        home.host_class = rng.below(4) == 0 && i > 2 ? HostClass::Open : HostClass::Vetted;
        homes.push_back(home);
    }
    return homes;
}

class Life {
public:
    explicit Life(std::uint64_t seed) : rng_(seed), world_(some_homes(rng_)), boxes_(world_, seed) {
        for (const auto& [name, node] : world_.state.nodes()) nodes_.push_back(name);
        boxes_.check_invariants();
    }

    void live() {
        for (int i = 0; i < rounds && boxes_.problems.empty() && !boxes_.loss; ++i) {
            if (rng_.below(3) == 0) boxes_.attempt(anything());
            if (rng_.below(3) == 0) suffer();
            // An outage that lasts.
            for (auto more = rng_.below(40) == 0 ? 200 : 0; more > 0; --more) boxes_.round();
            boxes_.round();
        }
    }

    void calm_down() {
        boxes_.down.clear();
        boxes_.cut.clear();
        boxes_.failing.clear();
        boxes_.slow_percent = 0;
        for (const NodeId& node : nodes_) {
            if (world_.state.nodes().at(node).wish == NodeWish::Draining)
                boxes_.attempt(CancelDrain{node});
            boxes_.attempt(UncordonNode{node});
            boxes_.attempt(offer(node, 4'000));
        }
        came_to_rest_ = boxes_.settle(calm_rounds_max);
        // What was ordered or started last has nothing to be repaired, and yet needs its rounds.
        boxes_.rounds(start_rounds);
    }

    void check() const {
        for (const std::string& problem : boxes_.problems) CHECK(problem == "");
        CHECK(boxes_.loss.value_or("") == "");
        CHECK(came_to_rest_);
        for (const auto& [name, row] : world_.state.instances()) {
            INFO(name.str());
            for (const Replica* copy : world_.state.replicas_of(name))
                if (copy->founder || row.leader == copy->key.index)
                    CHECK(may_lead(world_.state, *copy));
            if (row.desired != DesiredState::Running) continue;
            CHECK(static_cast<int>(world_.state.replicas_of(name).size()) == row.policy.replicas);
            CHECK(to_number(instance_state(world_.state, row)) ==
                  to_number(InstanceState::Running));
        }
        State again{ClusterSettings{}, LineageId("lineage-1")};
        for (const auto& [revision, changes] : world_.history) again.apply(changes, revision);
        CHECK(dump(again) == dump(world_.state));
    }

    int moves() const {
        int count = 0;
        for (const auto& [number, event] : world_.state.recent_events())
            count += event.kind == "copy_removed" ? 1 : 0;
        return count;
    }

private:
    static int to_number(InstanceState state) { return static_cast<int>(state); }
    const NodeId& any_node() { return nodes_[rng_.below(nodes_.size())]; }
    InstanceName any_instance() { return InstanceName("firm" + std::to_string(rng_.below(4))); }
    OperationId operation() { return OperationId("op-" + std::to_string(++made_)); }

    static ReportNode offer(const NodeId& node, std::int64_t millicores) {
        ReportNode said;
        said.node = node;
        said.capacity = Resources{Millicores(millicores), gibibytes(8), gibibytes(100),
                                  KbitPerSecond(2 * millicores)};
        return said;
    }

    Command anything() {
        switch (rng_.below(14)) {
            case 0:
            case 1:
            case 2: {
                OrderInstance order = world_.order(any_instance().str());
                order.operation = operation();
                order.replicas = 3 + static_cast<int>(rng_.below(2));
                order.allow_same_isp = rng_.below(4) == 0;
                if (rng_.below(4) == 0) order.countries = {CountryCode("FR")};
                if (rng_.below(5) == 0) order.mode = ReplicationMode::Asynchronous;
                return order;
            }
            case 3: return StopInstance{any_instance(), operation()};
            case 4:
            case 5: return StartInstance{any_instance(), operation()};
            case 6: return PromoteInstance{any_instance(), std::nullopt, false, operation()};
            case 7:
                return rng_.below(4) == 0 ? Command(DeleteInstance{any_instance(), operation()})
                                          : Command(CordonNode{any_node()});
            case 8:
                return DrainNode{any_node(),
                                 Duration(static_cast<std::int64_t>(rng_.below(100'000))),
                                 operation(), AccountId("acme-org")};
            case 9: return CancelDrain{any_node()};
            case 10: return UncordonNode{any_node()};
            case 11:
                return StartRebalance{1 + static_cast<int>(rng_.below(8)), operation(),
                                      AccountId("acme-org")};
            case 12: return StopRebalance{};
            default: {
                const NodeId& node = any_node();
                if (!boxes_.down.empty() || !boxes_.cut.empty()) return UncordonNode{node};
                return offer(node, 500 + static_cast<std::int64_t>(rng_.below(4'000)));
            }
        }
    }

    void suffer() {
        switch (rng_.below(9)) {
            case 0:
            case 1: boxes_.down.insert(any_node()); break;
            case 2: boxes_.cut.insert(any_node()); break;
            case 3: boxes_.down.clear(); break;
            case 4: boxes_.cut.clear(); break;
            case 5: boxes_.failing.insert(any_node()); break;
            case 6: boxes_.failing.clear(); break;
            case 7: boxes_.slow_percent = static_cast<int>(rng_.below(100)); break;
            default: boxes_.slow_percent = 0; break;
        }
    }

    SeededRng rng_;
    World world_;
    ObedientBoxes boxes_;
    std::vector<NodeId> nodes_;
    int made_ = 0;
    bool came_to_rest_ = false;
};

// Nine homes on ISPs of their own, four orders of tenants of three countries, and hosts that change
// their minds.
class ChoosyHosts {
public:
    explicit ChoosyHosts(std::uint64_t seed) : rng_(seed), world_(homes()), boxes_(world_, seed) {
        boxes_.check_invariants();
        for (const char* country : {"FR", "RU", ""}) {
            const AccountId tenant("tenant" + std::to_string(tenants_.size()));
            boxes_.run(CreateAccount{tenant, {AccountRole::Customer}, {}, CountryCode(country)});
            tenants_.push_back(tenant);
        }
        for (int i = 0; i < 4; ++i) {
            OrderInstance order = world_.order("firm" + std::to_string(i));
            order.owner = tenants_[rng_.below(tenants_.size())];
            order.operation = OperationId("op-firm" + std::to_string(i));
            boxes_.attempt(order);
        }
    }

    void live() {
        for (int i = 0; i < 80 && boxes_.problems.empty() && !boxes_.loss; ++i) {
            if (rng_.below(4) == 0) change_a_mind();
            if (rng_.below(20) == 0) {
                const Account row = world_.state.accounts().at(tenants_.front());
                const char* to = row.country.str() == "FR" ? "RU" : "FR";
                boxes_.run(UpdateAccount{row.name, row.roles, row.quota, CountryCode(to)});
            }
            boxes_.rounds(1 + static_cast<int>(rng_.below(8)));
        }
        came_to_rest_ = boxes_.settle(calm_rounds_max);
    }

    void check() const {
        for (const std::string& problem : boxes_.problems) CHECK(problem == "");
        CHECK(boxes_.loss.value_or("") == "");
        for (const auto& [healthy, name] : world_.state.endangered()) {
            const auto why = repair_status(world_.state, world_.state.instances().at(name));
            UNSCOPED_INFO(name.str() << ": " << (why ? why->text : "nothing"));
        }
        CHECK(came_to_rest_);
        for (const auto& [key, replica] : world_.state.replicas()) {
            const Node& node = world_.state.nodes().at(replica.node);
            if (!node.refuses) continue;
            const Instance& row = world_.state.instances().at(key.instance);
            const std::string country = world_.state.accounts().at(row.owner).country.str();
            INFO(key.instance.str() << " on " << replica.node.str());
            CHECK_FALSE(node.refuses->what.countries.contains(
                CountryCode(country.empty() ? "ZZ" : country)));
        }
        for (const auto& [name, row] : world_.state.instances())
            CHECK(static_cast<int>(world_.state.replicas_of(name).size()) == row.policy.replicas);
    }

    int moves() const { return world_.events("copy_removed"); }

private:
    static std::vector<HomeSpec> homes() {
        std::vector<HomeSpec> homes;
        for (int i = 0; i < 9; ++i)
            homes.push_back({"h" + std::to_string(i), "isp" + std::to_string(i)});
        return homes;
    }

    // At most four refuse something: there is always a place.
    void change_a_mind() {
        const NodeId box("h" + std::to_string(rng_.below(9)) + "-1");
        ReportNode said;
        said.node = box;
        said.refuses = HostRefusals{};
        const bool was = refusing_.erase(box) > 0;
        if (!was && refusing_.size() < 4) {
            refusing_.insert(box);
            for (const char* country : {"FR", "RU", "ZZ"})
                if (rng_.below(2) == 0) said.refuses->what.countries.insert(CountryCode(country));
        }
        boxes_.run(said);
    }

    SeededRng rng_;
    World world_;
    ObedientBoxes boxes_;
    std::vector<AccountId> tenants_;
    std::set<NodeId> refusing_;
    bool came_to_rest_ = false;
};

int lives() {
    const char* text = std::getenv("REPAIR_LIVES");
    return text == nullptr ? 30 : static_cast<int>(parse_int(text).value_or(30));
}

}  // namespace

TEST_CASE("clouds live through failures, lose nothing and come to rest") {
    int moves = 0;
    for (int i = 0; i < lives(); ++i) {
        const std::uint64_t seed = test_seed() + static_cast<std::uint64_t>(i);
        INFO("TEST_SEED=" << seed);
        Life life(seed);
        life.live();
        life.calm_down();
        life.check();
        moves += life.moves();
    }
    CHECK(moves > lives() / 2);  // or nothing was tested
}

TEST_CASE("once hosts have said what they refuse, nothing of it is on their boxes") {
    int moves = 0;
    for (int i = 0; i < lives() / 2; ++i) {
        const std::uint64_t seed = test_seed() + 1'000 + static_cast<std::uint64_t>(i);
        INFO("TEST_SEED=" << seed - 1'000);
        ChoosyHosts hosts(seed);
        hosts.live();
        hosts.check();
        moves += hosts.moves();
    }
    CHECK(moves > lives() / 2);  // or nothing was tested
}

// A founder that was lost before it served was made anew on a box of an open host, which must not
// lead: it served, and nobody could follow it.
TEST_CASE("a founder is made anew where it may lead") {
    Life life(5'756'152'778'631'716'760ULL);
    life.live();
    life.calm_down();
    life.check();
}

// A box that was cut off led a copy of a deleted order, and was believed to follow the next order
// of that name: the model took what it acknowledged for the new order's.
TEST_CASE("what a copy of a deleted order acknowledged is not the next order's") {
    Life life(8'255'478'698'348'640'656ULL);
    life.live();
    life.calm_down();
    life.check();
}

}  // namespace foyer::test
