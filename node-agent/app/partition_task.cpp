#include "node-agent/app/partition_task.h"

#include <algorithm>

#include "common/base/check.h"

namespace foyer::agent {
namespace {

std::string first_line(const std::string& text) {
    return text.substr(0, std::min<std::size_t>(text.find('\n'), 200));
}

std::string last_line(std::string text) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
    const std::size_t from = text.rfind('\n');
    return first_line(from == std::string::npos ? text : text.substr(from + 1));
}

}  // namespace

bool is_other_wish_of_host(const Orders& now, const Orders& before) {
    return now.paused != before.paused || now.refused != before.refused;
}

PartitionTask::PartitionTask(LocalState local, const WorkerPorts& ports, const WorkerRules& rules)
    : ports_(ports), rules_(rules), local_(std::move(local)) {}

void PartitionTask::take(const Orders& orders) {
    const bool other_release = desired_ == nullptr || orders.desired == nullptr ||
                               desired_->release_json != orders.desired->release_json;
    if (other_release) session_.image_ready = false;
    // A new wish deserves a new try at once.
    auto desired = orders.desired;
    desk_ = desired != nullptr && desired->group ? orders.desk : nullptr;
    if (desk_ != nullptr) {
        const CopyOrder order = desk_->order();
        if (interrupts(order, order_)) session_.not_before = session_.next_probe = {};
        order_ = order;
        desired = std::make_shared<const Assignment>(obeying(*desired, order_));
    }
    if (supersedes(desired.get(), desired_.get())) session_.not_before = {};
    desired_ = std::move(desired);
    session_.secrets = orders.secrets;
    take_host_wish(orders);
    began_ = true;
    if (orders.removal != Removal::None && local_.removal == Removal::None) {
        local_.removal = orders.removal;
        local_.removed_at = ports_.clock.wall();
        discard(ports_.journal.save(local_),
                "the wish itself is journalled; the hold would merely start again");
    }
    // Only what the master had forgotten may come back as it was; what it removed is erased first.
    if (desired_ != nullptr && local_.removal == Removal::Forgotten) local_.removal = Removal::None;
    if (orders.removal == Removal::Ordered && local_.removal == Removal::Forgotten)
        local_.removal = Removal::Ordered;
    skip_what_is_known();
    give_up_leftover();
    if (!elects()) return;
    // What a running service showed before needs no question.
    if (session_.service == ServiceState::Running) teach(Probed::Nothing);
    if (awaits_probe(order_, session_))
        session_.next_probe = std::min(session_.next_probe, ports_.clock.mono());
}

void PartitionTask::give_up_leftover() {
    const LocalState given = given_up(local_, desired_.get(), ports_.clock.wall());
    if (given == local_) return;
    ports_.log.warn("leftover_of_another_order",
                    {{"partition", local_.partition},
                     {"ordered_at_unix_ms", local_.ordered_at.unix_ms},
                     {"wanted_unix_ms", desired_->ordered_at.unix_ms}});
    local_ = given;
    discard(ports_.journal.save(local_), "what is here says itself that it is of another order");
}

// In a takeover orders follow each other faster than a service can be woken, and many of them
// differ in nothing that it reads.
void PartitionTask::skip_what_is_known() {
    if (!elects() || session_.service != ServiceState::Running || !local_.led) return;
    const bool is_laid_out = laid_out_ && session_.prepared != Revision();
    if (!is_laid_out || !tells_the_same(*desired_, *laid_out_)) return;
    session_.prepared = desired_->revision;
    session_.copy.prepared = order_.serial;
    if (!taken_up_ || !tells_the_same(*desired_, *taken_up_)) return;
    LocalState same = local_;
    same.applied_revision = desired_->revision;
    same.applied_serial = order_.serial;
    discard(keep(same), "what cannot be noted is laid out and taken up once more");
}

void PartitionTask::take_host_wish(const Orders& orders) {
    const bool was_still = !kept_still(desired_.get(), local_, session_).empty();
    const bool pause_ended = session_.paused && !orders.paused;
    if (session_.paused != orders.paused || session_.refused != orders.refused)
        session_.not_before = {};
    session_.paused = orders.paused;
    session_.refused = orders.refused;
    if (!was_still && began_ && !kept_still(desired_.get(), local_, session_).empty())
        session_.may_tell_until = ports_.clock.mono() + rules_.tells_end_within;
    tell_kept_out(pause_ended);
}

// A member whose copy may not run here leads nothing, as on a paused box, where all members are
// told by the agent when a pause begins and ends. Once: each time it is told, the group asks anew
// where the log ends.
void PartitionTask::tell_kept_out(bool pause_ended) {
    const bool out = is_kept_out(desired_.get(), local_, session_.refused);
    const bool told = told_desk_ == desk_ && told_out_ && !pause_ended;
    if (desk_ != nullptr && !session_.paused && (out != told) && (out || told_out_))
        desk_->tell(leadership::HostPauses{out});
    told_out_ = out;
    told_desk_ = desk_;
}

void PartitionTask::look() {
    const auto status = ports_.runtime.status(local_.partition);
    if (!status.ok()) return;  // not learnt; what was known stands
    const ServiceState before = session_.service;
    switch (status.value().state) {
        case ContainerState::Absent:
        case ContainerState::Created: session_.service = ServiceState::Absent; break;
        case ContainerState::Running: session_.service = ServiceState::Running; break;
        case ContainerState::Exited: session_.service = ServiceState::Ended; break;
    }
    if (before != ServiceState::Running || session_.service == ServiceState::Running) return;
    if (elects()) session_ = copy_session_ended(std::move(session_), order_, local_);
    std::string reason = "service ended";
    if (status.value().exit_code)
        reason += " with status " + std::to_string(*status.value().exit_code);
    session_.prepared = Revision();
    failed({StepKind::Probe, {}, {}}, error(ErrorCode::Unavailable, reason));
}

Step PartitionTask::next() const {
    if (elects())
        return copy_step(*desired_, order_, local_, session_,
                         {ports_.clock.mono(), ports_.clock.wall()});
    return next_step(desired_.get(), local_, session_, rules_.steps,
                     {ports_.clock.mono(), ports_.clock.wall()});
}

// A group leads this copy, and what lies here is its own.
bool PartitionTask::elects() const {
    return desk_ != nullptr && desired_ != nullptr && !is_leftover(*desired_, local_);
}

void PartitionTask::teach(Probed probed) {
    if (!elects()) return;
    for (leadership::Input& fact : copy_facts(*desired_, order_, local_, session_, probed,
                                              rules_.copy, ports_.clock.mono())) {
        if (fact.is<leadership::Rejoined>()) {
            LocalState whole = local_;
            whole.replacing = false;
            discard(keep(whole), "said again with the next rejoin; until then it counts as torn");
        }
        desk_->tell(std::move(fact));
    }
}

// A group that begins kills what may lead; a copy that is known to follow goes on.
bool PartitionTask::spares(const Step& step) const {
    const bool harmless = session_.service != ServiceState::Running || local_.led == false;
    return elects() && step.kind == StepKind::Fence && harmless;
}

Duration PartitionTask::wait_with(const Step& step) {
    teach(Probed::Nothing);
    const LocalState noted = before_step(local_, step, desired_.get());
    if (noted != local_)
        discard(keep(noted),
                "a fence noted late is noted with the next step, before anything is done");
    publish(step, step.reason);
    return std::clamp(step.until - ports_.clock.mono(), Duration(1), rules_.look_period);
}

Status PartitionTask::begin(const Step& step) {
    if (step.kind != StepKind::Probe) publish(step, std::string(to_text(step.kind)));
    LocalState before = before_step(local_, step, desired_.get());
    if (elects()) before = before_copy_step(std::move(before), step);
    return keep(before);
}

bool PartitionTask::finish(const Step& step, const Status& begun,
                           const std::stop_token& interrupted) {
    const auto try_it = [&]() -> Status {
        TRY(begun);
        if (spares(step)) return ok_status();
        TRY(perform(step, interrupted));
        session_ = session_after(std::move(session_), step, desired_.get());
        if (step.kind == StepKind::Erase) {
            local_ = after_step(local_, step, desired_.get());  // the journal has forgotten it
            return ok_status();
        }
        LocalState after = after_step(local_, step, desired_.get());
        if (elects()) after = after_copy_step(std::move(after), step, order_);
        return keep(after);
    };
    const Status done = try_it();
    if (done.ok()) {
        if (elects()) session_ = copy_session_after(std::move(session_), step, order_);
        succeeded(step);
        teach(step.kind == StepKind::Probe ? Probed::Health : Probed::Nothing);
        return true;
    }
    const bool superseded = interrupted.stop_requested();
    if (!superseded) failed(step, done.failure());
    return superseded || step.kind != StepKind::Fence;
}

Status PartitionTask::perform(const Step& step, std::stop_token interrupted) {
    const PartitionId& id = local_.partition;
    switch (step.kind) {
        case StepKind::EnsureImage: {
            const auto progress = [&](std::int64_t done, std::int64_t total) {
                const std::int64_t percent = total > 0 ? done * 100 / total : 0;
                publish(step, "fetching image: " + std::to_string(percent) + " %");
            };
            return ports_.images.ensure(TRY(release()).image, progress, std::move(interrupted));
        }
        case StepKind::Prepare: return ports_.runtime.prepare(*desired_, TRY(release()));
        case StepKind::RunInit: return run_hook(step, "init", std::move(interrupted));
        case StepKind::RunJoin: return run_hook(step, "join", std::move(interrupted));
        case StepKind::Rejoin: return run_hook(step, "rejoin", std::move(interrupted));
        case StepKind::Promote: return run_hook(step, "promote", std::move(interrupted));
        case StepKind::Start: return ports_.runtime.start(id, TRY(release()));
        case StepKind::Reload: return ports_.runtime.reload(id);
        case StepKind::Fence: return ports_.runtime.kill(id);
        case StepKind::Stop: {
            // Without a readable release nothing is known of its patience: it is killed, which
            // every replica must survive anyway.
            const auto known = release();
            return known.ok() ? ports_.runtime.stop(id, known.value()) : ports_.runtime.kill(id);
        }
        case StepKind::Erase: {
            TRY(ports_.runtime.erase(id));
            return ports_.journal.forget(id);
        }
        case StepKind::Probe: return probe(std::move(interrupted));
        case StepKind::Wait: break;
    }
    CHECK(false);
}

Status PartitionTask::run_hook(const Step& kind, const std::string& name,
                               std::stop_token interrupted) {
    const bool live = kind.kind == StepKind::Promote;
    const Release release_now = TRY(release());
    if (!release_now.hooks.contains(name)) return ok_status();  // software without state needs none
    const auto steps = [&](const std::string& step) {
        publish(kind, name + ": " + step.substr(0, 200));
    };
    const HookResult result = TRY(
        live ? ports_.runtime.run_live_hook(local_.partition, release_now, name, steps, interrupted)
             : ports_.runtime.run_stopped_hook(local_.partition, release_now, name, steps,
                                               interrupted));
    if (result.disk_full) {
        // Half a copy is of no use, and others need the room.
        const bool begins = kind.kind == StepKind::RunInit || kind.kind == StepKind::RunJoin;
        if (begins && may_begin_anew(local_))
            discard(ports_.runtime.erase(local_.partition), "tried again with the next try");
        return error(ErrorCode::ResourceExhausted,
                     "disk full: " + name + ": " + last_line(result.last_messages));
    }
    switch (result.exit_code) {
        case 0: return ok_status();
        case 75:
            return error(ErrorCode::ResourceExhausted,
                         name + ": not yet: " + last_line(result.last_messages));
        case 124:
            return error(ErrorCode::DeadlineExceeded,
                         name + ": timed out: " + last_line(result.last_messages));
        default:
            return error(ErrorCode::FailedPrecondition, name + ": failed with status " +
                                                            std::to_string(result.exit_code) +
                                                            ": " + result.last_messages);
    }
}

void PartitionTask::failed(const Step& step, const Error& cause) {
    if (step.kind == StepKind::Start) session_.copy.unreadable = true;
    session_.failures = std::min(session_.failures + 1, 30);
    session_.reason = cause.message;
    failed_kind_ = step.kind;
    session_.not_yet = cause.code == ErrorCode::ResourceExhausted &&
                       cause.message.find("not yet") != std::string::npos;
    if (step.kind == StepKind::Promote && elects() && !session_.not_yet)
        session_.copy.promotion_failed = order_.fence;
    // The image may have been collected, the namespace lost: look again at what the step stood on.
    // Not when the hook itself ran and said "not yet".
    if (step.kind != StepKind::Probe && session_.service != ServiceState::Running &&
        !session_.not_yet) {
        session_.image_ready = false;
        session_.prepared = Revision();
    }
    Backoff backoff = rules_.backoff;
    if (session_.not_yet) backoff.longest = rules_.not_yet_wait_max;
    const Duration pause = backoff_wait(backoff, session_.failures, ports_.rng);
    session_.not_before = ports_.clock.mono() + pause;
    ports_.log.failure(session_.not_yet ? LogLevel::Debug : LogLevel::Warn, "step_failed", cause,
                       {{"partition", local_.partition},
                        {"step", to_text(step.kind)},
                        {"failures", session_.failures},
                        {"retry_ms", pause}});
}

void PartitionTask::succeeded(const Step& step) {
    switch (step.kind) {
        case StepKind::Prepare: laid_out_ = desired_; break;
        case StepKind::Start:
        case StepKind::Reload:
        case StepKind::Promote: taken_up_ = desired_; break;
        case StepKind::RunInit:
        case StepKind::RunJoin:
        case StepKind::Rejoin:
        case StepKind::EnsureImage:
        case StepKind::Fence:
        case StepKind::Stop:
        case StepKind::Erase:
        case StepKind::Probe:
        case StepKind::Wait: break;
    }
    if (step.kind == StepKind::Erase) erased_ = true;
    const bool well = step.kind != StepKind::Probe || (session_.health && session_.health->healthy);
    if (failed_kind_ == step.kind && well) {
        failed_kind_.reset();
        session_.failures = 0;
        session_.not_yet = false;
        session_.reason.clear();
    }
    if (step.kind == StepKind::Probe) {
        publish({StepKind::Probe, {}, {}}, "");
    } else {
        ports_.log.info("step_done", {{"partition", local_.partition},
                                      {"step", to_text(step.kind)},
                                      {"epoch", local_.fence.epoch}});
    }
}

Status PartitionTask::keep(const LocalState& changed) {
    if (changed == local_) return ok_status();
    TRY(ports_.journal.save(changed));
    local_ = changed;
    return ok_status();
}

Result<Release> PartitionTask::release() {
    if (desired_ == nullptr) {
        if (release_) return *release_;
        return error(ErrorCode::NotFound,
                     "release of '" + local_.partition.str() + "' is not known any more");
    }
    if (!release_ || release_of_ != desired_->release_json) {
        release_ = TRY(ports_.read_release(*desired_));
        release_of_ = desired_->release_json;
    }
    return *release_;
}

void PartitionTask::publish(const Step& step, const std::string& text) {
    PartitionObservation seen =
        observe(desired_.get(), local_, session_, step, step.kind == StepKind::Wait ? "" : text);
    if (desk_ != nullptr) {
        seen.group = desk_->report();
        // Its own port may be open while the box lets nobody in.
        if (seen.role == ReplicaRole::Primary) seen.ready = seen.ready && order_.clients;
    }
    ports_.book.set(seen);
}

void PartitionTask::begin_afresh() {
    erased_ = false;
    session_ = Session{};
    laid_out_ = taken_up_ = nullptr;
    local_ = LocalState{.partition = local_.partition};
}

}  // namespace foyer::agent
