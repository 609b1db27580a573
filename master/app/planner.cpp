#include "master/app/planner.h"

#include <algorithm>
#include <future>

#include "common/tls/sha256.h"
#include "master/app/access.h"
#include "master/domain/audit.h"

namespace foyer::master {

Planner::Planner(ClusterSettings settings, std::unique_ptr<Store> store, Clock& clock, Rng& rng,
                 PlannerLimits limits, Note note)
    : settings_(settings),
      store_(std::move(store)),
      clock_(clock),
      rng_(rng),
      limits_(limits),
      note_(std::move(note)),
      reload_delay_(limits.reload_delay_min),
      published_(std::make_unique<State>(settings)) {}

Planner::~Planner() { stop(); }

void Planner::on_published(Published published) { published_hook_ = std::move(published); }

void Planner::start() {
    CHECK(!thread_.joinable());
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Planner::stop() {
    {
        const std::lock_guard lock(queue_mutex_);
        stopping_ = true;
    }
    if (thread_.joinable()) {
        thread_.request_stop();
        thread_.join();
    }
    refuse_queue(error(ErrorCode::Unavailable, "the master is shutting down; repeat the request"));
}

PlannerPhase Planner::phase() const {
    const std::lock_guard lock(queue_mutex_);
    return phase_;
}

PlannerCounters Planner::counters() const {
    const std::lock_guard lock(queue_mutex_);
    PlannerCounters counters = counters_;
    counters.queued = queue_.size();
    return counters;
}

void Planner::submit(Write write, Done done) {
    Error refusal;
    {
        const std::lock_guard lock(queue_mutex_);
        if (stopping_) {
            refusal =
                error(ErrorCode::Unavailable, "the master is shutting down; repeat the request");
        } else if (phase_ == PlannerPhase::Deposed) {
            refusal =
                error(ErrorCode::Unavailable, "another master leads; repeat the request there");
        } else if (phase_ == PlannerPhase::Loading) {
            refusal =
                error(ErrorCode::Unavailable,
                      "the database does not answer; nothing was changed, repeat the request");
        } else if (queue_.size() >= limits_.queue_max) {
            refusal = error(ErrorCode::ResourceExhausted,
                            "too many requests are waiting; repeat the request in a second",
                            {{"rule", "queue_max"}});
        } else {
            queue_.push_back({std::move(write), std::move(done)});
            queue_filled_.notify_one();
            return;
        }
    }
    done(std::move(refusal));
}

Result<Answer> Planner::write(Write write) {
    std::promise<Result<Answer>> promise;
    std::future<Result<Answer>> answer = promise.get_future();
    submit(std::move(write),
           [&promise](Result<Answer> result) { promise.set_value(std::move(result)); });
    return answer.get();
}

void Planner::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        if (!load(stop)) return;
        while (!stop.stop_requested() && phase() == PlannerPhase::Leading) process(take(stop));
        if (phase() == PlannerPhase::Deposed) return;
    }
}

std::optional<Duration> Planner::turn() {
    CHECK(!thread_.joinable());
    switch (phase()) {
        case PlannerPhase::Loading:
            if (try_load()) return Duration(0);
            return phase() == PlannerPhase::Deposed ? std::nullopt : std::optional(reload_delay());
        case PlannerPhase::Leading: {
            std::unique_lock lock(queue_mutex_);
            std::vector<Job> jobs = take_locked();
            const bool more = !queue_.empty();
            lock.unlock();
            process(std::move(jobs));
            const bool again = more || phase() == PlannerPhase::Loading;
            return again ? std::optional(Duration(0)) : std::nullopt;
        }
        case PlannerPhase::Deposed: return std::nullopt;
    }
    CHECK(false);
}

bool Planner::load(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        if (try_load()) return true;
        if (phase() == PlannerPhase::Deposed) return false;
        const Duration wait = reload_delay();
        std::unique_lock lock(queue_mutex_);
        queue_filled_.wait_for(lock, stop, wait, [] { return false; });
    }
    return false;
}

bool Planner::try_load() {
    Result<State> loaded = store_->load(settings_);
    if (loaded.ok()) {
        working_ = std::make_unique<State>(loaded.value());
        {
            const std::unique_lock lock(published_mutex_);
            published_ = std::make_unique<State>(std::move(loaded).value());
        }
        reload_delay_ = limits_.reload_delay_min;
        const std::lock_guard lock(queue_mutex_);
        phase_ = PlannerPhase::Leading;
        ++counters_.reloads;
        note_("state_loaded", "revision " + std::to_string(working_->revision().number()));
        return true;
    }
    note_("load_failed", loaded.failure().message);
    if (loaded.failure().code == ErrorCode::Aborted) {
        const std::lock_guard lock(queue_mutex_);
        phase_ = PlannerPhase::Deposed;
    }
    return false;
}

// Jitter, so that several masters do not knock together.
Duration Planner::reload_delay() {
    const Duration wait =
        reload_delay_ + Duration(static_cast<std::int64_t>(
                            rng_.below(static_cast<std::uint64_t>(reload_delay_.count()) + 1)));
    reload_delay_ = std::min(reload_delay_ * 2, limits_.reload_delay_max);
    return wait;
}

std::vector<Planner::Job> Planner::take(const std::stop_token& stop) {
    std::unique_lock lock(queue_mutex_);
    queue_filled_.wait(lock, stop, [this] { return !queue_.empty(); });
    return take_locked();
}

std::vector<Planner::Job> Planner::take_locked() {
    std::vector<Job> jobs;
    while (!queue_.empty() && jobs.size() < limits_.batch_max) {
        jobs.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    return jobs;
}

void Planner::process(std::vector<Job> jobs) {
    std::vector<Decided> decided;
    decided.reserve(jobs.size());
    for (Job& job : jobs) decided.push_back(decide_one(std::move(job)));
    if (!decided.empty()) settle(std::move(decided));
}

// What needs no decision: who is not known any more, what was answered before, what changed since
// the client saw it. A repetition comes first: its own effect may have changed it.
Result<std::optional<Answer>> Planner::answer_at_once(const Write& write, WallTime now) const {
    TRY(check_still_known(*working_, write.token));
    if (!write.request_id.empty()) {
        const auto earlier = TRY(earlier_request(*working_, {write.account, write.request_id},
                                                 write.body_hash, now, limits_.secret_shown));
        if (earlier) return std::optional(Answer{earlier->reply, {}, working_->revision(), true});
    }
    if (write.precondition) TRY(check_precondition(*working_, write.command, *write.precondition));
    return std::optional<Answer>();
}

Planner::Decided Planner::decide_one(Job job) {
    const Write& write = job.write;
    const WallTime now = clock_.wall();
    Result<std::optional<Answer>> at_once = answer_at_once(write, now);
    if (!at_once.ok()) return {std::move(job), std::move(at_once).failure(), std::nullopt};
    if (at_once.value()) return {std::move(job), *std::move(at_once).value(), std::nullopt};
    Result<Decision> decision = decide(*working_, write.command, now);
    if (!decision.ok()) return {std::move(job), std::move(decision).failure(), std::nullopt};
    Changes changes = std::move(decision.value().changes);
    const Reply reply = std::move(decision.value().reply);
    if (write.validate_only) {
        // Shown from a state of its own, then forgotten.
        State after = *working_;
        after.apply(changes, after.revision().next());
        std::string rendered = write.render ? write.render(after, reply) : std::string();
        return {std::move(job), Answer{std::move(rendered), reply, working_->revision(), false},
                std::nullopt};
    }
    // An answer that changed nothing is recorded, too: its repetition must not do later what there
    // was no need to do now.
    const bool recorded = !write.request_id.empty();
    const bool writes = recorded || !changes.empty();
    const Revision revision = writes ? working_->revision().next() : working_->revision();
    Changes kept;  // beside the effect, in its transaction
    if (!write.rpc.empty() && !changes.empty())
        kept.push_back(Put<AuditEntry>{audited(write, reply, now, revision)});
    working_->apply(changes, revision);
    std::string rendered = write.render ? write.render(*working_, reply) : std::string();
    if (recorded)
        kept.push_back(Put<RequestRecord>{{write.account, write.request_id, write.body_hash,
                                           write.secret ? ReplyKind::HoldsSecret : ReplyKind::Plain,
                                           rendered, now, revision}});
    if (changes.empty())
        working_->apply(kept, revision);
    else
        working_->note(kept);
    changes.insert(changes.end(), kept.begin(), kept.end());
    std::optional<Entry> entry;
    if (writes) entry = Entry{revision, std::move(changes)};
    return {std::move(job), Answer{std::move(rendered), reply, revision, false}, std::move(entry)};
}

// From the state before the change: what is removed had an owner.
AuditEntry Planner::audited(const Write& write, const Reply& reply, WallTime now,
                            Revision revision) const {
    const AuditEntry& last = working_->last_audit();
    AuditEntry entry;
    entry.sequence = last.sequence + 1;
    entry.at = now;
    entry.account = write.account.str();
    entry.member = write.member.str();
    entry.token = write.token.str();
    entry.rpc = std::string(write.rpc);
    entry.subject = reply.subject;
    entry.owner = owner_of(*working_, write.command).str();
    entry.request_id = write.request_id.str();
    entry.body_hash = write.body_hash;
    entry.previous = last.sequence == 0 ? std::string(audit_begin) : last.hash;
    entry.revision = revision;
    entry.hash = tls::sha256_hex(audit_text(entry));
    return entry;
}

// Commits what was decided, publishes it, and only then answers.
void Planner::settle(std::vector<Decided> decided) {
    std::vector<Entry> batch;
    for (const Decided& one : decided) {
        if (one.entry) batch.push_back(*one.entry);
    }
    const Status committed = batch.empty() ? ok_status() : store_->commit(batch);
    if (committed.ok()) {
        if (!batch.empty()) publish();
        {
            const std::lock_guard lock(queue_mutex_);
            for (const Decided& one : decided)
                ++(one.answer.ok() ? counters_.decided : counters_.refused);
            if (!batch.empty()) ++counters_.commits;
            counters_.committed_entries += batch.size();
        }
        for (Decided& one : decided) one.job.done(std::move(one.answer));
        return;
    }
    const Error& why = committed.failure();
    note_("commit_failed", why.message);
    working_ = std::make_unique<State>(read([](const State& state) { return state; }));
    switch (why.code) {
        case ErrorCode::Aborted: {
            const std::lock_guard lock(queue_mutex_);
            phase_ = PlannerPhase::Deposed;
            break;
        }
        case ErrorCode::AlreadyExists:
        case ErrorCode::FailedPrecondition:
        case ErrorCode::InvalidArgument:
        case ErrorCode::Internal:
            // A constraint said no to something: find out to what, one command at a time. A single
            // one gets the answer itself.
            if (decided.size() > 1) return redecide_singly(std::move(decided));
            refuse(std::move(decided), why);
            return;
        case ErrorCode::NotFound:
        case ErrorCode::PermissionDenied:
        case ErrorCode::Unauthenticated:
        case ErrorCode::ResourceExhausted:
        case ErrorCode::Unavailable:
        case ErrorCode::DeadlineExceeded:
        case ErrorCode::Unknown: {
            const std::lock_guard lock(queue_mutex_);
            phase_ = PlannerPhase::Loading;
            break;
        }
    }
    refuse(std::move(decided), why);
    refuse_queue(why);
}

void Planner::redecide_singly(std::vector<Decided> decided) {
    for (std::size_t i = 0; i < decided.size(); ++i) {
        if (phase() != PlannerPhase::Leading) {
            decided.erase(decided.begin(), decided.begin() + static_cast<std::ptrdiff_t>(i));
            refuse(std::move(decided), error(ErrorCode::Unavailable,
                                             "the database does not answer; repeat the request"));
            return;
        }
        std::vector<Decided> one;
        one.push_back(decide_one(std::move(decided[i].job)));
        settle(std::move(one));
    }
}

void Planner::publish() {
    // What was published until now goes after the lock: readers wait for a swap of pointers only.
    auto next = std::make_unique<State>(*working_);
    {
        const std::unique_lock lock(published_mutex_);
        published_.swap(next);
    }
    if (published_hook_) read([&](const State& state) { published_hook_(state, *next); });
}

void Planner::refuse(std::vector<Decided> decided, const Error& why) {
    for (Decided& one : decided)
        one.job.done(one.answer.ok() ? Result<Answer>(why) : std::move(one.answer));
}

void Planner::refuse_queue(const Error& why) {
    std::deque<Job> refused;
    {
        const std::lock_guard lock(queue_mutex_);
        refused.swap(queue_);
    }
    for (Job& job : refused) job.done(why);
}

}  // namespace foyer::master
