#include "node-agent/fence/deadline_table.h"

#include <memory>
#include <string>

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

FenceRequest hold(const std::string& partition, std::int64_t until) {
    FenceRequest made{.verb = FenceVerb::Hold, .until = MonoTime{until}};
    REQUIRE(made.partition.assign(partition));
    REQUIRE(made.folders[0].assign("/sys/fs/cgroup/" + partition));
    return made;
}

}  // namespace

TEST_CASE("nothing is due before its deadline, and the first deadline is the next strike") {
    DeadlineTable table;
    CHECK_FALSE(table.next_strike());
    CHECK(table.put(hold("b", 2000), -1).taken);
    CHECK(table.put(hold("a", 1000), -1).taken);
    CHECK(table.next_strike() == MonoTime{1000});
    CHECK(table.due(MonoTime{999}) == nullptr);
    REQUIRE(table.due(MonoTime{1000}) != nullptr);
    CHECK(table.due(MonoTime{1000})->held.partition.view() == "a");
}

TEST_CASE("a later word replaces an earlier one, also when it shortens") {
    DeadlineTable table;
    table.put(hold("a", 1000), -1);
    table.put(hold("a", 5000), -1);
    CHECK(table.size() == 1);
    CHECK(table.next_strike() == MonoTime{5000});
    table.put(hold("a", 3000), -1);
    CHECK(table.next_strike() == MonoTime{3000});
}

TEST_CASE("strikes go on until nothing is left and the lingering is over") {
    DeadlineTable table;
    table.put(hold("a", 1000), 7);
    DeadlineTable::Entry* entry = table.due(MonoTime{1000});
    REQUIRE(entry != nullptr);
    CHECK(table.struck(*entry, false, MonoTime{1000}) == -1);
    CHECK(table.next_strike() == MonoTime{1000} + DeadlineTable::again_if_left);
    CHECK(table.struck(*entry, true, MonoTime{1010}) == -1);
    CHECK(table.next_strike() == MonoTime{1010} + DeadlineTable::again_if_empty);
    const MonoTime late = MonoTime{1000} + DeadlineTable::linger;
    CHECK(table.struck(*entry, false, late) == -1);
    CHECK(table.size() == 1);
    CHECK(table.struck(*entry, true, late) == 7);
    CHECK(table.size() == 0);
    CHECK_FALSE(table.next_strike());
}

TEST_CASE("an extension after the deadline arms it again") {
    DeadlineTable table;
    table.put(hold("a", 1000), -1);
    CHECK(table.struck(*table.due(MonoTime{1000}), true, MonoTime{1000}) == -1);
    table.put(hold("a", 9000), -1);
    CHECK(table.due(MonoTime{8999}) == nullptr);
}

TEST_CASE("descriptors are handed back exactly once") {
    DeadlineTable table;
    CHECK(table.put(hold("a", 1000), 7).to_close == -1);
    CHECK(table.put(hold("a", 2000), -1).to_close == -1);  // keeps 7
    CHECK(table.put(hold("a", 3000), 8).to_close == 7);
    CHECK(table.drop("a") == 8);
    CHECK(table.drop("a") == -1);
    CHECK(table.drop("never") == -1);
}

TEST_CASE("a full table refuses newcomers, and goes on extending those it has") {
    const auto table = std::make_unique<DeadlineTable>();
    for (std::size_t i = 0; i < fence_partitions_max; ++i)
        REQUIRE(table->put(hold("p" + std::to_string(i), 1000), -1).taken);
    const DeadlineTable::Put refused = table->put(hold("one-more", 1000), 9);
    CHECK_FALSE(refused.taken);
    CHECK(refused.to_close == 9);
    CHECK(table->put(hold("p17", 2000), -1).taken);
    table->drop("p3");
    CHECK(table->put(hold("one-more", 1000), -1).taken);
    CHECK(table->size() == fence_partitions_max);
}

TEST_CASE("whoever ends the killer ends what it guards, and nothing lives longer for it") {
    DeadlineTable table;
    table.put(hold("later", 5000), -1);
    table.put(hold("over", 500), -1);
    table.hasten(MonoTime{1000});
    CHECK(table.next_strike() == MonoTime{500});
    table.drop("over");
    CHECK(table.next_strike() == MonoTime{1000});
}
