#include "master/app/housekeeping.h"

#include <algorithm>

#include "common/os/atomic_file.h"
#include "common/tls/sha256.h"
#include "master/app/access.h"
#include "master/domain/limits.h"
#include "master/domain/rights.h"

namespace foyer::master {
namespace {

const AccountId& first_operator() {
    static const AccountId name("operator");
    return name;
}

// Whose token is in the file: the first account, or while that one is gone another operator's.
AccountId operator_of(const State& state) {
    const Account* first = state.accounts().get(first_operator());
    if (first != nullptr && first->roles.contains(AccountRole::Operator)) return first->name;
    for (const auto& [name, account] : state.accounts()) {
        if (account.roles.contains(AccountRole::Operator)) return name;
    }
    return first_operator();
}

// Somebody may do everything, for longer than any token that he may want to give.
bool has_operator(const State& state, WallTime now) {
    return std::any_of(state.tokens().begin(), state.tokens().end(), [&](const auto& entry) {
        const ApiToken& token = entry.second;
        const auto rights = rights_of(state, token);
        return rights && rights->is_operator() && !rights->read_only && !token.member &&
               now + limits::api_token_valid_max < token.expires_at;
    });
}

}  // namespace

FreshToken make_api_token(Rng& rng) {
    TokenText token{TokenId(rng.text(10)), rng.text(40)};  // 200 bits
    return {token.id, to_text(token), tls::sha256_hex(token.secret)};
}

Housekeeping::Housekeeping(Planner& planner, Presence& presence, const Clock& clock, Rng& rng,
                           Log& log, HousekeepingConfig config)
    : planner_(planner),
      presence_(presence),
      clock_(clock),
      rng_(rng),
      log_(log),
      config_(std::move(config)),
      hearing_(config_.hearing_gap) {}

void Housekeeping::tick() {
    const bool leads = planner_.phase() == PlannerPhase::Leading;
    hearing_.note(clock_.mono(), clock_.wall(), leads && !isolated_);
    if (!leads) return;
    const MonoTime now = clock_.mono();
    if (now >= next_operator_) keep_operator();
    if (now >= next_mail_key_) keep_mail_key();
    if (now >= next_scan_) {
        next_scan_ = now + config_.silence_scan;
        scan_silence();
    }
    if (now >= next_note_) {
        next_note_ = now + config_.note_sightings;
        sightings_ = presence_.sightings();
    }
    if (!sightings_.empty()) note_sightings();
    if (now >= next_forget_ || *more_to_forget_) {
        next_forget_ = now + config_.forget_old;
        forget_old();
    }
    if (now >= next_repair_) {
        next_repair_ = now + config_.repair_tick;
        repair();
    }
    if (!next_certificates_) next_certificates_ = now + config_.first_look_at_certificates;
    if (now >= *next_certificates_) {
        next_certificates_ = now + config_.look_at_certificates;
        look_at_certificates();
    }
}

namespace {

// One tick, and the next one at once when there is more, behind whatever else waits.
void submit_tick(Planner& planner, WallTime hearing_since, int left,
                 const std::shared_ptr<std::atomic<bool>>& repairing) {
    Write write;
    write.command = Tick{hearing_since};
    planner.submit(std::move(write),
                   [&planner, hearing_since, left, repairing](const Result<Answer>& answer) {
                       if (answer.ok() && answer.value().reply.more && left > 1)
                           return submit_tick(planner, hearing_since, left - 1, repairing);
                       repairing->store(false);
                   });
}

}  // namespace

void Housekeeping::repair() {
    if (!hearing_.since() || repairing_->exchange(true)) return;
    submit_tick(planner_, *hearing_.since(), config_.repair_ticks_max, repairing_);
}

void Housekeeping::keep_operator() {
    const WallTime now = clock_.wall();
    if (!planner_.read([now](const State& state) { return has_operator(state, now); })) {
        const Status made = make_operator_token();
        if (!made.ok())
            return log_.failure(LogLevel::Error, "operator_token_failed", made.failure());
        log_.info("operator_token_made", {{"file", config_.operator_token_file}});
    }
    next_operator_ = clock_.mono() + config_.keep_operator;
}

// The file comes before the commit: a token that works is always in the file, whatever is killed in
// between.
Status Housekeeping::make_operator_token() {
    const AccountId name = planner_.read(operator_of);
    if (!planner_.read([&](const State& state) { return state.accounts().contains(name); })) {
        Write account;
        account.command = CreateAccount{name, {AccountRole::Operator}};
        TRY(planner_.write(std::move(account)));
    }
    const FreshToken token = make_api_token(rng_);
    TRY(os::write_atomically(config_.operator_token_file, token.text + "\n", {.mode = 0600}));
    Write write;
    write.command = CreateToken{token.id, name, token.secret_hash, "made by the master",
                                limits::master_token_valid};
    TRY(planner_.write(std::move(write)));
    return ok_status();
}

void Housekeeping::keep_mail_key() {
    next_mail_key_ = clock_.mono() + config_.keep_mail_key;
    const auto zone = planner_.read([](const State& state) -> std::optional<std::string> {
        if (zone_mail_key(state) != nullptr) return std::nullopt;
        return state.settings().zone;
    });
    if (!zone || !config_.make_mail_key) return;
    auto key = config_.make_mail_key(*zone);
    if (!key.ok()) return log_.failure(LogLevel::Error, "mail_key_failed", key.failure());
    log_.info("mail_key_made", {{"zone", *zone}, {"selector", key.value().selector}});
    Write write;
    write.command = MakeZoneMailKey{std::move(key).value()};
    planner_.submit(std::move(write), [](const Result<Answer>& done) {
        discard(done, "the next round makes another one");
    });
}

void Housekeeping::scan_silence() {
    if (marking_->load()) return;
    const auto online = planner_.read([](const State& state) {
        std::vector<NodeId> names;
        for (const auto& [name, node] : state.nodes()) {
            if (node.state == NodeState::Online) names.push_back(name);
        }
        return names;
    });
    const Silence verdict = presence_.judge(online);
    if (verdict.isolated != isolated_) {
        isolated_ = verdict.isolated;
        if (isolated_) {
            log_.warn("most_nodes_late", {{"late", verdict.late},
                                          {"online", online.size()},
                                          {"judged", "this master is cut off"}});
        } else {
            log_.info("nodes_back", {{"late", verdict.late}, {"online", online.size()}});
        }
    }
    if (verdict.silent.empty()) return;
    for (const NodeId& node : verdict.silent) log_.warn("node_silent", {{"node", node}});
    marking_->store(true);
    Write write;
    write.command = MarkSilent{verdict.silent};
    planner_.submit(std::move(write),
                    [marking = marking_](const Result<Answer>&) { marking->store(false); });
}

void Housekeeping::note_sightings() {
    if (noting_->exchange(true)) return;
    NoteSightings command;
    const std::size_t count = std::min(sightings_.size(), config_.sightings_at_once);
    const auto first = sightings_.end() - static_cast<std::ptrdiff_t>(count);
    command.seen.assign(first, sightings_.end());
    sightings_.erase(first, sightings_.end());
    Write write;
    write.command = std::move(command);
    planner_.submit(std::move(write), [noting = noting_](const Result<Answer>& done) {
        discard(done, "the next round brings newer times");
        *noting = false;
    });
}

void Housekeeping::look_at_certificates() {
    Write write;
    write.command =
        LookAtCertificates{config_.node_certificate_warning, config_.master_certificate_ends};
    planner_.submit(std::move(write), [](const Result<Answer>& done) {
        discard(done, "the next round looks again");
    });
}

void Housekeeping::forget_old() {
    if (forgetting_->exchange(true)) return;
    const WallTime now = clock_.wall();
    Write write;
    write.command = ForgetOld{now + -config_.request_life, now + -config_.secret_life,
                              now + -config_.operation_life, now + -config_.token_life};
    planner_.submit(std::move(write),
                    [forgetting = forgetting_, more = more_to_forget_](const Result<Answer>& done) {
                        // A round that failed is done again with the next one.
                        *more = done.ok() && done.value().reply.more;
                        *forgetting = false;
                    });
}

}  // namespace foyer::master
