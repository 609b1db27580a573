#include "node-agent/app/errand_runner.h"

#include <condition_variable>
#include <map>

#include "common/log/log.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

// Programs called "wait" end when they are stopped; logs are empty.
class FakeConsole final : public PartitionConsole {
public:
    Result<LogPart> read_log(const PartitionId&, const ReadLog&, std::stop_token) override {
        return LogPart{};
    }
    Result<ProgramEnd> run_program(const PartitionId& id, const RunProgram& wanted,
                                   std::stop_token stop) override {
        if (wanted.argv.front() == "wait") {
            std::mutex mutex;
            std::condition_variable_any never;
            std::unique_lock lock(mutex);
            never.wait(lock, stop, [] { return false; });
            return error(ErrorCode::Unavailable, "stopped");
        }
        return ProgramEnd{.output = id.str()};
    }
};

// What was told, by errand; `failures` of the next attempts fail.
class Told {
public:
    ErrandRunner::Tell tell() {
        return [this](const ErrandId& id, const Result<ErrandOutcome>& outcome) -> Status {
            const std::scoped_lock lock(mutex_);
            attempts_ += 1;
            if (failures-- > 0) return error(ErrorCode::Unavailable, "the line is down");
            outcomes_.insert_or_assign(id, outcome);
            news_.notify_all();
            return ok_status();
        };
    }
    Result<ErrandOutcome> of(const std::string& id) {
        std::unique_lock lock(mutex_);
        news_.wait(lock, [&] { return outcomes_.contains(ErrandId(id)); });
        return outcomes_.at(ErrandId(id));
    }
    int attempts() {
        const std::scoped_lock lock(mutex_);
        return attempts_;
    }
    int failures = 0;

private:
    std::mutex mutex_;
    std::condition_variable news_;
    std::map<ErrandId, Result<ErrandOutcome>> outcomes_;
    int attempts_ = 0;
};

struct World {
    FakeConsole console;
    Told told;
    CapturingSink sink;
    test::FakeClock clock;
    Log log{sink, clock, LogLevel::Error};
    ErrandRunner runner{console, told.tell(), log, {.at_once_max = 2, .tell_again = Duration(1)}};
};

Errand program(const std::string& id, const std::string& name) {
    return {ErrandId(id), PartitionId("acme-0"), RunProgram{{name}, "", Duration(1'000)}};
}

}  // namespace

TEST_CASE("an errand is done, and how it ended is told") {
    World world;
    world.runner.take(
        {program("a", "true"), Errand{ErrandId("b"), PartitionId("acme-0"), ReadLog{.newest = 1}}});
    CHECK(std::get<ProgramEnd>(world.told.of("a").value()).output == "acme-0");
    CHECK(std::holds_alternative<LogPart>(world.told.of("b").value()));
}

TEST_CASE("what there is no room for is refused at once, and there is room again later") {
    World world;
    world.runner.take({program("a", "wait"), program("b", "wait"), program("c", "true")});
    CHECK(world.told.of("c").failure().code == ErrorCode::ResourceExhausted);
}

TEST_CASE("where the host says so, logs are read and no program is run") {
    World world;
    ErrandRunner strict(world.console, world.told.tell(), world.log, {.exec = false});
    strict.take(
        {program("a", "true"), Errand{ErrandId("b"), PartitionId("acme-0"), ReadLog{.newest = 1}}});
    CHECK(world.told.of("a").failure().code == ErrorCode::PermissionDenied);
    CHECK(world.told.of("b").ok());
}

TEST_CASE("an outcome that could not be told is told again, but not for ever") {
    World world;
    world.told.failures = 2;
    world.runner.take({program("a", "true")});
    CHECK(world.told.of("a").ok());
    CHECK(world.told.attempts() == 3);
}

TEST_CASE("an agent that stops ends what runs") {
    Told told;
    {
        World world;
        world.runner.take({program("a", "wait")});
    }
    SUCCEED("it ended");
}
