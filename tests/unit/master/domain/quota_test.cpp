// What an account has never exceeds what it may have, whatever is ordered and deleted.
#include "master/domain/quota.h"

#include "common/base/random.h"
#include "tests/support/catch.h"
#include "tests/support/test_seed.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

const AccountId owner("acme-org");

void limit(World& world, const Quota& quota) {
    world.run(UpdateAccount{owner, {AccountRole::Customer}, quota});
}

// By rows alone.
Usage counted(const State& state) {
    Usage usage;
    for (const auto& [name, row] : state.instances()) {
        if (row.owner != owner) continue;
        usage.instances += 1;
        usage.copies += row.policy.replicas;
        for (const ReleaseSize& size : state.releases().at({row.release, row.version}).sizes) {
            if (size.name == row.size)
                usage.disk += Bytes(size.resources.disk.count() * row.policy.replicas);
        }
    }
    return usage;
}

std::string fact(const Error& failure, const std::string& key) {
    for (const ErrorDetail& detail : failure.details) {
        if (detail.key == key) return detail.value;
    }
    return "";
}

}  // namespace

TEST_CASE("an order beyond the quota is refused with what is used, allowed and asked") {
    World world;
    limit(world, {.instances = 1});
    world.run(world.order("one"));
    const Error refused = world.attempt(world.order("two")).failure();
    CHECK(refused.code == ErrorCode::ResourceExhausted);
    CHECK(fact(refused, "rule") == "quota");
    CHECK(fact(refused, "quota") == "instances");
    CHECK(fact(refused, "used") == "1");
    CHECK(fact(refused, "allowed") == "1");
    CHECK(fact(refused, "asked") == "1");
    limit(world, {.copies = 5});
    CHECK(fact(world.attempt(world.order("two")).failure(), "quota") == "copies");
    const Bytes used = world.state.used_by(owner).disk;
    limit(world, {.disk = Bytes(2 * used.count() - 1)});
    CHECK(fact(world.attempt(world.order("two")).failure(), "quota") == "disk_bytes");
    limit(world, {.disk = Bytes(2 * used.count())});
    CHECK(world.attempt(world.order("two")).ok());
}

TEST_CASE("a lower quota takes nothing away") {
    World world;
    world.run(world.order("one"));
    limit(world, {.instances = 0});
    CHECK(world.state.instances().size() == 1);
    CHECK_FALSE(world.attempt(world.order("two")).ok());
}

TEST_CASE("no sequence of orders, deletions and other quotas exceeds what may be") {
    const std::uint64_t seed = test::test_seed();
    INFO("TEST_SEED=" << seed);
    for (std::uint64_t life = 0; life < 20; ++life) {
        SeededRng rng{seed + life};
        World world;
        const auto any = [&](std::int64_t most) -> std::optional<std::int64_t> {
            if (rng.below(4) == 0) return std::nullopt;
            return static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(most) + 1));
        };
        for (int step = 0; step < 60; ++step) {
            const std::string name = "i" + std::to_string(rng.below(8));
            const Quota quota = world.state.accounts().at(owner).quota;
            const Usage before = world.state.used_by(owner);
            const auto dice = rng.below(6);
            if (dice == 0) {
                const auto disk = any(120);
                limit(world,
                      {any(5), any(15), disk ? std::optional(gibibytes(*disk)) : std::nullopt});
            } else if (dice <= 2 && world.state.instances().contains(InstanceName(name))) {
                world.state.apply({DropInstance{InstanceName(name)}},
                                  world.state.revision().next());
            } else {
                OrderInstance order = world.order(name);
                order.operation = OperationId("op-" + std::to_string(step));
                order.size = SizeName(rng.below(2) == 0 ? "s" : "m");
                const auto decided = world.attempt(order);
                if (!decided.ok()) continue;
                world.run(order);
                const Usage after = world.state.used_by(owner);
                CHECK((!quota.instances || after.instances <= *quota.instances));
                CHECK((!quota.copies || after.copies <= *quota.copies));
                CHECK((!quota.disk || after.disk <= *quota.disk));
                CHECK(after.instances == before.instances + 1);
            }
            REQUIRE(world.state.used_by(owner) == counted(world.state));
        }
    }
}

TEST_CASE("who comes near a limit is told once, by the order that passes it") {
    World world;
    const auto told = [&](const char* kind) {
        int count = 0;
        for (const auto& [sequence, event] : world.state.recent_events())
            count += event.kind == kind && event.owner == owner ? 1 : 0;
        return count;
    };
    limit(world, {.instances = 2});
    world.run(world.order("first"));
    CHECK(told("quota_near") == 0);
    world.run(world.order("second"));
    CHECK(told("quota_near") == 1);
    // A refusal is told once an hour.
    world.run(NoteRefusedOrder{owner, "too many"});
    world.run(NoteRefusedOrder{owner, "too many"});
    CHECK(told("quota_reached") == 1);
    world.now = world.now + Duration(std::int64_t{3601} * 1000);
    world.run(NoteRefusedOrder{owner, "too many"});
    CHECK(told("quota_reached") == 2);
}
