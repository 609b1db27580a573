#include "node-agent/app/limits_keeper.h"

#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/plain_zone.h"

using namespace foyer;
using namespace foyer::agent;
using test::utc;

namespace {

const NodeId lille("lille");

struct FakeLine final : OwnLine {
    Status hold(const LineCaps& caps) override {
        if (caps.any() && !refusal.empty()) return error(ErrorCode::FailedPrecondition, refusal);
        now = caps;
        return ok_status();
    }
    HeldCaps held() const override {
        return {now, now.any() ? CapMeans::Queue : CapMeans::None, ""};
    }
    Result<LineLook> look() override {
        return LineLook{{{"wg1", {1, {Bytes(up), Bytes(0)}}}},
                        {{lille, std::chrono::milliseconds(rtt_ms)}}};
    }
    LineCaps now;
    std::string refusal;
    std::int64_t up = 0;
    int rtt_ms = 12;
};

struct FakeFiles final : LimitsFiles {
    Status keep(const HostLimits& limits) override {
        if (full) return error(ErrorCode::ResourceExhausted, "the disk is full");
        kept.limits = limits;
        return ok_status();
    }
    Status keep(const TrafficBook& book) override {
        kept.book = book;
        ++books;
        return ok_status();
    }
    KeptLimits kept;
    bool full = false;
    int books = 0;
};

struct House {
    FakeLine line{};
    FakeFiles files{};
    test::FakeClock clock{utc(2026, 5, 30, 12, 0)};
    CapturingSink sink{};
    Log log{sink, clock};
    std::vector<std::optional<HostOrder>> pauses{};
    std::unique_ptr<LimitsKeeper> keeper{};

    House() { boot(); }
    void boot() {
        keeper.reset();
        keeper = std::make_unique<LimitsKeeper>(
            LimitsPorts{line, files, clock, test::ahead(0), log,
                        [this](const auto& pause) { pauses.push_back(pause); }},
            files.kept);
        keeper->tick();
    }
    void seconds(int count, std::int64_t bytes = 0) {
        for (int i = 0; i < count; ++i) {
            clock.advance(Duration(1'000));
            line.up += bytes;
            keeper->tick();
        }
    }
    std::optional<WallTime> paused_until() const {
        return pauses.empty() || !pauses.back() ? std::nullopt : pauses.back()->until;
    }
};

HostLimits caps_and_month() {
    HostLimits limits;
    limits.caps = {KbitPerSecond(20'000), KbitPerSecond(100'000)};
    limits.active_caps.upload = KbitPerSecond(5'000);
    limits.month = gigabyte;
    return limits;
}

}  // namespace

TEST_CASE("limits are held at once, kept, and held again by the next agent") {
    House house;
    CHECK(house.pauses == std::vector<std::optional<HostOrder>>{std::nullopt});
    REQUIRE(house.keeper->set(caps_and_month()).ok());
    CHECK(house.line.now == caps_and_month().caps);
    house.line.now = {};
    house.boot();
    CHECK(house.line.now == caps_and_month().caps);
    CHECK(house.keeper->state().limits == caps_and_month());
    REQUIRE(house.keeper->set({}).ok());
    CHECK(house.line.now == LineCaps{});
}

TEST_CASE("limits that are refused change nothing") {
    House house;
    REQUIRE(house.keeper->set(caps_and_month()).ok());
    HostLimits other;
    other.caps.upload = KbitPerSecond(1);
    CHECK(house.keeper->set(other).failure().code == ErrorCode::InvalidArgument);
    other.caps.upload = KbitPerSecond(9'000);
    house.files.full = true;
    CHECK(house.keeper->set(other).failure().message ==
          "the disk is full; the limits are as they were");
    CHECK(house.line.now == caps_and_month().caps);
    house.files.full = false;
    house.line.refusal = "no tc, no nft";
    CHECK(house.keeper->set(other).failure().code == ErrorCode::FailedPrecondition);
    CHECK(house.keeper->state().limits == caps_and_month());
    CHECK(house.files.kept.limits == caps_and_month());
    house.seconds(1);
    CHECK(house.keeper->state().problem == "no tc, no nft");
    house.line.refusal.clear();
    house.seconds(1);
    CHECK(house.keeper->state().problem.empty());
    CHECK(house.line.now == caps_and_month().caps);
}

TEST_CASE("a used up month pauses the box until the next, over restarts and jumps of the clock") {
    House house;
    REQUIRE(house.keeper->set(caps_and_month()).ok());
    house.seconds(10, 99'000'000);
    CHECK(house.paused_until() == std::nullopt);
    CHECK(house.keeper->state().up_now == KbitPerSecond(792'000));
    house.seconds(1, 99'000'000);
    CHECK(house.paused_until() == utc(2026, 6, 1, 0, 0));
    house.boot();
    CHECK(house.paused_until() == utc(2026, 6, 1, 0, 0));
    CHECK(house.pauses.size() == 3);
    const Duration years(std::int64_t{3} * 365 * 86'400'000);
    house.clock.step_wall(years);
    house.seconds(2);
    CHECK(house.paused_until() == std::nullopt);
    house.clock.step_wall(-years);
    house.seconds(2);
    CHECK(house.paused_until() == utc(2026, 6, 1, 0, 0));
    house.clock.step_wall(Duration(2 * 86'400'000));
    house.seconds(1);
    CHECK(house.paused_until() == std::nullopt);
    CHECK(house.keeper->state().used == Traffic{});
}

TEST_CASE("the count is written down once a minute and at the end") {
    House house;
    house.seconds(59, 1'000);
    CHECK(house.files.books == 0);
    house.seconds(60, 1'000);
    CHECK(house.files.books == 1);
    house.seconds(30, 1'000);
    house.keeper.reset();
    CHECK(house.files.kept.book.used({2026, 5}) == Bytes(149'000));
    house.boot();
    house.seconds(1, 1'000);
    CHECK(house.keeper->state().used.up == Bytes(150'000));
    const int before = house.files.books;
    house.seconds(1);
    house.keeper.reset();
    CHECK(house.files.books == before + 1);
}

TEST_CASE("lower caps come with an active household and go with it") {
    House house;
    REQUIRE(house.keeper->set(caps_and_month()).ok());
    house.seconds(20, 100'000);
    house.line.rtt_ms = 90;
    house.seconds(6, 100'000);
    CHECK(house.keeper->state().household_active);
    CHECK(house.line.now == LineCaps{KbitPerSecond(5'000), KbitPerSecond(100'000)});
    CHECK(house.keeper->state().force.why == CapReason::HouseholdActive);
    house.line.rtt_ms = 12;
    house.seconds(31, 100'000);
    CHECK(house.line.now == caps_and_month().caps);
}

TEST_CASE("quiet hours pause at their time; lost limits pause until there are some") {
    House house;
    HostLimits nights;
    nights.quiet = {{22 * 60 + 30, 6 * 60 + 30, QuietAct::Pause}};
    REQUIRE(house.keeper->set(nights).ok());
    CHECK(house.paused_until() == std::nullopt);
    house.clock.advance(Duration(11 * 3'600'000));
    house.seconds(1);
    CHECK(house.paused_until() == utc(2026, 5, 31, 6, 30));
    house.files.kept = {{}, true, {}};
    house.boot();
    CHECK(house.pauses.back() == HostOrder{HostWish::Paused, std::nullopt});
    CHECK(house.keeper->state().lost);
    REQUIRE(house.keeper->set({}).ok());
    CHECK(house.pauses.back() == std::nullopt);
    CHECK_FALSE(house.keeper->state().lost);
}
