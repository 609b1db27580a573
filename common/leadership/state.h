// All that one member knows: durable and volatile. Written by step() alone (member.h).
//
//            promise over, in S, eligible, delay over          would: quorum, enough of S
//  ┌───────► Follower ───────────────────────────► PreCandidate ─────────────► Candidate(e′)
//  │ restart   ▲ ▲ ▲                                    │ 1 s without             │  │
//  │           │ │ └────────────────────────────────────┘                         │  │ votes:
//  enough, │           │ └──── given up after 2 s: resigned := e′, resign(e′) ────────────┘  │
//  lease ≥ 1 s │           │                                                                     ▼
//  │ restart, record my own, not resigned                              Leader: Writing ─► Promoting
//  │ ─────────────────────────► Resuming ──quorum promised──►             ▲   ▲              │
//  │                               │ T + slack without                    │   └─ stopped ─┐  ▼
//  │                               ▼                                      └───────────── Closed
//  └── resigned := e durable ◄─ Fencing(e) ◄── lease over, higher epoch, health,           │  ▲
//        → resign(e)             → fenced      clock, handed over, host stops, retired     ▼  │
//                                                                                         Open
//  Open ─► Closed: a wait was broken, the service started anew, the floor rose above k, a handover.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string_view>

#include "common/leadership/chain.h"
#include "common/leadership/clock_rate.h"
#include "common/leadership/effect.h"
#include "common/leadership/health.h"
#include "common/leadership/lease.h"
#include "common/model/takeover.h"

namespace foyer::leadership {

enum class Role { Follower, PreCandidate, Candidate, Leader, Resuming, Fencing };
enum class Stage { Writing, Promoting, Closed, Open };  // of Leader
std::string_view to_text(Role role);
std::string_view to_text(Stage stage);

constexpr bool can_move(Role from, Role to) {
    switch (from) {
        case Role::Follower: return to == Role::PreCandidate || to == Role::Candidate;
        case Role::PreCandidate: return to == Role::Follower || to == Role::Candidate;
        case Role::Candidate: return to == Role::Follower || to == Role::Leader;
        case Role::Leader: return to == Role::Fencing;
        case Role::Resuming: return to == Role::Leader || to == Role::Fencing;
        case Role::Fencing: return to == Role::Follower;
    }
    CHECK(false);
}
static_assert(!can_move(Role::Follower, Role::Leader));
static_assert(!can_move(Role::Leader, Role::Follower));

constexpr bool can_move(Stage from, Stage to) {
    switch (from) {
        case Stage::Writing: return to == Stage::Promoting;
        case Stage::Promoting: return to == Stage::Closed || to == Stage::Writing;
        case Stage::Closed: return to == Stage::Open || to == Stage::Writing;
        case Stage::Open: return to == Stage::Closed || to == Stage::Writing;
    }
    CHECK(false);
}

struct Identity {
    InstanceName group;
    ReplicaIndex self;
    std::uint64_t boot = 0;  // of this machine
};

// A request that waits for an answer. `known` is what had been heard of its receiver then.
struct Asked {
    std::uint64_t number = 0;
    MonoTime sent;
    std::uint64_t known = 0;
};
constexpr std::size_t asked_max = 128;  // a request per 250 ms and two kinds, over T = 20 s

struct Peer {
    std::optional<Stamp> stamp;  // newest heard
    std::optional<MonoTime> heard;
    std::deque<Asked> asked;
    MonoTime renew_round;  // begin of the current one
    MonoTime next_renew;
    int renew_tries = 0;
    MonoTime next_write;
    Ballot accepted;  // newest of mine it answered `accepted` to
    std::optional<MonoTime> promised_until;
    Hash chain_tip{};  // newest link it told to have on its disk
    bool announced = false;
    MonoTime next_announce;
};

// The request for which a receiver is being stopped; one at a time.
struct LearntRecord {
    Record record;
};
using Waiting = std::variant<Message, LearntRecord, NewGeneration>;

struct DataPath {
    std::optional<LogPosition> position;  // as last told
    bool cutting = false;                 // Cut went out, ReceiverStopped did not come yet
    bool stopped = false;                 // and nothing was started since: `position` stands still
    bool paused_cut = false;              // its host's pause ended while it was being cut
    std::optional<Waiting> waiting;
    std::optional<Fence> following;  // Follow or Rejoin went out for it, and no Cut since
    std::optional<Fence> rejoin_asked;
    bool diverged = false;
    bool led = false;  // this copy led, and no rejoin has followed
};

struct Round {  // of a pre-candidate or a candidate
    Epoch epoch;
    LogPosition position;
    MonoTime began;
    MonoTime next_ask;
    IndexSet granted;
    bool voted = false;                  // own vote is being made durable
    std::optional<MonoTime> asks_since;  // of a candidate: it is, so the others hear the requests
    Version vote_version = 0;
    std::map<ReplicaIndex, Signature> signatures;
};

struct Handover {
    ReplicaIndex to;
    std::uint64_t number = 0;  // of its ReadEnd
    std::optional<Lsn> end;
    MonoTime deadline;
};

struct Leading {
    Stage stage = Stage::Writing;
    Record elected_with;              // whose configuration counts the lease until the first commit
    std::optional<Record> committed;  // newest, in this life
    bool open_record = false;         // the record held is not committed yet
    Version record_version = 0;       // of the record held
    MonoTime lease_until;
    MonoTime elected_at;
    bool promote_asked = false;
    bool promoted = false;            // in this fence, and the service was not stopped since
    DatabaseQuorum wanted;            // by the newest SetQuorum
    std::uint64_t quorum_number = 0;  // of it
    bool shown = false;               // `wanted` is in force
    std::uint64_t open_number = 0;    // of the ReadEnd before opening
    std::optional<Lsn> open_end;
    std::uint64_t work_number = 0;  // of the step's ReadEnd
    StreamingView streaming;
    std::optional<SyncWork> work;
    std::optional<MonoTime> last_step;
    std::optional<MonoTime> running_since;
    std::optional<Handover> handover;
    bool published = false;
    std::map<ReplicaIndex, Signature> signatures;  // of the votes that elected
    std::map<ReplicaIndex, Signature> accepts;     // of the record held
};

struct Resignation {  // being told, three times
    Epoch epoch;
    std::optional<ReplicaIndex> preferred;
    Version needs = 0;
    int left = 0;
    MonoTime next;
};

struct State {
    Identity identity;
    Timing timing;
    HashFunction hash = nullptr;
    SignFunction sign;
    SignatureCheck check;
    Durable durable;                                  // as wished
    Durable disk;                                     // as known to be on the disk
    std::deque<std::pair<Version, Durable>> writing;  // on their way there
    Version version = 0;

    Role role = Role::Follower;
    Promise promise;
    Epoch seen_epoch;  // highest heard; numbers only
    std::uint64_t counter = 0;
    IndexSet learners;       // as the assignment says
    IndexSet remembered_by;  // who answered what it had seen of this voter
    MonoTime next_read;
    std::map<ReplicaIndex, Peer> peers;
    std::map<ReplicaIndex, PeerClock> clocks;
    DataPath data;
    std::optional<NewGeneration> generation;  // taken as soon as nothing leads here
    std::optional<Ballot> known_committed;    // as a follower was told
    std::optional<DesiredState> service;      // last ordered

    std::optional<MonoTime> stand_at;  // none: drawn when the promise is over
    bool preferred = false;            // stands at once, once
    bool warmed = false;
    Round round;
    Leading leading;
    MonoTime resume_until;
    std::optional<ReplicaIndex> hand_to;            // of Fencing
    std::optional<LeadershipEndReason> fenced_for;  // why it stopped to lead last
    std::optional<Resignation> resignation;
    Health health;
    bool host_paused = false;          // as told in this life
    std::optional<Certificate> stood;  // the votes of its own last candidacy
    std::uint64_t next_number = 1;     // of SetQuorum and ReadEnd
};

}  // namespace foyer::leadership
