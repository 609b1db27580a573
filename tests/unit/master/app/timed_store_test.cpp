#include "master/app/timed_store.h"

#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"

using namespace foyer;
using namespace foyer::master;

namespace {

// Commits as slowly, and as well, as it is told.
class SlowStore final : public Store {
public:
    SlowStore(test::FakeClock& clock, const Duration& takes, const bool& fails)
        : clock_(clock), takes_(takes), fails_(fails) {}
    Result<State> load(const ClusterSettings& settings) override { return State(settings); }
    Status commit(const std::vector<Entry>&) override {
        clock_.advance(takes_);
        return fails_ ? Status(error(ErrorCode::Unavailable, "away")) : ok_status();
    }
    Result<std::vector<Event>> instance_events(const InstanceName&, std::int64_t, int) override {
        return std::vector<Event>{};
    }
    Result<std::vector<Event>> events(const EventFilter&, std::int64_t, int) override {
        return std::vector<Event>{};
    }
    Result<std::vector<AuditEntry>> audit(const AuditFilter&, std::int64_t, int) override {
        return std::vector<AuditEntry>{};
    }
    Result<std::vector<Event>> node_life(const NodeId&, const Span&, int) override {
        return std::vector<Event>{};
    }

private:
    test::FakeClock& clock_;
    const Duration& takes_;
    const bool& fails_;
};

bool says(const CommitTimes& times, const std::string& line) {
    MetricsText text;
    times.write(text);
    return std::move(text).take().find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("commits fall into the bucket of the time they took, failed ones too") {
    test::FakeClock clock;
    Duration takes(5);
    bool fails = false;
    CommitTimes times;
    TimedStore store(std::make_unique<SlowStore>(clock, takes, fails), clock, times);
    CHECK(store.commit({}).ok());
    takes = Duration(40);
    CHECK(store.commit({}).ok());
    takes = Duration(60'000);
    fails = true;
    CHECK_FALSE(store.commit({}).ok());
    CHECK(says(times, "foyer_commit_seconds_bucket{le=\"0.005\"} 1"));
    CHECK(says(times, "foyer_commit_seconds_bucket{le=\"0.025\"} 1"));
    CHECK(says(times, "foyer_commit_seconds_bucket{le=\"0.050\"} 2"));
    CHECK(says(times, "foyer_commit_seconds_bucket{le=\"10.000\"} 2"));
    CHECK(says(times, "foyer_commit_seconds_bucket{le=\"+Inf\"} 3"));
    CHECK(says(times, "foyer_commit_seconds_sum 60.045"));
    CHECK(says(times, "foyer_commit_seconds_count 3"));
    CHECK(says(times, "foyer_commit_failures_total 1"));
}
