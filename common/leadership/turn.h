// What the parts of step() share: the state in hand, the time, the effects so far, and the few
// things everybody does: persist, send, fence. Included by common/leadership/member*.cpp only.
#pragma once

#include <string>

#include "common/leadership/member.h"

namespace foyer::leadership {

struct Turn {
    State& state;
    MonoTime now;
    Effects& effects;
    Jitter jitter{5'000};
};

// Everyday tools (turn.cpp).
void persist(Turn& turn);
void send(Turn& turn, ReplicaIndex to, Body body, Version needs, bool is_request);
void answer(Turn& turn, const Message& request, Body body, Version needs);
void report(Turn& turn, std::string text);
void move_to(Turn& turn, Role role);
void move_to(Turn& turn, Stage stage);
bool leads(const State& state);  // Leader, Resuming or Fencing
bool is_data_member(const State& state);
bool is_promise_over(const State& state, MonoTime now);  // of one who promises at all
VoterView voter_view(const State& state);
IndexSet others(const Record& record, ReplicaIndex self);
Fence own_fence(const State& state);  // (generation, epoch)

// The voter (member_voter.cpp).
void on_prevote(Turn& turn, const Message& message, const Prevote& body);
void on_vote(Turn& turn, const Message& message, const Vote& body);
void on_write(Turn& turn, const Message& message, const Write& body);
void on_renew(Turn& turn, const Message& message, const Renew& body);
void on_resign(Turn& turn, const Message& message, const Resign& body);
void on_read(Turn& turn, const Message& message, const Read& body);
void on_read_answer(Turn& turn, const Message& message, const ReadAnswer& body);
void learn(Turn& turn, const Record& record);
void tick_voter(Turn& turn);

// Signatures, certificate and chain (member_chain.cpp).
bool signs(const State& state);
Signature sign(const State& state, const Bytes& bytes);
Signer own_signer(const State& state);
bool is_good_vote(const State& state, ReplicaIndex from, const VoteAnswer& body);
bool is_good_accept(const State& state, ReplicaIndex from, const WriteAnswer& body);
void root_chain(State& state);
void link_committed(Turn& turn);  // its link, once all before it are there
void take_links(Turn& turn, const std::vector<Link>& links);
std::vector<Link> links_after(const Durable& durable, const Hash& tip);
bool is_chain_held(const State& state);  // so that the members may change
void publish(Turn& turn);
void send_announcements(Turn& turn);
void on_announce(Turn& turn, const Message& message, const Announce& body);

// Data path (member_data.cpp).
void cut_for(Turn& turn, Waiting waiting);
void stop_rejoin(Turn& turn);  // of a leader that is silent: the copy may be whole still
void on_stopped(Turn& turn, const ReceiverStopped& fact);
void on_position(Turn& turn, const PositionRead& fact);
void on_rejoined(Turn& turn, const Rejoined& fact);
void manage_data(Turn& turn);
void take_generation(Turn& turn);

// Election (member_election.cpp).
void tick_follower(Turn& turn);
void tick_round(Turn& turn);
void on_prevote_answer(Turn& turn, const Message& message, const PrevoteAnswer& body);
void on_vote_answer(Turn& turn, const Message& message, const VoteAnswer& body, const Asked& asked);
void on_own_cut(Turn& turn);
void check_elected(Turn& turn);
void abandon_round(Turn& turn);  // a vote made durable is given up with a resignation
void resign(Turn& turn, Epoch epoch, std::optional<ReplicaIndex> preferred);
void tick_resignation(Turn& turn);

// Leader (member_leader.cpp, member_record.cpp).
void become_leader(Turn& turn, const Record& elected_with);
void start_fencing(Turn& turn, std::optional<ReplicaIndex> hand_to, LeadershipEndReason why);
void on_fenced(Turn& turn, const Fenced& fact);
void tick_leader(Turn& turn);
void on_renew_answer(Turn& turn, const Message& message, const RenewAnswer& body,
                     const Asked& asked);
void on_write_answer(Turn& turn, const Message& message, const WriteAnswer& body,
                     const Asked& asked);
void count_promise(Turn& turn, ReplicaIndex who, MonoTime sent, Duration promised);
void refresh_lease(Turn& turn);
void write_record(Turn& turn, Record record);
void check_committed(Turn& turn);
void advance(Turn& turn);  // stages, steps, handover: whatever has become possible
void set_quorum(Turn& turn, const DatabaseQuorum& wanted);
void on_shown(Turn& turn, const QuorumShown& fact);
void on_end(Turn& turn, const EndRead& fact);
void on_wait_broken(Turn& turn);
void on_streams(Turn& turn, const MemberStreams& fact);
void on_flushed(Turn& turn, const Flushed& fact);
void on_proposal(Turn& turn, const Proposal& proposal);

}  // namespace foyer::leadership
