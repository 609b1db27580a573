#include "master/app/planner.h"

#include <atomic>
#include <future>

#include "common/tls/sha256.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::FakeClock;
using foyer::test::MemoryStore;

namespace {

struct Desk {
    std::shared_ptr<MemoryStore::Shared> database = std::make_shared<MemoryStore::Shared>();
    FakeClock clock;
    SeededRng rng{1};
    std::promise<void> deposed;
    std::unique_ptr<Planner> planner;

    explicit Desk(PlannerLimits limits = {.reload_delay_min = Duration(1),
                                          .reload_delay_max = Duration(2)}) {
        planner = std::make_unique<Planner>(ClusterSettings{},
                                            std::make_unique<MemoryStore>(database), clock, rng,
                                            limits, [](std::string_view, std::string_view) {});
    }

    void start() {
        planner->start();
        wait_for(PlannerPhase::Leading);
    }
    void wait_for(PlannerPhase phase) const {
        while (planner->phase() != phase) std::this_thread::yield();
    }
    Result<Answer> create(const std::string& name, const std::string& request = "",
                          const std::string& hash = "h") {
        Write write;
        write.command = CreateHost{HostId(name)};
        write.account = AccountId("operator");
        write.request_id = RequestId(request);
        write.body_hash = hash;
        write.render = [](const State& after, const Reply& reply) {
            return reply.subject + "@" + std::to_string(after.revision().number());
        };
        return planner->write(std::move(write));
    }
    bool has(const std::string& name) const {
        return planner->read(
            [&](const State& state) { return state.hosts().contains(HostId(name)); });
    }
};

}  // namespace

TEST_CASE("a write is visible and durable when its answer comes") {
    Desk desk;
    desk.start();
    REQUIRE(desk.create("anna").ok());
    CHECK(desk.has("anna"));
    CHECK(desk.database->written.size() == 1);
    CHECK(desk.create("anna").failure().code == ErrorCode::AlreadyExists);
}

TEST_CASE("the same request id gives the same answer, another body a conflict") {
    Desk desk;
    desk.start();
    const std::string first = desk.create("anna", "r1").value().rendered;
    REQUIRE(desk.create("bert").ok());
    const auto again = desk.create("anna", "r1");
    CHECK(again.value().rendered == first);
    CHECK(again.value().replayed);
    CHECK(desk.create("anna", "r1", "other").failure().code == ErrorCode::Aborted);
}

TEST_CASE("an answer that changed nothing is given again, whatever would be to do by now") {
    Desk desk;
    desk.start();
    const auto stop = [&] {
        Write write;
        write.command = MarkSilent{{NodeId("lille-1")}};
        write.account = AccountId("operator");
        write.request_id = RequestId("r1");
        write.render = [](const State& after, const Reply&) {
            return after.hosts().empty() ? std::string("nobody is here") : std::string("somebody");
        };
        return desk.planner->write(std::move(write));
    };
    REQUIRE(stop().value().rendered == "nobody is here");
    REQUIRE(desk.create("anna").ok());
    const auto again = stop();
    CHECK(again.value().rendered == "nobody is here");
    CHECK(again.value().replayed);
    const auto& written = desk.database->written;
    REQUIRE(written.size() == 2);
    CHECK(written[0].revision < written[1].revision);
}

TEST_CASE("an answer with a secret is given again for ten minutes, then refused and never redone") {
    Desk desk;
    desk.start();
    const auto ask = [&] {
        Write write;
        write.command = CreateHost{HostId("anna")};
        write.account = AccountId("operator");
        write.request_id = RequestId("r1");
        write.secret = true;
        write.render = [](const State&, const Reply&) { return std::string("sealed"); };
        return desk.planner->write(std::move(write));
    };
    REQUIRE(ask().ok());
    desk.clock.advance(Duration(600'000));
    CHECK(ask().value().rendered == "sealed");
    desk.clock.advance(Duration(1));
    CHECK(ask().failure().code == ErrorCode::FailedPrecondition);
    CHECK(desk.database->written.size() == 1);
}

TEST_CASE("only checking changes nothing") {
    Desk desk;
    desk.start();
    Write write;
    write.command = CreateHost{HostId("anna")};
    write.validate_only = true;
    write.render = [](const State& after, const Reply& reply) {
        return after.hosts().contains(HostId(reply.subject)) ? std::string("planned")
                                                             : std::string();
    };
    CHECK(desk.planner->write(std::move(write)).value().rendered == "planned");
    CHECK_FALSE(desk.has("anna"));
    CHECK(desk.database->written.empty());
}

TEST_CASE("one transaction carries all that waited") {
    Desk desk;
    desk.start();
    std::promise<void> gate;
    std::shared_future<void> opened = gate.get_future().share();
    desk.planner->submit({.command = CreateHost{HostId("first")}},
                         [opened](const Result<Answer>&) { opened.wait(); });
    constexpr int waiting = 50;
    std::atomic<int> answered = 0;
    for (int i = 0; i < waiting; ++i) {
        desk.planner->submit(
            {.command = CreateHost{HostId("h" + std::to_string(i))}},
            [&answered](const Result<Answer>& answer) { answered += answer.ok() ? 1 : 0; });
    }
    gate.set_value();
    while (answered < waiting) std::this_thread::yield();
    CHECK(desk.planner->counters().commits <= 3);
    CHECK(desk.database->written.size() == waiting + 1);
}

TEST_CASE("a lost connection refuses, reloads and goes on; what was not committed is not there") {
    Desk desk;
    desk.start();
    desk.database->faults.push_back({MemoryStore::Fault::Lose, 0});
    CHECK(desk.create("anna").failure().code == ErrorCode::Unavailable);
    desk.wait_for(PlannerPhase::Leading);
    CHECK_FALSE(desk.has("anna"));
    CHECK(desk.create("anna").ok());
}

TEST_CASE(
    "a commit whose answer was lost is found after the reload, and repeating the request says so") {
    Desk desk;
    desk.start();
    desk.database->faults.push_back({MemoryStore::Fault::LoseAfterWriting, 0});
    CHECK(desk.create("anna", "r1").failure().code == ErrorCode::Unknown);
    desk.wait_for(PlannerPhase::Leading);
    CHECK(desk.has("anna"));
    CHECK(desk.create("anna", "r1").value().replayed);
}

TEST_CASE("a constraint that refuses one of a batch does not harm the others") {
    Desk desk;
    std::promise<void> gate;
    std::promise<void> entered;
    std::shared_future<void> opened = gate.get_future().share();
    desk.start();
    desk.planner->submit({.command = CreateHost{HostId("first")}},
                         [&entered, opened](const Result<Answer>&) {
                             entered.set_value();
                             opened.wait();
                         });
    entered.get_future().wait();
    std::atomic<int> good = 0;
    std::atomic<int> bad = 0;
    // The batch of three is refused, then the second of the single ones.
    desk.database->faults.push_back({MemoryStore::Fault::Refuse, 0});
    desk.database->faults.push_back({MemoryStore::Fault::Refuse, 1});
    for (const char* name : {"a", "b", "c"}) {
        desk.planner->submit({.command = CreateHost{HostId(name)}},
                             [&](const Result<Answer>& answer) { ++(answer.ok() ? good : bad); });
    }
    gate.set_value();
    while (good + bad < 3) std::this_thread::yield();
    CHECK(good == 2);
    CHECK(bad == 1);
    CHECK(desk.has("a"));
    CHECK_FALSE(desk.has("b"));
}

TEST_CASE("a deposed master writes no more") {
    Desk desk;
    desk.start();
    desk.database->faults.push_back({MemoryStore::Fault::Depose, 0});
    CHECK_FALSE(desk.create("anna").ok());
    desk.wait_for(PlannerPhase::Deposed);
    CHECK(desk.create("bert").failure().code == ErrorCode::Unavailable);
}

TEST_CASE("a master that finds another one leading when it comes back stops") {
    Desk desk;
    desk.start();
    desk.database->faults.push_back({MemoryStore::Fault::Lose, 0});
    {
        const std::scoped_lock lock(desk.database->mutex);
        desk.database->led_by_another = true;
    }
    CHECK_FALSE(desk.create("anna").ok());
    desk.wait_for(PlannerPhase::Deposed);
    CHECK(desk.create("bert").failure().code == ErrorCode::Unavailable);
}

TEST_CASE("a full queue refuses, and a stopped planner answers everybody") {
    Desk desk({.queue_max = 2, .reload_delay_min = Duration(1), .reload_delay_max = Duration(2)});
    desk.start();
    std::promise<void> gate;
    std::shared_future<void> opened = gate.get_future().share();
    std::promise<void> entered;
    desk.planner->submit({.command = CreateHost{HostId("first")}},
                         [&entered, opened](const Result<Answer>&) {
                             entered.set_value();
                             opened.wait();
                         });
    entered.get_future().wait();
    std::atomic<int> refused = 0;
    std::atomic<int> answers = 0;
    for (int i = 0; i < 3; ++i) {
        desk.planner->submit(
            {.command = CreateHost{HostId("h" + std::to_string(i))}},
            [&](const Result<Answer>& answer) {
                ++answers;
                if (!answer.ok() && answer.failure().code == ErrorCode::ResourceExhausted)
                    ++refused;
            });
    }
    CHECK(refused == 1);
    gate.set_value();
    desk.planner->stop();
    CHECK(answers == 3);
}

TEST_CASE("while the database is away writes are refused and reads go on") {
    Desk desk;
    desk.start();
    REQUIRE(desk.create("anna").ok());
    {
        const std::scoped_lock lock(desk.database->mutex);
        desk.database->down = true;
    }
    CHECK(desk.create("bert").failure().code == ErrorCode::Unavailable);
    CHECK(desk.create("bert").failure().code == ErrorCode::Unavailable);
    CHECK(desk.has("anna"));
    {
        const std::scoped_lock lock(desk.database->mutex);
        desk.database->down = false;
    }
    desk.wait_for(PlannerPhase::Leading);
    CHECK(desk.create("bert").ok());
}

TEST_CASE("of two that saw the same revision one changes it, and a repetition is answered") {
    Desk desk;
    desk.start();
    Write make;
    make.command = CreateAccount{AccountId("anna"), {AccountRole::Customer}};
    REQUIRE(desk.planner->write(std::move(make)).ok());
    const auto change = [&](AccountRole role, const std::string& request, Revision seen) {
        Write write;
        write.command = UpdateAccount{AccountId("anna"), {role}, {}};
        write.account = AccountId("operator");
        write.request_id = RequestId(request);
        write.body_hash = request;
        write.precondition = Precondition{std::vector{seen}};
        return desk.planner->write(std::move(write));
    };
    const auto row = [&] {
        return desk.planner->read(
            [](const State& state) { return state.accounts().at(AccountId("anna")); });
    };
    const Revision seen = row().revision;
    REQUIRE(change(AccountRole::Host, "first", seen).ok());
    const auto second = change(AccountRole::Publisher, "second", seen);
    CHECK(second.failure().code == ErrorCode::Aborted);
    CHECK(row().roles == std::set{AccountRole::Host});
    CHECK(change(AccountRole::Host, "first", seen).value().replayed);
    CHECK(change(AccountRole::Publisher, "second", row().revision).ok());
}

TEST_CASE("many at once on one revision: exactly one goes through") {
    Desk desk;
    desk.start();
    Write make;
    make.command = CreateAccount{AccountId("anna"), {AccountRole::Customer}};
    REQUIRE(desk.planner->write(std::move(make)).ok());
    const Revision seen = desk.planner->read(
        [](const State& state) { return state.accounts().at(AccountId("anna")).revision; });
    constexpr int writers = 50;
    std::atomic<int> done{0};
    std::atomic<int> changed{0};
    for (int i = 0; i < writers; ++i) {
        Write write;
        write.command = UpdateAccount{AccountId("anna"), {AccountRole::Host}, {.instances = i}};
        write.precondition = Precondition{std::vector{seen}};
        desk.planner->submit(std::move(write), [&](const Result<Answer>& answer) {
            if (answer.ok()) ++changed;
            ++done;
        });
    }
    while (done < writers) std::this_thread::yield();
    CHECK(changed == 1);
}

TEST_CASE("a write that waits while its token is revoked is not done") {
    Desk desk;
    desk.start();
    const auto run = [&](Command command, const std::string& token) {
        Write write;
        write.command = std::move(command);
        write.token = TokenId(token);
        return desk.planner->write(std::move(write));
    };
    const AccountId anna("anna");
    REQUIRE(run(CreateAccount{anna, {AccountRole::Customer}}, "").ok());
    REQUIRE(run(CreateToken{TokenId("t1"), anna, "00ff", "", Duration(0)}, "").ok());
    REQUIRE(run(CreateHost{HostId("one")}, "t1").ok());
    REQUIRE(run(RevokeToken{TokenId("t1"), TokenId("t1")}, "t1").ok());
    CHECK(run(CreateHost{HostId("two")}, "t1").failure().code == ErrorCode::Unauthenticated);
    CHECK_FALSE(desk.has("two"));
}

TEST_CASE("an entry of the audit log says which person did it, by which token, and whose it was") {
    Desk desk;
    desk.start();
    const auto run = [&](Command command, std::string_view rpc, const std::string& token) {
        Write write;
        write.command = std::move(command);
        write.account = AccountId("acme");
        write.token = TokenId(token);
        if (!token.empty()) write.member = MemberName("anna");
        write.rpc = rpc;
        return desk.planner->write(std::move(write));
    };
    const AccountId acme("acme");
    REQUIRE(run(CreateAccount{acme, {AccountRole::Customer}}, "", "").ok());  // of nobody: none
    REQUIRE(run(CreateToken{TokenId("t1"), acme, "00ff", "", Duration(0)}, "a/One", "").ok());
    REQUIRE(run(RevokeToken{TokenId("t1"), TokenId("t1")}, "a/Two", "t1").ok());
    const auto written = MemoryStore(desk.database).audit({}, 0, 9);
    REQUIRE(written.value().size() == 2);
    const AuditEntry& one = written.value()[0];
    const AuditEntry& two = written.value()[1];
    CHECK(one.sequence == 1);
    CHECK(one.version == AuditVersion::OfPeople);
    CHECK((one.member.empty() && one.token.empty()));
    CHECK((one.account == "acme" && one.owner == "acme" && one.subject == "t1"));
    CHECK((two.member == "anna" && two.token == "t1"));
    CHECK(two.owner == "acme");  // of the token as it was before it was revoked
    CHECK(verify_audit(written.value(), tls::sha256_hex).ok());
}
