#include "master/notices/domain_checker.h"

#include <utility>

#include "common/os/stop_event.h"

namespace foyer::master {
namespace {

constexpr Duration rest{500};  // until it is looked for claims again

}  // namespace

DomainChecker::DomainChecker(Planner& planner, const Clock& clock, Log& log,
                             DomainCheckerConfig config)
    : planner_(planner),
      clock_(clock),
      log_(log),
      config_{std::move(config.resolver), config.look_timeout} {}

DomainChecker::~DomainChecker() { stop(); }

void DomainChecker::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void DomainChecker::stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
}

void DomainChecker::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const std::optional<Domain> due =
            planner_.phase() == PlannerPhase::Leading ? next_due() : std::nullopt;
        if (due)
            look(*due);
        else
            os::wait_unless_stopped(rest, stop);
    }
}

// The one that waits longest. Claims that are gone, proven or lapsed are forgotten; of those that
// lapsed it is only told when their time is over.
std::optional<Domain> DomainChecker::next_due() {
    const MonoTime now = clock_.mono();
    const WallTime wall = clock_.wall();
    std::map<Claim, MonoTime> waiting;
    std::optional<Domain> due;
    MonoTime earliest = now;
    planner_.read([&](const State& state) {
        for (const auto& [key, row] : state.domains()) {
            if (row.proven_at || (is_lapsed(state, row) && !is_over(row, wall))) continue;
            const auto known = next_look_.find({key, row.created_at});
            const MonoTime when = known == next_look_.end() ? MonoTime{} : known->second;
            waiting[{key, row.created_at}] = when;
            if (when > earliest || (due && when == earliest)) continue;
            due = row;
            earliest = when;
        }
    });
    next_look_ = std::move(waiting);
    return due;
}

// Declared addresses, and those of edges that were declared by name.
std::set<std::string> DomainChecker::edges() {
    std::set<std::string> declared;
    planner_.read([&](const State& state) {
        for (const NodeId& edge : state.edges())
            declared.insert(state.nodes().at(edge).public_address);
    });
    std::set<std::string> addresses;
    for (const std::string& host : declared)
        for (const std::string& address : addresses_of(host, config_, clock_))
            addresses.insert(address);
    return addresses;
}

void DomainChecker::look(const Domain& row) {
    const DomainSeen seen = judge(row, look_up(row, config_, clock_), edges());
    next_look_[{key_of_claim(row), row.created_at}] =
        clock_.mono() + look_again_after(row, clock_.wall());
    if (!seen.proven && !is_over(row, clock_.wall()) && seen.seen == row.seen) return;
    log_.info("domain_looked_up", {{"domain", row.name}, {"proven", seen.proven}});
    Write write;
    write.command = NoteDomains{{seen}};
    discard(planner_.write(std::move(write)), "it is looked up again");
}

}  // namespace foyer::master
