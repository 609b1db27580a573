/* Members and generations: who may be elected while the members themselves change, and after a
 * person had the master force a new generation. There is no time, no S, and no position: every
 * member may lead. The first VOTERS are the members; two more are spares with empty state. Member 0 was
 * just elected in epoch 1.
 *
 * One process takes one protocol step at a time; messages are facts of the past, as in
 * lease_votes.pml. README.md says what is kept and what is left out.
 *
 * -DVOTERS, -DEPOCHS of the first generation, -DFORCED epochs of the second (0: it is never forced),
 * -DCHANGES, -DLOSSES of a member's state; -DBUG, -DGOAL, -DONLY as in common.pml; -DLIVE: whether
 * a change that was begun ends after the faults (members_quiet.pml).
 */
#ifndef VOTERS
#define VOTERS 3 /* or 5 */
#endif
#if VOTERS == 5
#define N 7
#else
#define N 5
#endif
#define ALL_VOTERS ((1 << VOTERS) - 1)
#ifndef EPOCHS
#define EPOCHS 3
#endif
#ifndef FORCED
#define FORCED 1
#endif
#ifndef CHANGES
#define CHANGES 2
#endif
#ifndef LOSSES
#define LOSSES 1
#endif
#define NOBODY N
#include "common.pml"

#define FOLLOWER 0
#define CANDIDATE 1
#define LEADER 2
#define LOST 3 /* its state is gone: it gets another index */

/* Epochs of both generations on one line: 1 .. EPOCHS, then GENERATION for the first record of the
 * second one, then its epochs. A record is named by its ballot, epoch * 4 + seq; 0: none. */
#define GENERATION (EPOCHS + 1)
#define TERMS (GENERATION + FORCED + 1)
#define BALLOT(e, s) ((e) * 4 + (s))
#define EPOCH_OF(b) ((b) / 4)
#define FIRST BALLOT(0, 1)
#define FORCED_FIRST BALLOT(GENERATION, 0)
#define BIT(m) (1 << (m))
#define HAS(set, m) (((set) >> (m)) & 1)
#define SIZE(set)                                                                                  \
    (HAS(set, 0) + HAS(set, 1) + HAS(set, 2) + HAS(set, 3) + HAS(set, 4) + HAS(set, 5) + HAS(set, 6))
#define MAJORITY(set, of_them) (2 * SIZE((set) & (of_them)) > SIZE(of_them))
#define IS_QUORUM(set, r) (MAJORITY(set, members[r]) && (!former[r] || MAJORITY(set, former[r])))

/* Durable, of a member. Whom it voted for matters no more: it votes above its epoch only. */
byte epoch[N];
byte rec[N];
/* Volatile. */
byte role[N];
byte votes[N];

/* Records written, and what became of them. former: old_members. */
byte members[4 * TERMS];
byte former[4 * TERMS];
byte leader_of[TERMS] = NOBODY;
byte parent[TERMS];
byte last_seq[TERMS];
byte accepted[TERMS];
byte committed[TERMS];
byte changes, losses;
byte next_spare = VOTERS;
byte stood = 1;
bool forced;
#if BUG == 2 || BUG == 8
byte vote_of[TERMS * N] = NOBODY;
#endif
byte i, j, b;
#ifdef LIVE
bool quiet;
#define still_stands(e) ((e) < EPOCHS) /* the last epoch is for what comes after the faults */
#define CHANGED_LAST 2
#else
#define still_stands(e) true
#define CHANGED_LAST 3
#endif

#define leads(e)                                                                                   \
    (leader_of[e] != NOBODY && role[leader_of[e]] == LEADER && epoch[leader_of[e]] == (e))
#define newest(e) BALLOT(e, last_seq[e])
#define named(m, r) HAS(members[r] | former[r], m)

/* --- invariants ------------------------------------------------------------------------------- */

/* L4, within a generation: the committed record is an ancestor of what is written after it. */
inline check_ancestor(older, heir) {
    b = heir;
    do
    :: EPOCH_OF(b) > EPOCH_OF(older) -> b = parent[EPOCH_OF(b)]
    :: else -> break
    od;
    CHECK(4, EPOCH_OF(b) == EPOCH_OF(older) && b >= (older));
    b = 0
}
#define same_generation(d, e) (((d) < GENERATION) == ((e) < GENERATION))
inline check_descends(e) {
    for (j : 1 .. TERMS - 1) {
        if
        :: j < e && committed[j] > 0 && same_generation(j, e) ->
            check_ancestor(BALLOT(j, committed[j]), parent[e])
        :: else
        fi
    }
    j = 0
}
inline note_accepted(e, v) {
    accepted[e] = accepted[e] | BIT(v);
    if
    :: IS_QUORUM(accepted[e], newest(e)) && committed[e] < last_seq[e] ->
        committed[e] = last_seq[e];
        accepted[e] = BIT(N) - 1; /* who else accepts it changes nothing */
        for (j : 1 .. TERMS - 1) {
            if
            :: j > e && leader_of[j] != NOBODY && same_generation(j, e) ->
                check_ancestor(newest(e), parent[j])
            :: else
            fi
        }
        j = 0
    :: else
    fi
}
inline tell_vote(v, e, p) {
#if BUG == 2 || BUG == 8
    CHECK(9, vote_of[(e) * N + v] == NOBODY || vote_of[(e) * N + v] == p);
    vote_of[(e) * N + v] = p
#else
    CHECK(9, (e) > epoch[v])
#endif
}
/* L13: at most one out and one in, and the leader stays. */
inline check_valid(e, new, old) {
    CHECK(13, HAS(new, leader_of[e]));
    CHECK(13, !(old) || (SIZE((old) & ~(new)) <= 1 && SIZE((new) & ~(old)) <= 1))
}

/* --- elections -------------------------------------------------------------------------------- */

/* Members 1 and 2 begin alike: whichever stands first is called 1. */
#define in_order(p) ((p) != 2 || HAS(stood, 1) || HAS(stood, 2))
#define may_stand(p, e)                                                                            \
    (role[p] == FOLLOWER && (e) > epoch[p] && rec[p] != 0 && HAS(members[rec[p]], p) &&           \
     same_generation(e, EPOCH_OF(rec[p])) && in_order(p))
inline stand(p, e) {
    printf("%d stands for epoch %d\n", p, e);
    tell_vote(p, e, p);
    epoch[p] = e;
    role[p] = CANDIDATE;
    votes[p] = BIT(p);
    if
    :: p == 1 -> stood = stood | BIT(p)
    :: else
    fi
}

#if BUG == 2
#define not_voted(v, p) (epoch[p] >= epoch[v])
#else
#define not_voted(v, p) (epoch[p] > epoch[v])
#endif
#define may_vote(v, p)                                                                             \
    (role[p] == CANDIDATE && role[v] == FOLLOWER && not_voted(v, p) && !HAS(votes[p], v) &&       \
     rec[p] >= rec[v] && named(v, rec[p]))
inline vote(v, p) {
    printf("%d votes for %d in epoch %d\n", v, p, epoch[p]);
    tell_vote(v, epoch[p], p);
    epoch[v] = epoch[p];
    rec[v] = rec[p];
    votes[p] = votes[p] | BIT(v)
}

#define may_win(p) (role[p] == CANDIDATE && IS_QUORUM(votes[p], rec[p]))
inline win(p) {
    printf("%d is elected in epoch %d\n", p, epoch[p]);
    CHECK(2, leader_of[epoch[p]] == NOBODY);
    role[p] = LEADER;
    votes[p] = 0;
    leader_of[epoch[p]] = p;
    parent[epoch[p]] = rec[p];
    check_descends(epoch[p]);
    propose(epoch[p], members[parent[epoch[p]]], former[parent[epoch[p]]])
}

/* A candidate, or a leader: it heard of a higher epoch, crashed, or does not want to. Restarted
 * within its lease a leader resends its newest record, as one does that took no step. */
inline resign(p) {
    printf("%d gives up epoch %d\n", p, epoch[p]);
    role[p] = FOLLOWER;
    votes[p] = 0
}

/* --- the record ------------------------------------------------------------------------------- */

inline propose(e, new, old) {
    last_seq[e] = last_seq[e] + 1;
    members[newest(e)] = new;
    former[newest(e)] = old;
    check_valid(e, members[newest(e)], former[newest(e)]);
    rec[leader_of[e]] = newest(e);
    accepted[e] = 0;
    note_accepted(e, leader_of[e]);
    printf("%d writes record %d.%d: members %d, old members %d\n", leader_of[e], e, last_seq[e],
           members[newest(e)], former[newest(e)])
}

inline hold(v, r) {
    if
    :: EPOCH_OF(r) > epoch[v] -> epoch[v] = EPOCH_OF(r)
    :: else
    fi;
    rec[v] = r
}

#if BUG == 222 /* what it learnt before is not accepted again */
#define not_held(v, r) (rec[v] < (r))
#else
#define not_held(v, r) (rec[v] <= (r))
#endif
#define may_accept(v, e)                                                                           \
    (leader_of[e] != NOBODY && role[v] == FOLLOWER && epoch[v] <= (e) &&                          \
     not_held(v, newest(e)) && !HAS(accepted[e], v) && named(v, newest(e)))
inline accept(v, e) {
    printf("%d accepts record %d.%d\n", v, e, last_seq[e]);
    hold(v, newest(e));
    note_accepted(e, v)
}

/* From a refusal or an announcement, or a write that was followed by others. Who holds nothing yet
 * takes only what names it. */
#define may_learn(v, e, s)                                                                         \
    (last_seq[e] >= (s) && role[v] == FOLLOWER && rec[v] < BALLOT(e, s) &&                         \
     (rec[v] != 0 || named(v, BALLOT(e, s))))
inline learn(v, e, s) {
    printf("%d learns record %d.%d\n", v, e, s);
    hold(v, BALLOT(e, s))
}

/* --- changes ---------------------------------------------------------------------------------- */

#if BUG == 16
#define settled(e) (committed[e] == last_seq[e] || last_seq[e] == 1)
#else
#define settled(e) (committed[e] == last_seq[e])
#endif
#define may_change(e)                                                                              \
    (leads(e) && settled(e) && last_seq[e] < CHANGED_LAST && !former[newest(e)] &&                \
     changes < CHANGES)

#if BUG == 6
#define joint_with(set) 0
#else
#define joint_with(set) (set)
#endif
#define may_swap(e, out)                                                                           \
    (may_change(e) && HAS(members[newest(e)], out) && leader_of[e] != (out) && next_spare < N)
inline swap(e, out) {
    changes++;
    j = members[newest(e)];
    propose(e, (j & ~BIT(out)) | BIT(next_spare), joint_with(j));
    j = 0;
    next_spare++
}
#define may_remove(e, out)                                                                         \
    (may_change(e) && HAS(members[newest(e)], out) && leader_of[e] != (out))
inline remove(e, out) {
    changes++;
    j = members[newest(e)];
    propose(e, j & ~BIT(out), joint_with(j));
    j = 0
}
#define may_add(e) (may_change(e) && next_spare < N)
inline add(e) {
    changes++;
    j = members[newest(e)];
    propose(e, j | BIT(next_spare), joint_with(j));
    j = 0;
    next_spare++
}

/* The joint state goes forward only, whoever leads. */
#if BUG == 221 /* only the leader that began it ends it */
#define may_end(e) (leads(e) && settled(e) && last_seq[e] == 2 && former[newest(e)])
#else
#define may_end(e) (leads(e) && settled(e) && last_seq[e] < 3 && former[newest(e)])
#endif
inline end_joint(e) {
    j = members[newest(e)];
    propose(e, j, 0);
    j = 0
}

/* BUG 7: the master writes a record with other members by itself. */
#define may_decree(e)                                                                              \
    (leader_of[e] != NOBODY && last_seq[e] < 3 && changes < CHANGES && next_spare < N)
inline decree(e, out) {
    printf("the master swaps %d\n", out);
    changes++;
    j = members[newest(e)];
    last_seq[e]++;
    members[newest(e)] = (j & ~BIT(out)) | BIT(next_spare);
    accepted[e] = 0;
    j = 0;
    next_spare++
}

/* BUG 11: an open record is given another content: the swap becomes another swap. */
#define may_rewrite(e) (leads(e) && committed[e] < last_seq[e] && former[newest(e)] == 7)
inline rewrite(e) {
    printf("%d changes record %d.%d\n", leader_of[e], e, last_seq[e]);
    CHECK(3, false)
}

/* --- lost state and forced generation --------------------------------------------------------- */

#define may_lose(m) (role[m] != LOST && rec[m] != 0 && losses < LOSSES)
inline lose(m) {
    printf("%d loses its state\n", m);
    losses++;
    votes[m] = 0;
    epoch[m] = 0;
#if BUG == 8
    rec[m] = 0;
    role[m] = FOLLOWER
#else
    rec[m] = 0;
    role[m] = LOST
#endif
}

#define may_force (FORCED > 0 && !forced)
inline force(set) {
    printf("a person forces a generation of members %d\n", set);
    forced = true;
    members[FORCED_FIRST] = set
}
#define may_take(v)                                                                                \
    (forced && role[v] != LOST && rec[v] < FORCED_FIRST && (rec[v] != 0 || named(v, FORCED_FIRST)))
inline take(v) {
    printf("%d takes the forced generation\n", v);
    role[v] = FOLLOWER;
    votes[v] = 0;
    epoch[v] = GENERATION;
    rec[v] = FORCED_FIRST
}

/* --- all steps -------------------------------------------------------------------------------- */

#if FORCED == 0
#define EACH_FORCED(X, a)
#elif FORCED == 1
#define EACH_FORCED(X, a) X(a, GENERATION + 1)
#else
#define EACH_FORCED(X, a) X(a, GENERATION + 1) X(a, GENERATION + 2)
#endif
#define STAND(p, e) :: d_step { may_stand(p, e) && still_stands(e) -> stand(p, e) }
#ifdef LEAN /* fewer kinds of steps, where a planted error needs a long run */
#define HEARSAY(v, e)
#define ADD(e)
#else
#define ADD(e) :: d_step { may_add(e) -> add(e) }
#define HEARSAY(v, e)                                                                              \
    :: d_step { may_learn(v, e, 1) -> learn(v, e, 1) }                                             \
    :: d_step { may_learn(v, e, 2) -> learn(v, e, 2) }                                             \
    :: d_step { may_learn(v, e, 3) -> learn(v, e, 3) }                                             \
    :: d_step { may_remove(e, v) -> remove(e, v) }
#endif
#define MEMBER_EPOCH(v, e)                                                                         \
    :: d_step { may_accept(v, e) -> accept(v, e) }                                                 \
    HEARSAY(v, e)                                                                                  \
    :: d_step { may_swap(e, v) -> swap(e, v) }
#define MEMBER(m)                                                                                  \
    EACH_EPOCH1(STAND, m)                                                                          \
    EACH_FORCED(STAND, m)                                                                          \
    EACH_EPOCH1(MEMBER_EPOCH, m)                                                                   \
    EACH_FORCED(MEMBER_EPOCH, m)                                                                   \
    :: d_step { may_win(m) -> win(m) }                                                             \
    :: d_step { role[m] == CANDIDATE || role[m] == LEADER -> resign(m) }                           \
    :: d_step { may_lose(m) -> lose(m) }                                                           \
    :: d_step { may_take(m) -> take(m) }
#define PAIR(v, p) :: d_step { may_vote(v, p) -> vote(v, p) }
#define LEADING(unused, e)                                                                         \
    ADD(e)                                                                                         \
    :: d_step { may_end(e) -> end_joint(e) }

#ifdef LIVE
#include "members_quiet.pml"
#endif

active proctype group() {
    d_step {
        members[FIRST] = ALL_VOTERS;
        for (i : 0 .. VOTERS - 1) { epoch[i] = 1; rec[i] = FIRST }
        i = 0;
#if BUG == 2 || BUG == 8
        vote_of[1 * N + 0] = 0;
        vote_of[1 * N + 1] = 0;
        vote_of[1 * N + 2] = 0;
#endif
        role[0] = LEADER;
        leader_of[1] = 0;
        parent[1] = FIRST;
        propose(1, ALL_VOTERS, 0)
    }
end:
    do
    EACH_MEMBER(MEMBER)
    EACH_PAIR(PAIR)
    EACH_EPOCH1(LEADING, 0)
    EACH_FORCED(LEADING, 0)
    /* Who is left is for a person to say: a majority of the first members, one, one and a spare. */
    :: d_step { may_force -> force(6) }
    :: d_step { may_force -> force(2) }
    :: d_step { may_force -> force(4) }
    :: d_step { may_force && next_spare > VOTERS -> force(2 | BIT(VOTERS)) }
    :: d_step { may_force && next_spare > VOTERS -> force(4 | BIT(VOTERS)) }
#if BUG == 7
    :: d_step { may_decree(1) -> decree(1, 1) }
    :: d_step { may_decree(1) -> decree(1, 2) }
#elif BUG == 11
    :: d_step { may_rewrite(1) -> rewrite(1) }
#endif
#if GOAL == 1 /* a second leader finishes the change that the first began */
    :: d_step { leader_of[2] == 1 && last_seq[1] == 2 && committed[1] == 1 && committed[2] == 2 &&
        former[BALLOT(2, 1)] == 7 && HAS(members[BALLOT(2, 2)], 3) -> assert(false) }
#elif GOAL == 2 /* a change is begun and its record forgotten */
    :: d_step { leader_of[2] == 1 && last_seq[1] == 2 && committed[2] == 1 &&
        former[BALLOT(2, 1)] == 0 -> assert(false) }
#elif GOAL == 3 /* a forced generation has a leader and a committed record */
    :: d_step { committed[GENERATION + 1] > 0 && losses > 0 -> assert(false) }
#elif GOAL == 4 /* two changes; a spare leads */
    :: d_step { leader_of[2] == 3 && committed[2] == 3 && changes == 2 -> assert(false) }
#elif GOAL == 5 /* a member that lost its state is replaced under another index */
    :: d_step { role[2] == LOST && committed[1] == 3 && members[BALLOT(1, 3)] == 11 ->
        assert(false) }
#endif
#ifdef LIVE
    BEGIN_QUIET(0) BEGIN_QUIET(1) BEGIN_QUIET(2) BEGIN_QUIET(3) BEGIN_QUIET(NOBODY)
#endif
    od
#ifdef LIVE
    ;
after_faults:
    do
    QUIET_STEPS
    od
#endif
}
