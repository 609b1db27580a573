// One member of a group: leadership::step(), and what its effects mean on this box. Belongs to one
// thread; whatever is slow is handed to others and comes back as an input.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "common/leadership/member.h"
#include "common/log/log.h"
#include "node-agent/app/copy_desk.h"
#include "node-agent/app/group_ports.h"
#include "node-agent/domain/edges_heard.h"
#include "node-agent/domain/lead_notes.h"
#include "node-agent/domain/secret_handover.h"

namespace foyer::agent {

struct SaveOrder {
    PartitionId partition;
    leadership::Version version = 0;
    GroupMemory memory;
};

// What a member hands on. Called from the member's thread.
struct MemberHands {
    std::function<void(const std::string& to, leadership::Letter letter)> send;
    std::function<void(SaveOrder order)> save;
    std::function<void(const PartitionId&, const FenceWish&)> fence;
    Log& log;
    // A moment of a takeover, to be told to the master; and the wall clock, for people.
    std::function<void(const LeadershipReport&)> tell_lead = {};
    std::function<WallTime()> wall = {};
};

class GroupMember {
public:
    struct Begin {
        PartitionId partition;
        leadership::Start start;
        WallTime ordered_at;
        std::uint64_t serial = 0;  // above those of every earlier life
        CopyDesk::Tell tell;
    };
    GroupMember(Begin begin, const MemberHands& hands, MonoTime now);

    // The newest assignment: where the others are, the first record, what is proposed.
    void assign(const Assignment& assignment, const FirstRecordCheck& check, MonoTime now);
    void take(const leadership::Input& input, MonoTime now);
    void receive(const leadership::Letter& letter, const GroupMail& mail, MonoTime now);
    void tick(leadership::Jitter jitter, MonoTime now);

    const std::shared_ptr<CopyDesk>& desk() const { return desk_; }
    WallTime ordered_at() const { return ordered_at_; }
    const leadership::State& state() const { return state_; }
    // What its disk holds; without a record while a newer state is being written.
    HandoverMember on_disk() const;

private:
    void absorb(leadership::Outcome outcome);
    void warm_up();
    void execute(const leadership::Effect& effect);
    void send(const leadership::Send& send);
    void post(leadership::Message message);
    void flush_held(leadership::Version durable);
    void begin_generation(const Assignment& assignment, const FirstRecordCheck& check,
                          MonoTime now);
    void tell_learners(const Assignment& assignment, MonoTime now);
    void propose(MonoTime now);
    bool is_from_its_box(const leadership::Message& message, const std::string& node_key) const;
    GroupReport report() const;
    void publish();
    void hold_lease(MonoTime until);
    void fence(FenceWish::Kind kind);
    void announce(MonoTime now);
    void listen_for_edges(const leadership::Message& message, const std::string& from,
                          MonoTime now);
    void judge_edges(MonoTime now);
    void note(const std::string& text);
    void look(MonoTime now);

    const PartitionId partition_;
    const WallTime ordered_at_;
    MemberHands hands_;
    leadership::State state_;
    CopyOrder order_;
    std::shared_ptr<CopyDesk> desk_;
    std::map<ReplicaIndex, std::string> addresses_;
    std::string reply_to_;  // of the message in hand
    std::deque<leadership::Send> held_;
    leadership::Version durable_ = 0;
    std::string first_record_;  // last looked at
    std::optional<GroupProposal> proposal_;
    MonoTime next_proposal_;
    MonoTime preferred_since_;  // the proposal names this heir
    leadership::Gate gate_ = leadership::Gate::Closed;
    bool dying_ = false;  // it was ordered to die, and is not known to be dead
    std::string noted_;
    LeadNotes lead_notes_;
    std::vector<std::string> edges_;  // their addresses
    EdgesHeard edges_heard_;
    MonoTime now_;  // of the input in hand
    std::optional<leadership::Publish> published_;
    MonoTime next_announce_;
};

}  // namespace foyer::agent
