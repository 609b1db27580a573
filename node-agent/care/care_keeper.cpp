#include "node-agent/care/care_keeper.h"

#include <algorithm>

#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "node-agent/care/bounded_log.h"
#include "node-agent/care/history_json.h"
#include "node-agent/care/judge.h"

namespace foyer::agent::care {
namespace {

const Finding* same_thing(const std::vector<Finding>& all, const Finding& one) {
    const auto at = std::ranges::find_if(all, [&](const Finding& other) {
        return other.kind == one.kind && other.subject == one.subject;
    });
    return at == all.end() ? nullptr : &*at;
}

}  // namespace

CareKeeper::CareKeeper(CarePorts ports, CareRules rules)
    : ports_(std::move(ports)),
      rules_(std::move(rules)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

CareKeeper::~CareKeeper() {
    thread_.request_stop();
    wake_.notify_all();
}

CareState CareKeeper::state() const {
    const std::scoped_lock lock(mutex_);
    return state_;
}

void CareKeeper::run(const std::stop_token& stop) {
    load();
    while (!stop.stop_requested()) {
        look(stop);
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, rules_.look_period, [] { return false; });
    }
}

void CareKeeper::look(const std::stop_token& stop) {
    const MonoTime mono = ports_.clock.mono();
    if (mono >= next_disks_) {
        next_disks_ = mono + rules_.disks_period;
        disks_ = ports_.ask_disks(disks_.disks, stop);
        if (stop.stop_requested()) return;
    }
    CareState next;
    next.facts = ports_.read();
    next.facts.disks.insert(next.facts.disks.end(), disks_.disks.begin(), disks_.disks.end());
    next.facts.disks_problem = disks_.problem;
    next.facts.clock_offset = ports_.clock_offset();
    next.looked_at = ports_.clock.wall();
    Judged judged = judge(next.facts, std::move(history_), next.looked_at);
    history_ = std::move(judged.history);
    next.findings = std::move(judged.findings);
    next.notice = notice_of(next.findings);
    say(state().findings, next.findings);
    save();
    bound_logs();
    if (!told_ || is_news(*told_, next.notice)) {
        told_ = next.notice;
        ports_.tell(care_of(next.notice));
    }
    const std::scoped_lock lock(mutex_);
    state_ = std::move(next);
}

void CareKeeper::load() {
    if (rules_.history_file.empty()) return;
    const auto text = os::read_file(rules_.history_file, history_bytes_max);
    if (!text.ok() && text.failure().code == ErrorCode::NotFound) return;
    auto known = text.ok() ? history_from(text.value()) : Result<History>(text.failure());
    // Begun anew: what a disk has lost is counted in the disk, only since when is forgotten.
    if (!known.ok()) return ports_.log.failure(LogLevel::Warn, "care_forgotten", known.failure());
    history_ = known.value();
    saved_ = std::move(known).value();
}

void CareKeeper::save() {
    if (rules_.history_file.empty() || !is_worth_saving(saved_, history_)) return;
    const Status done = os::write_atomically(rules_.history_file, history_json(history_));
    if (done.ok())
        saved_ = history_;
    else if (!save_failed_)
        ports_.log.failure(LogLevel::Warn, "care_not_kept", done.failure());
    save_failed_ = !done.ok();
}

// Once a change: a number that grows is none.
void CareKeeper::say(const std::vector<Finding>& before, const std::vector<Finding>& now) {
    for (const Finding& one : now) {
        const Finding* earlier = same_thing(before, one);
        if (earlier != nullptr && earlier->severity == one.severity) continue;
        ports_.log.warn("box_health", {{"kind", to_text(one.kind)},
                                       {"severity", to_text(one.severity)},
                                       {"subject", one.subject},
                                       {"reason", one.reason},
                                       {"advice", one.advice},
                                       {"trust_per_mille", trust_of(now)}});
    }
    for (const Finding& one : before) {
        if (same_thing(now, one) == nullptr)
            ports_.log.info("box_health_mended", {{"kind", to_text(one.kind)},
                                                  {"subject", one.subject},
                                                  {"trust_per_mille", trust_of(now)}});
    }
}

void CareKeeper::bound_logs() {
    for (const std::string& folder : rules_.log_folders) {
        auto cut = bound_logs_in(folder);
        if (!cut.ok()) ports_.log.failure(LogLevel::Warn, "log_not_bounded", cut.failure());
        for (const std::string& file : std::move(cut).value_or({}))
            ports_.log.info("log_cut", {{"file", file}});
    }
}

}  // namespace foyer::agent::care
