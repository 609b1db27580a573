// How long what was answered and done is remembered: request ids, the secrets in their answers,
// operations, tokens and applications that ended.
//
// A secret is not wiped at its first repetition: that answer may be lost like the one before it.
// Its short time bounds how long it is there, however often it is asked for.
#include "common/base/text.h"
#include "master/domain/decide.h"
#include "master/domain/draft.h"

namespace foyer::master {
namespace {

// Rows one decision forgets at most, so that a tick never makes a giant transaction.
constexpr std::size_t at_once_max = 1'000;

class Clearing {
public:
    Clearing(const State& state, WallTime now) : state_(state), draft_(state, now) {}

    void forget_requests(WallTime before) {
        for (const auto& [at, account, id] : state_.aged_requests()) {
            if (at >= before || is_full()) return;
            draft_.drop(DropRequest{account, id});
            ++done_;
        }
    }

    // Those at or after `kept_from`: older ones go as a whole.
    void wipe_secrets(WallTime before, WallTime kept_from) {
        for (auto at = state_.secret_replies().lower_bound({kept_from, {}, {}});
             at != state_.secret_replies().end(); ++at) {
            if (std::get<WallTime>(*at) >= before || is_full()) return;
            RequestRecord record =
                state_.requests().at({std::get<AccountId>(*at), std::get<RequestId>(*at)});
            record.reply_kind = ReplyKind::Wiped;
            record.reply.clear();
            draft_.put(std::move(record));
            ++done_;
        }
    }

    void forget_operations(WallTime before) {
        for (const auto& [at, id] : state_.ended_operations()) {
            if (at >= before || is_full()) return;
            if (is_named(state_.operations().at(id))) continue;
            draft_.drop(DropOperation{id});
            ++done_;
        }
    }

    void forget_tokens(WallTime before) {
        for (const auto& [end, id] : state_.aged_tokens()) {
            if (end >= before || is_full()) return;
            draft_.drop(DropToken{id});
            ++done_;
        }
    }

    // What they had mailed counts no more against a limit of a day.
    void forget_contacts() {
        for (const auto& [id, contact] : state_.contacts()) {
            if (is_full()) return;
            if (!contact.removed_at || codes_lately(contact, draft_.now()) > 0) continue;
            draft_.drop(DropContact{id});
            ++done_;
        }
    }

    // What is personal in them goes first.
    void forget_applications() {
        for (const auto& [id, application] : state_.applications()) {
            if (is_full()) return;
            if (!is_due(state_, application, draft_.now())) continue;
            forget_part(application, draft_);
            ++done_;
        }
    }

    Decision done() && {
        const bool more = is_full();
        Decision decision = std::move(draft_).done();
        decision.reply.more = more;
        return decision;
    }

private:
    bool is_full() const { return done_ >= at_once_max; }

    // The instance it worked on still points to it: a failure stays until something else is asked.
    // So does the box that it drained, until it goes or the drain is cancelled.
    bool is_named(const Operation& operation) const {
        const Node* node = state_.nodes().get(operation.node);
        if (node != nullptr && node->drain && node->drain->operation == operation.id) return true;
        const auto found = state_.instances().find(operation.instance);
        if (found == state_.instances().end()) return false;
        const Instance& instance = found->second;
        return instance.operation == operation.id ||
               (instance.promotion && instance.promotion->operation == operation.id);
    }

    const State& state_;
    Draft draft_;
    std::size_t done_ = 0;
};

}  // namespace

Result<std::optional<EarlierRequest>> earlier_request(const State& state, const RequestKey& key,
                                                      const std::string& body_hash, WallTime now,
                                                      Duration secret_shown) {
    const auto found = state.requests().find({key.account, key.id});
    if (found == state.requests().end()) return std::optional<EarlierRequest>();
    const RequestRecord& record = found->second;
    if (record.body_hash != body_hash) {
        return error(
            ErrorCode::Aborted,
            "request id '" + key.id.str() +
                "' was used for another request; repeat that request unchanged, or choose a new id",
            {{"rule", "request_id_reused"}, {"request_id", key.id.str()}});
    }
    const bool is_late =
        record.reply_kind == ReplyKind::HoldsSecret && now - record.at > secret_shown;
    if (record.reply_kind == ReplyKind::Wiped || is_late) {
        return error(
            ErrorCode::FailedPrecondition,
            "request '" + key.id.str() + "' was done at " + to_rfc3339(record.at) +
                "; the secret in its answer is shown again for a short time only, which is "
                "over; ask with a new request id",
            {{"rule", "secret_wiped"},
             {"request_id", key.id.str()},
             {"shown_at", to_rfc3339(record.at)}});
    }
    return std::optional<EarlierRequest>(EarlierRequest{record.reply});
}

Result<Decision> forget_old(const State& state, const ForgetOld& command, WallTime now) {
    Clearing clearing(state, now);
    clearing.forget_requests(command.requests_before);
    clearing.wipe_secrets(command.secrets_before, command.requests_before);
    clearing.forget_operations(command.operations_before);
    clearing.forget_tokens(command.tokens_before);
    clearing.forget_contacts();
    clearing.forget_applications();
    return std::move(clearing).done();
}

}  // namespace foyer::master
