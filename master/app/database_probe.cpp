#include "master/app/database_probe.h"

namespace foyer::master {

DatabaseProbe::DatabaseProbe(Planner& planner, const Clock& clock, ProbeLimits limits)
    : planner_(planner), clock_(clock), limits_(limits) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

DatabaseProbe::~DatabaseProbe() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

std::optional<std::string> DatabaseProbe::trouble() const {
    switch (planner_.phase()) {
        case PlannerPhase::Loading: return "the database does not answer";
        case PlannerPhase::Deposed: return "another master leads";
        case PlannerPhase::Leading: break;
    }
    const std::scoped_lock lock(mutex_);
    if (asked_ && clock_.mono() - *asked_ > limits_.answer_max)
        return "the database does not answer";
    return failure_;
}

void DatabaseProbe::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        if (planner_.phase() == PlannerPhase::Leading) {
            {
                const std::scoped_lock lock(mutex_);
                asked_ = clock_.mono();
            }
            const auto answer = planner_.store().events({}, 0, 1);
            const std::scoped_lock lock(mutex_);
            asked_.reset();
            failure_ = answer.ok() ? std::nullopt
                                   : std::optional<std::string>("the database does not answer: " +
                                                                answer.failure().message);
        }
        std::unique_lock lock(mutex_);
        pause_.wait_for(lock, stop, limits_.period, [] { return false; });
    }
}

}  // namespace foyer::master
