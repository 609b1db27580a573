#include "node-agent/runtime/uid_ranges.h"

#include <fcntl.h>
#include <sys/file.h>
#include <thread>

#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "common/os/sys.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

constexpr std::uint32_t first = 1000;
constexpr std::uint32_t second = first + uids_per_range;
const PartitionId a("acme-0"), b("acme-1");

// A machine on which boxes come and go.
struct Machine {
    test::TempFolder disk;
    std::string claims = disk.path() + "/var/uids";
    std::uint32_t ranges_max = 8;

    BoxPaths box(const std::string& name) const {
        return {.data = disk.path() + "/" + name, .run = disk.path() + "/" + name + "-run"};
    }
    UidRanges agent(const std::string& name) const {
        return {box(name), {claims, first, ranges_max, Duration(50)}};
    }
    void make(const std::string& name, const PartitionId& id) const {
        REQUIRE(os::make_dirs(box(name).partition(id), 0711).ok());
    }
    void remove(const std::string& name, const PartitionId& id) const {
        REQUIRE(os::remove_tree(box(name).partition(id)).ok());
    }
    std::uint32_t take(const std::string& name, const PartitionId& id) const {
        make(name, id);
        return agent(name).take(id).value();
    }
    std::vector<std::string> files() const { return os::list_dir(claims).value(); }
};

}  // namespace

TEST_CASE("the lowest free range is taken, and none beyond the last") {
    CHECK(lowest_free_range({}, 1000, 2).value() == 1000);
    CHECK(lowest_free_range({1000}, 1000, 2).value() == 1000 + 65536);
    CHECK(lowest_free_range({1000 + 65536}, 1000, 2).value() == 1000);
    CHECK(lowest_free_range({1000, 1000 + 65536}, 1000, 2).failure().code ==
          ErrorCode::ResourceExhausted);
}

TEST_CASE("partitions of two agents have no user in common, and keep theirs over restarts") {
    const Machine machine;
    CHECK(machine.take("lyon", a) == first);
    CHECK(machine.take("nantes", a) == second);
    CHECK(machine.take("lyon", a) == first);
    CHECK(machine.take("nantes", a) == second);
    CHECK(machine.take("nantes", b) == second + uids_per_range);
}

TEST_CASE("agents that claim at the same moment are not given the same range") {
    Machine machine;
    machine.ranges_max = 64;
    std::mutex mutex;
    std::set<std::uint32_t> given;
    std::vector<std::thread> agents;
    for (const std::string name : {"lyon", "nantes", "namur"})
        agents.emplace_back([&, name] {
            UidRanges ranges(machine.box(name),
                             {machine.claims, first, machine.ranges_max, Duration(60'000)});
            for (int i = 0; i < 10; ++i) {
                const PartitionId id("acme-" + std::to_string(i));
                const bool made = os::make_dirs(machine.box(name).partition(id), 0711).ok();
                const auto range = ranges.take(id);
                const std::lock_guard lock(mutex);
                if (made && range.ok()) given.insert(range.value());
            }
        });
    for (std::thread& one : agents) one.join();
    CHECK(given.size() == 30);
}

TEST_CASE("a range is free again when its partition is erased, told or not") {
    const Machine machine;
    CHECK(machine.take("lyon", a) == first);
    CHECK(machine.take("lyon", b) == second);
    machine.remove("lyon", b);
    CHECK(machine.agent("lyon").release(b).ok());
    CHECK(machine.files() == std::vector<std::string>{"1000", "lock"});
    machine.remove("lyon", a);  // the agent died before it could tell
    CHECK(machine.take("nantes", a) == first);
}

TEST_CASE("a claim whose range was never written down at the partition is taken up again") {
    const Machine machine;
    CHECK(machine.take("lyon", a) == first);
    REQUIRE(os::remove_file(machine.box("lyon").uid_range(a)).ok());  // as a crash leaves it
    CHECK(machine.take("nantes", a) == first);
    CHECK(machine.take("lyon", a) == second);
}

TEST_CASE("a box that cannot be looked at keeps what it claimed") {
    const Machine machine;
    CHECK(machine.take("lyon", a) == first);
    REQUIRE(os::remove_tree(machine.box("lyon").data).ok());  // its disk is not mounted
    CHECK(machine.take("nantes", a) == second);
    REQUIRE(os::write_atomically(machine.claims + "/" + std::to_string(second + uids_per_range),
                                 "nonsense\n")
                .ok());
    CHECK(machine.take("nantes", b) == second + 2 * uids_per_range);
}

TEST_CASE("when all ranges are claimed the message says where to make room") {
    Machine machine;
    machine.ranges_max = 2;
    machine.take("lyon", a);
    machine.take("lyon", b);
    machine.make("nantes", a);
    const auto none = machine.agent("nantes").take(a);
    REQUIRE_FALSE(none.ok());
    CHECK(none.failure().code == ErrorCode::ResourceExhausted);
    CHECK(none.failure().message.find("all 2 user ranges") == 0);
    CHECK(none.failure().message.find(machine.claims) != std::string::npos);
    CHECK_FALSE(os::exists(machine.box("nantes").uid_range(a)));
}

TEST_CASE("a starting agent claims what its volumes are owned by before others are given it") {
    const Machine machine;
    CHECK(machine.take("lyon", a) == first);
    REQUIRE(os::remove_tree(machine.claims).ok());
    CHECK(machine.agent("lyon").claim_all().ok());
    CHECK(machine.take("nantes", a) == second);
}

TEST_CASE("a box's folder may move, but a copy of it shares no users with it") {
    const Machine machine;
    CHECK(machine.take("lyon", a) == first);
    REQUIRE(std::rename(machine.box("lyon").data.c_str(), machine.box("paris").data.c_str()) == 0);
    CHECK(machine.take("paris", a) == first);
    CHECK(machine.take("nantes", a) == second);

    machine.make("copy", a);
    REQUIRE(os::write_atomically(machine.box("copy").uid_range(a), "1000\n").ok());
    const auto refused = machine.agent("copy").take(a);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.failure().code == ErrorCode::FailedPrecondition);
    CHECK(refused.failure().message.find("one is a copy of the other") != std::string::npos);
    CHECK(machine.take("paris", a) == first);
}

TEST_CASE("an agent that stands still with the lock makes others wait, not for ever") {
    const Machine machine;
    machine.take("lyon", a);
    const auto held = os::open_file(machine.claims + "/lock", O_RDWR);
    REQUIRE(::flock(held.value().get(), LOCK_EX) == 0);
    machine.make("lyon", b);
    CHECK(machine.agent("lyon").take(b).failure().code == ErrorCode::Unavailable);
    REQUIRE(::flock(held.value().get(), LOCK_UN) == 0);
    CHECK(machine.take("lyon", b) == second);
}
