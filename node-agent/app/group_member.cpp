#include "node-agent/app/group_member.h"

#include <algorithm>

#include "common/leadership/evidence_text.h"
#include "common/leadership/record_text.h"

namespace foyer::agent {
namespace {

namespace lead = leadership;

constexpr std::size_t held_max = 4'096;  // messages that wait for the disk: the oldest are lost
constexpr std::size_t evidence_told = 4;
constexpr Duration propose_again{2'000};
// What takes longest in a hand-over is to load the service: the heir does it before, while the old
// leader serves. It was told of the same proposal.
constexpr Duration heir_loads{8'000};
constexpr Duration announced_for{5'000};
constexpr Duration announce_again{500};

bool is_key_of(const lead::Record* record, ReplicaIndex index, const std::string& node_key) {
    const lead::MemberEntry* entry = record == nullptr ? nullptr : find_entry(*record, index);
    return entry != nullptr && entry->key.str() == node_key;
}

lead::MemberEntry entry_of(const GroupSeat& seat, const lead::Incarnation& incarnation) {
    return {seat.index, seat.kind, lead::NodeKey(seat.node_key), incarnation, seat.may_lead};
}

Result<lead::Proposal> read_proposal(const GroupProposal& wish) {
    lead::Proposal proposal;
    proposal.made_for = TRY(lead::parse_ballot(wish.made_for));
    if (wish.prefer) {
        // The master prefers nobody by itself: a person asked it, or a box is drained.
        proposal.what = lead::Prefer{*wish.prefer, true};
    } else if (wish.out || wish.in) {
        lead::Replace replace{wish.out, std::nullopt};
        if (wish.in)
            replace.in = entry_of(*wish.in, TRY(lead::parse_incarnation(wish.in->incarnation)));
        proposal.what = replace;
    } else if (wish.desired) {
        proposal.what = lead::SetDesired{*wish.desired};
    } else if (wish.barred) {
        proposal.what = lead::SetBarred{*wish.barred};
    } else if (wish.promise) {
        proposal.what = lead::SetPromise{*wish.promise};
    } else {
        return error(ErrorCode::InvalidArgument, "nothing is proposed");
    }
    return proposal;
}

std::optional<ReplicaIndex> heir_of(const std::optional<GroupProposal>& proposal) {
    return proposal ? proposal->prefer : std::nullopt;
}

}  // namespace

GroupMember::GroupMember(Begin begin, const MemberHands& hands, MonoTime now)
    : partition_(std::move(begin.partition)), ordered_at_(begin.ordered_at), hands_(hands) {
    now_ = now;
    edges_heard_.since = now;
    lead::Outcome outcome = lead::begin(std::move(begin.start), now);
    state_ = outcome.state;
    order_ = first_order(state_, begin.serial);
    desk_ = std::make_shared<CopyDesk>(order_, report(), std::move(begin.tell));
    absorb(std::move(outcome));
    look(now);
    publish();
}

void GroupMember::assign(const Assignment& assignment, const FirstRecordCheck& check,
                         MonoTime now) {
    addresses_.clear();
    for (const auto* list : {&assignment.members, &assignment.learners})
        for (const Member& member : *list) addresses_[member.index] = member.address;
    edges_ = assignment.proxies;
    if (!assignment.group) return;
    begin_generation(assignment, check, now);
    tell_learners(assignment, now);
    if (proposal_ == assignment.group->proposal) return;
    if (heir_of(proposal_) != heir_of(assignment.group->proposal)) preferred_since_ = now;
    proposal_ = assignment.group->proposal;
    next_proposal_ = {};
    propose(now);
}

void GroupMember::tell_learners(const Assignment& assignment, MonoTime now) {
    lead::Learners learners;
    for (const Member& learner : assignment.learners) learners.who.insert(learner.index);
    if (learners.who != state_.learners) take(learners, now);
}

void GroupMember::begin_generation(const Assignment& assignment, const FirstRecordCheck& check,
                                   MonoTime now) {
    const GroupWish& wish = *assignment.group;
    if (wish.first.text.empty() || wish.first.text == first_record_) return;
    first_record_ = wish.first.text;
    const auto record = lead::parse_record(wish.first.text);
    const Status signed_by_master =
        record.ok() ? check(assignment.instance, assignment.ordered_at, wish.first) : ok_status();
    if (!record.ok() || !signed_by_master.ok())
        return note("the first record of the group is refused: " +
                    (record.ok() ? signed_by_master.failure() : record.failure()).message);
    if (record.value().ballot.generation <= state_.durable.generation) return;
    take(lead::NewGeneration{record.value()}, now);
}

// Again until it is done or overtaken: the leader may be busy with another change.
void GroupMember::propose(MonoTime now) {
    if (!proposal_ || now < next_proposal_ || state_.role != lead::Role::Leader) return;
    if (proposal_->prefer && now - preferred_since_ < heir_loads) return;
    const auto& committed = state_.leading.committed;
    if (!committed || lead::to_text(committed->ballot) != proposal_->made_for) return;
    next_proposal_ = now + propose_again;
    const auto proposal = read_proposal(*proposal_);
    if (!proposal.ok()) return note("proposal refused: " + proposal.failure().message);
    take(proposal.value(), now);
}

void GroupMember::take(const lead::Input& input, MonoTime now) {
    now_ = now;
    if (const auto* done = input.get_if<lead::Persisted>())
        durable_ = std::max(durable_, done->version);
    if (input.is<lead::Fenced>() && dying_) {
        dying_ = false;
        fence(FenceWish::Kind::Silent);
    }
    absorb(lead::step(std::move(state_), input, now));
    look(now);
    flush_held(durable_);
    publish();
}

void GroupMember::receive(const lead::Letter& letter, const GroupMail& mail, MonoTime now) {
    const lead::Message& message = letter.message;
    if (is_other_order(letter.ordered_at, ordered_at_)) return;
    if (!is_from_its_box(message, mail.node_key)) return;
    listen_for_edges(message, mail.from, now);
    reply_to_ = mail.from;
    take(message, now);
    reply_to_.clear();
}

// Nobody speaks for another box's member. What asks only for knowledge may come from anywhere in
// the overlay.
bool GroupMember::is_from_its_box(const lead::Message& message, const std::string& node_key) const {
    if (message.body.is<lead::Read>()) return true;
    const ReplicaIndex from = message.envelope.from;
    const auto& mine = state_.durable.record;
    if (!mine && message.body.is<lead::Renew>()) return true;
    return is_key_of(mine ? &*mine : nullptr, from, node_key) ||
           is_key_of(lead::carried(message.body), from, node_key);
}

void GroupMember::tick(lead::Jitter jitter, MonoTime now) {
    take(lead::Tick{jitter}, now);
    propose(now);
    announce(now);
    judge_edges(now);
}

// Edges ask every voter in the same moment, so who is not asked is not reached.
void GroupMember::listen_for_edges(const lead::Message& message, const std::string& from,
                                   MonoTime now) {
    const bool edge = std::ranges::find(edges_, from) != edges_.end();
    if (edge && message.body.is<lead::Read>()) edges_heard_.me = now;
    const auto* answer = message.body.get_if<lead::RenewAnswer>();
    if (answer != nullptr && answer->edges_ask) edges_heard_.others[message.envelope.from] = now;
}

// Told anew after each resignation for it: the core forgets then, and the edges may still be gone.
void GroupMember::judge_edges(MonoTime now) {
    const auto& record = state_.durable.record;
    const bool leads = state_.role == lead::Role::Leader && record;
    const lead::EdgesReach reach =
        leads ? edges_reach(edges_heard_, record->in_sync, state_.identity.self, {}, now)
              : lead::EdgesReach{};
    if ((!reach.me && reach.another) != state_.health.unreachable) take(reach, now);
}

void GroupMember::absorb(lead::Outcome outcome) {
    state_ = std::move(outcome.state);
    for (const lead::Effect& effect : outcome.effects) execute(effect);
    warm_up();
    order_ = as_of(std::move(order_), state_);
}

void GroupMember::warm_up() {
    const bool heir = heir_of(proposal_) == state_.identity.self;
    order_ = warmed(std::move(order_), state_.warmed || heir);
}

void GroupMember::execute(const lead::Effect& effect) {
    order_ = after_effect(std::move(order_), effect, state_);
    effect.visit(lead::Overloaded{
        [&](const lead::Persist& one) {
            hands_.save({partition_, one.version, {ordered_at_, one.durable}});
        },
        [&](const lead::Send& one) { send(one); },
        [&](const lead::Lease& one) { hold_lease(one.until); },
        [&](const lead::Clients& one) {
            gate_ = one.gate;
            if (state_.role == lead::Role::Leader) hold_lease(state_.leading.lease_until);
        },
        [&](const lead::KillService&) {
            dying_ = true;
            fence(FenceWish::Kind::Closed);
        },
        // What still lies in the sockets of a receiver can be acknowledged to nobody.
        [&](const lead::Cut&) {
            fence(dying_ ? FenceWish::Kind::Closed : FenceWish::Kind::Silent);
        },
        [&](const lead::Follow&) { fence(FenceWish::Kind::Lifted); },
        [&](const lead::Rejoin&) { fence(FenceWish::Kind::Lifted); },
        [&](const lead::Report& one) { note(one.text); },
        // The copy's worker finds these in its order; edges hear of a leader by asking.
        [](const lead::SetQuorum&) {}, [](const lead::ReadEnd&) {}, [](const lead::Promote&) {},
        [](const lead::Warm&) {}, [](const lead::Service&) {},
        [&](const lead::Publish& one) {
            published_ = one;
            next_announce_ = {};
        }});
}

void GroupMember::hold_lease(MonoTime until) {
    hands_.fence(partition_, {FenceWish::Kind::Lease, until, gate_ == lead::Gate::Open});
}

void GroupMember::fence(FenceWish::Kind kind) { hands_.fence(partition_, {kind}); }

void GroupMember::send(const lead::Send& send) {
    if (send.needs <= durable_) return post(send.message);
    held_.push_back(send);
    if (held_.size() > held_max) held_.pop_front();
}

void GroupMember::flush_held(lead::Version durable) {
    while (!held_.empty()) {
        const auto ready = std::ranges::find_if(
            held_, [&](const lead::Send& one) { return one.needs <= durable; });
        if (ready == held_.end()) return;
        lead::Message message = std::move(ready->message);
        held_.erase(ready);
        post(std::move(message));
    }
}

void GroupMember::post(lead::Message message) {
    if (auto* answer = message.body.edit_if<lead::RenewAnswer>())
        answer->edges_ask = is_asked_by_edges(edges_heard_, {}, now_);
    const ReplicaIndex to = message.envelope.to;
    const auto known = addresses_.find(to);
    const std::string address = known != addresses_.end() ? known->second : reply_to_;
    if (!address.empty()) hands_.send(address, {ordered_at_, std::move(message)});
}

// Some times, since a datagram may be lost; an edge that heard none asks by itself in the end.
void GroupMember::announce(MonoTime now) {
    if (!published_ || state_.role != lead::Role::Leader || now < next_announce_) return;
    if (now - state_.leading.elected_at > announced_for) return published_.reset();
    next_announce_ = now + announce_again;
    lead::Letter letter{ordered_at_, {}};
    lead::Envelope& envelope = letter.message.envelope;
    envelope.group = state_.identity.group;
    envelope.from = state_.identity.self;
    envelope.to = lead::outsider;
    envelope.incarnation = state_.durable.incarnation;
    envelope.generation = state_.durable.generation;
    envelope.epoch = state_.durable.epoch;
    // Who lacks an older one asks for it.
    const auto& chain = published_->chain;
    const auto newest = std::prev(chain.end(), std::min<std::ptrdiff_t>(std::ssize(chain), 2));
    letter.message.body =
        lead::Announce{published_->certificate, published_->record, {newest, chain.end()}};
    for (const std::string& edge : edges_) hands_.send(edge, letter);
}

HandoverMember GroupMember::on_disk() const {
    const lead::Durable& durable = state_.durable;
    const bool written = durable_ >= state_.version && durable.record;
    return {state_.identity.self, ordered_at_, durable.retired,
            written ? &*durable.record : nullptr};
}

GroupReport GroupMember::report() const {
    GroupReport report;
    report.incarnation = lead::to_text(state_.durable.incarnation);
    report.role = std::string(lead::to_text(state_.role));
    report.retired = state_.durable.retired;
    for (const lead::Evidence& one : state_.durable.evidence)
        if (one.kind == lead::EvidenceKind::TwoVotes && report.evidence.size() < evidence_told)
            report.evidence.push_back(lead::to_text(one));
    if (state_.role == lead::Role::Leader && state_.leading.committed)
        report.record = lead::to_text(*state_.leading.committed);
    return report;
}

void GroupMember::look(MonoTime now) {
    const WallTime wall = hands_.wall ? hands_.wall() : WallTime{};
    auto moment = note_lead(lead_notes_, state_, {now, wall});
    if (!moment || !hands_.tell_lead) return;
    moment->partition = partition_;
    moment->ordered_at = ordered_at_;
    hands_.tell_lead(*moment);
}

void GroupMember::publish() { desk_->put(order_, report()); }

void GroupMember::note(const std::string& text) {
    if (text == noted_) return;
    noted_ = text;
    hands_.log.info("group", {{"partition", partition_}, {"says", text}});
}

}  // namespace foyer::agent
