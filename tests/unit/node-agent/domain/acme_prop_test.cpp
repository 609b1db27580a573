// Edges that are lost and come back, clocks that differ, an authority that refuses and falls
// silent: by the rule of turns never two orders are under way, and while the authority answers,
// every edge that lives has a certificate that is good. TEST_SEED repeats a run.
#include <algorithm>
#include <utility>

#include "node-agent/domain/acme_turns.h"
#include "node-agent/domain/certificate_plan.h"
#include "tests/support/catch.h"
#include "tests/support/test_seed.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

constexpr Duration second{1'000};
constexpr Duration hour{3'600'000};
constexpr Duration day = 24 * hour;
constexpr Duration life = 6 * day;
// An authority that refuses has to be asked again well before what is held ends.
const OrderRules order_rules{{Duration(120'000), 6 * hour}, hour};

struct Order {
    std::string name;
    WallTime ends;   // true time
    WallTime limit;  // when the edge gives it up
    bool refused = false;
    bool limited = false;
};

struct Edge {
    NodeId node;
    Duration clock_off{0};
    bool lives = true;
    WallTime up_since;
    NameRecords records;
    std::optional<Order> order;
    WallTime clock(WallTime now) const { return now + clock_off; }
};

struct Cloud {
    SeededRng rng;
    TurnRules rules = turn_rules(Duration(60'000));
    AcmeAccounts accounts;
    std::vector<Edge> edges;
    WallTime now{1'772'366'400'000};
    bool authority_answers = true;
    WallTime answers_since = now;
    int orders = 0;

    explicit Cloud(std::uint64_t seed) : rng(seed) {
        const auto count = 1 + rng.below(5);
        for (std::uint64_t i = 0; i < count; ++i) {
            Edge& edge = edges.emplace_back();
            edge.node = NodeId("edge-" + std::to_string(i));
            // Two clocks differ by a margin at most.
            edge.clock_off = Duration(static_cast<std::int64_t>(rng.below(5'000)) - 2'500);
            edge.up_since = now;
            for (const char* name : {"a.example.org", "b.example.org", "c.example.org"})
                edge.records[name] = {};
            accounts.push_back({edge.node, "T" + std::to_string(i)});
        }
    }

    const AcmeAccount& own(const Edge& edge) const {
        return *std::ranges::find(accounts, edge.node, &AcmeAccount::edge);
    }

    void begin(Edge& edge) {
        const WallTime clock = edge.clock(now);
        const auto time = time_to_order(accounts, own(edge), rules, clock);
        const auto name = time ? next_order(edge.records, clock) : std::nullopt;
        if (!name) return;
        orders += 1;
        // One that was silent refuses some at first.
        const bool grumpy = now - answers_since < 6 * hour;
        Order order{*name, now + Duration(1'000 + static_cast<std::int64_t>(rng.below(14'000))),
                    now + *time, grumpy && rng.below(3) == 0, grumpy && rng.below(9) == 0};
        if (!authority_answers) order.ends = now + day;
        edge.order = order;
    }

    void end(Edge& edge) {
        const Order order = *std::exchange(edge.order, std::nullopt);
        NameRecord& record = edge.records.at(order.name);
        const WallTime clock = edge.clock(now);
        const bool late = order.ends > order.limit;
        if (late || order.refused)
            record = refused(record, "no", order.limited, order_rules, clock, rng);
        else
            record = ordered({now, now + life});
    }

    void trouble() {
        const std::uint64_t spell = authority_answers ? 150'000 : 20'000;
        if (rng.below(spell) == 0) {
            authority_answers = !authority_answers;
            answers_since = now;
        }
        if (rng.below(100'000) != 0) return;
        Edge& edge = edges[rng.below(edges.size())];
        edge.lives = !edge.lives;
        edge.up_since = now;
        edge.order.reset();  // lost with its power
    }

    int under_way() const {
        return static_cast<int>(
            std::ranges::count_if(edges, [](const Edge& edge) { return edge.order.has_value(); }));
    }

    void step() {
        now = now + second;
        for (Edge& edge : edges) {
            if (!edge.lives) continue;
            if (edge.order && now >= std::min(edge.order->ends, edge.order->limit)) end(edge);
            if (!edge.order) begin(edge);
        }
    }

    // Long enough for what is due: each edge's turn comes every few minutes, and the longest wait
    // after a refusal is some hours.
    bool is_calm(const Edge& edge) const {
        return edge.lives && authority_answers && now - edge.up_since > day &&
               now - answers_since > day;
    }
};

}  // namespace

TEST_CASE("never two orders are under way, and each living edge has a certificate that is good") {
    SeededRng seeds(foyer::test::test_seed());
    int looks = 0;
    for (int round = 0; round < 6; ++round) {
        const std::uint64_t seed = seeds.next();
        CAPTURE(seed);
        Cloud cloud(seed);
        const WallTime over = cloud.now + 8 * day;
        bool one_at_a_time = true;
        bool all_good = true;
        while (cloud.now < over) {
            cloud.trouble();
            cloud.step();
            one_at_a_time = one_at_a_time && cloud.under_way() <= 1;
            for (const Edge& edge : cloud.edges) {
                if (!cloud.is_calm(edge)) continue;
                looks += 1;
                for (const auto& [name, record] : edge.records)
                    all_good = all_good && record.held && record.held->not_after > cloud.now;
            }
        }
        CHECK(one_at_a_time);
        CHECK(all_good);
        CHECK(cloud.orders > 0);
    }
    CHECK(looks > 0);
}

TEST_CASE("clocks that differ by more than the turns allow show that the check can fail") {
    const AcmeAccounts two = {{NodeId("a"), "A"}, {NodeId("b"), "B"}};
    const TurnRules rules = turn_rules(Duration(60'000));
    bool both = false;
    for (std::int64_t at = 0; at < 120; ++at) {
        const WallTime now{1'772'366'400'000 + at * 1'000};
        both = both || (time_to_order(two, two[0], rules, now) &&
                        time_to_order(two, two[1], rules, now + Duration(60'000)));
    }
    CHECK(both);
}

TEST_CASE("every edge answers for the account that orders, however late it is asked") {
    SeededRng rng(foyer::test::test_seed());
    for (int round = 0; round < 2'000; ++round) {
        AcmeAccounts accounts;
        const auto count = 1 + rng.below(13);
        for (std::uint64_t i = 0; i < count; ++i)
            accounts.push_back({NodeId("e" + std::to_string(i)), "T" + std::to_string(i)});
        const TurnRules rules =
            turn_rules(Duration(static_cast<std::int64_t>(4'000 + 1'000 * rng.below(120))));
        const WallTime now{1'772'366'400'000 + static_cast<std::int64_t>(rng.below(100'000'000))};
        const AcmeAccount own = accounts[rng.below(accounts.size())];
        const auto time = time_to_order(accounts, own, rules, now);
        if (!time) continue;
        // The asking edge's clock is right, the answering one's off by up to the margin.
        const Duration off(static_cast<std::int64_t>(
                               rng.below(static_cast<std::uint64_t>(2 * rules.margin.count()))) -
                           rules.margin.count());
        for (const Duration later : {Duration(0), *time / 2, *time + Duration(-1)})
            CHECK(whose_turn(accounts, rules.turn, now + later + off) == own);
    }
}
