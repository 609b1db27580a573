// How often the groups' thread turns.
#include "tests/support/eventually.h"
#include "tests/unit/leadership/group.h"
#include "tests/unit/node-agent/app/agent_world.h"

using namespace foyer;
using namespace foyer::test;

namespace {

constexpr Duration tick{2};
constexpr Duration hour{3'600'000};

// Remembers how long it was asked to wait last.
class PatientPost final : public agent::GroupPost {
public:
    void send(const std::string&, const std::vector<leadership::Letter>&) override {}
    void send(const std::string&, const SecretQuestion&) override {}
    void send(const std::string&, const SecretAnswer&) override {}
    std::vector<agent::GroupMail> wait(Duration at_most) override {
        std::unique_lock lock(mutex_);
        asked_ = at_most;
        wake_.wait_for(lock, at_most, [&] { return std::exchange(poked_, false); });
        return {};
    }
    void poke() override {
        const std::scoped_lock lock(mutex_);
        poked_ = true;
        wake_.notify_all();
    }
    bool waits(Duration span) {
        return eventually([&] {
            const std::scoped_lock lock(mutex_);
            return asked_ == span;
        });
    }

private:
    std::mutex mutex_;
    std::condition_variable wake_;
    bool poked_ = false;
    Duration asked_{0};
};

class NoMemory final : public agent::GroupFiles {
public:
    Status save(const PartitionId&, const agent::GroupMemory&) override { return ok_status(); }
    Status forget(const PartitionId&) override { return ok_status(); }
    Result<agent::GroupMemory> load(const PartitionId&) override {
        return error(ErrorCode::NotFound, "none");
    }
};

struct Idle {
    AgentWorld world;
    PatientPost post;
    NoMemory files;
    agent::GroupKeeper groups{{post,
                               files,
                               {},
                               [](const auto&...) { return ok_status(); },
                               {{}, leadership::test::verifier()},
                               world.clock,
                               world.rng,
                               world.log,
                               {}},
                              {.tick = tick, .idle_tick = hour}};
};

}  // namespace

TEST_CASE("a box without members hardly turns, and wakes at once for the first") {
    Idle box;
    REQUIRE(box.post.waits(hour));
    Assignment wish = assignment(1);
    wish.group = GroupWish{};
    box.groups.seat(wish, false);
    CHECK(box.post.waits(tick));
    box.groups.leave(wish.partition);
    CHECK(box.post.waits(hour));
}

TEST_CASE("an edge that follows routes keeps turning") {
    Idle edge;
    REQUIRE(edge.post.waits(hour));
    EdgeRoute route;
    route.hostname = "acme.foyer.localhost";
    route.instance = InstanceName("acme");
    route.voters.push_back({{0}, "fd50::1"});
    edge.groups.follow({{route.hostname, route}});
    CHECK(edge.post.waits(tick));
    edge.groups.follow({});
    CHECK(edge.post.waits(hour));
}
