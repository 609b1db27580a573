/* Lease and votes: who may serve, when, with clocks that drift and members that crash.
 *
 * One process takes one protocol step at a time, each an indivisible d_step. What was ever sent can
 * be received at any later moment, again, or never: so messages are facts of the past (asked,
 * leader_of, resign_sent) and need no channels. README.md says what is kept and what is left out.
 *
 * -DN voters (3 or 5), -DEPOCHS, -DCRASHES, -DWINDOW: ticks with at most one wrong one, -DSTEADY:
 * none at all, -DKILL: what is left of a promise when the service is dead; -DBUG plants an error,
 * -DGOAL asks whether an end can be reached, -DONLY checks one invariant alone, -DLIVE: whether it
 * comes back after the faults (lease_quiet.pml).
 */
#ifndef N
#define N 3
#endif
#ifndef EPOCHS
#define EPOCHS 3
#endif
#ifndef CRASHES
#define CRASHES 2
#endif
#define T 3
#define WAIT (T + 2)
#define MARGIN 1
#ifndef WINDOW
#define WINDOW T
#endif
#ifndef KILL
#define KILL MARGIN
#endif
#define NOBODY N
#ifdef LIVE
#define ROOM (2 * N + 1) /* epochs have names then: each member's, its record's, and a new one */
#else
#define ROOM EPOCHS
#endif
#include "common.pml"

#define FOLLOWER 0
#define CANDIDATE 1
#define LEADER 2
#define RESUMING 3
#define FENCING 4

/* Durable. voted: in `epoch`; has: epoch of the record held, whose leader is leader_of[has];
 * over: `resigned` is this epoch. */
byte epoch[N];
byte voted[N] = NOBODY;
bool over[N];
byte has[N];

/* Volatile. Timers hold what is left of them on the member's own clock. */
byte role[N];
byte bound[N]; /* promise_until and quiet_until: neither matters towards the holder */
bool released[N];
byte skew[N]; /* regular ticks until this clock may be wrong again */
/* Of a candidate or leader p, for each voter v: what is left of the promise it heard, and the age
 * of the request that the newest answer under way answers (T: worth nothing). With three voters any
 * one promise decides, so only the best is kept, at AT(p, p). */
#define AT(p, v) ((p) * N + (v))
byte left[N * N];
byte answer[N * N] = T;
bool up[N]; /* the service serves as leader */

/* The past. */
byte asked[EPOCHS + 1];              /* who asked for votes in this epoch: bits */
byte asked_with[(EPOCHS + 1) * N];   /* epoch of the record it asked with */
byte leader_of[ROOM + 1] = NOBODY; /* who was elected */
byte resign_sent[ROOM + 1];        /* bits */
byte told_epoch[N];                  /* newest vote or record that others may know of */
byte told_vote[N] = NOBODY;
byte crashes;
byte stood; /* who ever stood: bits */
#if GOAL
bool resumed, freed, loser_followed;
#endif
#if BUG == 102
byte synced_epoch[N];
byte synced_voted[N] = NOBODY;
#endif
byte i, j; /* loop variables, 0 between steps */
#include "lease_names.pml"

#define holder(v) ((has[v] == epoch[v] && epoch[v] > 0) -> leader_of[epoch[v]] : voted[v])
#define asks(p) (role[p] == CANDIDATE || role[p] == LEADER || role[p] == RESUMING)
#if N == 3
#define SLOT(p, v) AT(p, p)
#define lease(p) left[AT(p, p)]
#define waiting(p) (answer[AT(p, p)] < T)
#else
/* What two of the four others reach. */
#define SLOT(p, v) AT(p, v)
#define reach(p, t, v) ((v) != (p) && left[AT(p, v)] >= (t))
#define count(p, t)                                                                                \
    (reach(p, t, 0) + reach(p, t, 1) + reach(p, t, 2) + reach(p, t, 3) + reach(p, t, 4))
#define lease(p)                                                                                   \
    (count(p, 3) >= 2 -> 3 : (count(p, 2) >= 2 -> 2 : (count(p, 1) >= 2 -> 1 : 0)))
#define waiting(p)                                                                                 \
    (answer[AT(p, 0)] < T || answer[AT(p, 1)] < T || answer[AT(p, 2)] < T ||                      \
     answer[AT(p, 3)] < T || answer[AT(p, 4)] < T)
#endif
#if BUG == 1
#define may_bind_to(v, p) true
#else
#define may_bind_to(v, p) (bound[v] == 0 || released[v] || holder(v) == (p))
#endif

inline check_one_serves() {
    j = 0;
    for (i : 0 .. N - 1) { j = j + up[i] }
    CHECK(1, j <= 1);
    i = 0;
    j = 0
}

inline forget_answers(p) {
    for (i : 0 .. N - 1) { answer[AT(p, i)] = T; left[AT(p, i)] = 0 }
    i = 0
}

/* A vote told to others: no older one, and no second one of its epoch. */
inline tell_vote(v, e, p) {
#ifdef LIVE
    skip
#else
    CHECK(8, e >= told_epoch[v]);
    CHECK(9, e != told_epoch[v] || told_vote[v] == p);
    told_epoch[v] = e;
    told_vote[v] = p
#endif
}

/* The answer to a request sent just now. One to an older request binds the voter as long and is
 * worth less to the leader, who could as well end a longer lease early. */
inline promise(v, p) {
    bound[v] = WAIT;
    waits_no_more(v);
    if
    :: left[SLOT(p, v)] < T || BUG == 9 -> answer[SLOT(p, v)] = 0
    :: else
    fi
}

/* A record raises the epoch, or names another holder of the same epoch: whoever released me before
 * was not this one. */
inline hold(v, e) {
    if
    :: e > epoch[v] ->
        epoch[v] = e;
        voted[v] = leader_of[e];
        over[v] = false;
        released[v] = false;
#ifndef LIVE
        if
        :: e >= told_epoch[v] -> told_epoch[v] = e; told_vote[v] = voted[v]
        :: else
        fi
#endif
    :: e == epoch[v] && has[v] < e && voted[v] != leader_of[e] ->
#if GOAL
        loser_followed = true;
#endif
#if BUG != 17
        released[v] = false
#endif
    :: else
    fi;
    has[v] = e
}

/* An epoch that all have left behind: nobody answers what was asked in it. */
#define all_reach(x, e)                                                                            \
    (x[0] >= e && x[1] >= e && x[2] >= e && x[N - 2] >= e && x[N - 1] >= e)
inline forget_left() {
    for (j : 1 .. EPOCHS - 1) {
        if
        :: all_reach(epoch, j + 1) ->
            asked[j] = 0;
            resign_sent[j] = 0;
            for (i : 0 .. N - 1) { asked_with[j * N + i] = 0 }
            if
            :: all_reach(has, j) -> leader_of[j] = 0
            :: else
            fi
        :: else
        fi
    }
    i = 0;
    j = 0
}
inline forget_past() {
#ifdef LIVE
    if
    :: quiet -> rename_epochs()
    :: else -> forget_left()
    fi
#elif GOAL == 0
    forget_left()
#else
    skip
#endif
}

/* --- steps: what must hold, what happens ------------------------------------------------------ */

/* Any run can be renamed so that members stand for the first time in the order of their index. */
#define in_order(p) ((stood >> (p)) & 1 || stood == (1 << (p)) - 1)
#define may_stand(p, e)                                                                            \
    (role[p] == FOLLOWER && (e) > epoch[p] && in_order(p) && may_bind_to(p, p))
inline stand(p, e) {
    printf("%d stands for epoch %d\n", p, e);
    epoch[p] = e;
    voted[p] = p;
    over[p] = false;
    released[p] = false;
    bound[p] = 0;
    tell_vote(p, e, p);
    asked[e] = asked[e] | (1 << p);
    asked_with[(e) * N + p] = has[p];
    stood = stood | (1 << p);
    role[p] = CANDIDATE;
    forget_past()
}

#if BUG == 2
#define same_vote(v, p) true
#else
#define same_vote(v, p) (voted[v] == (p) && holder(v) == (p))
#endif
#define stands_in(p, e) (role[p] == CANDIDATE && epoch[p] == (e))
#define may_vote(v, p, e)                                                                          \
    ((asked[e] >> (p)) & 1 && role[v] == FOLLOWER && asked_with[(e) * N + p] >= has[v] &&         \
     ((e) > epoch[v] || ((e) == epoch[v] && same_vote(v, p) && stands_in(p, e))) &&               \
     may_bind_to(v, p))
inline vote(v, p, e) {
    printf("%d votes for %d in epoch %d\n", v, p, e);
#if BUG == 102
    synced_epoch[v] = epoch[v];
    synced_voted[v] = voted[v];
#endif
    if
    :: e > epoch[v] ->
#if GOAL
        freed = freed || released[v];
#endif
        over[v] = false;
        released[v] = false
    :: else
    fi;
    tell_vote(v, e, p);
    epoch[v] = e;
    voted[v] = p;
    has[v] = asked_with[(e) * N + p];
    if
    :: stands_in(p, e) -> promise(v, p)
    :: else -> bound[v] = WAIT
    fi;
    forget_past()
}

#define leads(p) (role[p] == LEADER || role[p] == RESUMING)
#define may_renew(v, p)                                                                            \
    (leads(p) && role[v] == FOLLOWER && epoch[v] == epoch[p] && holder(v) == (p) && !released[v])
inline renew(v, p) {
    printf("%d renews its promise to %d\n", v, p);
    promise(v, p)
}

#define may_accept(v, p)                                                                           \
    (leads(p) && role[v] == FOLLOWER && epoch[v] <= epoch[p] && has[v] < has[p])
inline accept(v, p) {
    printf("%d accepts the record of %d in epoch %d\n", v, p, epoch[p]);
    hold(v, epoch[p]);
    promise(v, p);
    forget_past()
}

/* A write that comes late, a refusal or an announcement: held, without a promise. */
#define may_learn(v, e) (leader_of[e] != NOBODY && role[v] == FOLLOWER && has[v] < (e))
inline learn(v, e) {
    printf("%d learns the record of epoch %d\n", v, e);
    hold(v, e);
    forget_past()
}

#if BUG == 9
#define worth(p, v) T
#else
#define worth(p, v) (T - answer[AT(p, v)])
#endif
#define may_hear(p, v) (asks(p) && answer[AT(p, v)] < T)
inline hear(p, v) {
    printf("%d hears a promise that answers a request %d ticks old\n", p, answer[AT(p, v)]);
    if
    :: worth(p, v) > left[AT(p, v)] -> left[AT(p, v)] = worth(p, v)
    :: else
    fi;
    answer[AT(p, v)] = T
}

inline serve(p) {
    CHECK(14, !((resign_sent[epoch[p]] >> (p)) & 1));
    role[p] = LEADER;
    up[p] = true;
    check_one_serves()
}

/* From the election on, as if clients were open: safety must not rest on what comes between. */
#define may_win(p) (role[p] == CANDIDATE && lease(p) >= MARGIN + 1)
inline win(p) {
    printf("%d is elected in epoch %d\n", p, epoch[p]);
    CHECK(2, leader_of[epoch[p]] == NOBODY || leader_of[epoch[p]] == p);
    leader_of[epoch[p]] = p;
    has[p] = epoch[p];
    serve(p);
    forget_past()
}

#define may_go_on(p) (role[p] == RESUMING && lease(p) >= MARGIN + 1)
inline go_on(p) {
    printf("%d resumes in epoch %d\n", p, epoch[p]);
#if GOAL
    resumed = true;
#endif
    serve(p)
}

inline fence(p) {
    printf("%d stops leading and fences its service\n", p);
    role[p] = FENCING;
    for (i : 0 .. N - 1) { answer[AT(p, i)] = T }
    i = 0
}

/* A candidate that gives up, or a leader whose service is dead. */
#define may_resign(p) (role[p] == CANDIDATE || role[p] == FENCING)
inline resign(p) {
    printf("%d resigns epoch %d\n", p, epoch[p]);
#if BUG == 12
    if
    :: !up[p] -> forget_answers(p)
    :: else
    fi;
#else
    up[p] = false;
    forget_answers(p);
#endif
    CHECK(14, !up[p]);
    over[p] = true;
    resign_sent[epoch[p]] = resign_sent[epoch[p]] | (1 << p);
    role[p] = FOLLOWER;
    bound[p] = 0;
    released[p] = true
}

#define may_release(v, p, e)                                                                       \
    ((resign_sent[e] >> (p)) & 1 && role[v] == FOLLOWER && epoch[v] == (e) && holder(v) == (p) && \
     !released[v])
inline release(v, p, e) {
    printf("%d is released by %d from epoch %d\n", v, p, e);
    released[v] = true;
    bound[v] = 0
}

/* Crash and restart in one: a member that stays down does what one does that takes no step, and a
 * service that outlives its agent what a leader's does that takes no step. The restarted agent
 * fences it, or closes it to clients. */
#define may_crash(m) (crashes < CRASHES)
inline crash(m) {
    printf("%d crashes and restarts\n", m);
    crashes++;
    up[m] = false;
    forget_answers(m);
    released[m] = false;
#if BUG == 8
    epoch[m] = 0;
    voted[m] = NOBODY;
    has[m] = 0;
    over[m] = false;
#elif BUG == 102
    if
    :: has[m] < epoch[m] -> epoch[m] = synced_epoch[m]; voted[m] = synced_voted[m]
    :: else
    fi;
#endif
    if
    :: epoch[m] > 0 && has[m] == epoch[m] && leader_of[has[m]] == m && !over[m] ->
        role[m] = RESUMING;
        bound[m] = 0
    :: else ->
        role[m] = FOLLOWER;
#if BUG == 1 || BUG == 101 || BUG == 8
        bound[m] = 0
#else
        bound[m] = WAIT
#endif
    fi
}

#include "lease_clock.pml"

/* --- all steps of all members ----------------------------------------------------------------- */

#define STAND(p, e) :: d_step { may_stand(p, e) -> stand(p, e) }
#define VOTE(v, p, e) :: d_step { may_vote(v, p, e) -> vote(v, p, e) }
#define RELEASE(v, p, e) :: d_step { may_release(v, p, e) -> release(v, p, e) }
#define LEARN(v, e) :: d_step { may_learn(v, e) -> learn(v, e) }
#define PAIR(v, p)                                                                                 \
    EACH_EPOCH2(VOTE, v, p)                                                                        \
    EACH_EPOCH2(RELEASE, v, p)                                                                     \
    :: d_step { may_renew(v, p) -> renew(v, p) }                                                   \
    :: d_step { may_accept(v, p) -> accept(v, p) }
#define HEAR(p, v) :: d_step { may_hear(p, v) -> hear(p, v) }
#define ONE(m)                                                                                     \
    EACH_EPOCH1(STAND, m)                                                                          \
    EACH_EPOCH1(LEARN, m)                                                                          \
    :: d_step { may_win(m) -> win(m) }                                                             \
    :: d_step { may_go_on(m) -> go_on(m) }                                                         \
    :: d_step { may_resign(m) -> resign(m) }                                                       \
    :: d_step { leads(m) -> fence(m) }                                                             \
    :: d_step { may_crash(m) -> crash(m) }

#ifdef LIVE
#include "lease_quiet.pml"
#endif

active proctype group() {
end:
    do
    EACH_MEMBER(ONE)
    EACH_PAIR(PAIR)
#if N == 3
    HEAR(0, 0) HEAR(1, 1) HEAR(2, 2)
    :: atomic { running(0) || running(1) || running(2) -> clock(0); clock(1); clock(2) }
#else
    EACH_PAIR(HEAR)
    :: atomic { true -> clock(0); clock(1); clock(2); clock(3); clock(4) }
#endif
#if GOAL == 1 /* a second leader, after the first one crashed */
    :: d_step { leader_of[1] == 0 && leader_of[2] == 1 && up[1] && role[0] == RESUMING ->
        assert(false) }
#elif GOAL == 2 /* a leader restarts and resumes */
    :: d_step { resumed -> assert(false) }
#elif GOAL == 3 /* a leader hands over before its promises have run out */
    :: d_step { freed && leader_of[2] != NOBODY && crashes == 0 -> assert(false) }
#elif GOAL == 4 /* three leaders in three epochs */
    :: d_step { leader_of[1] == 0 && leader_of[2] == 1 && leader_of[3] == 2 -> assert(false) }
#elif GOAL == 5 /* the voter of a loser follows the winner of the same epoch */
    :: d_step { loser_followed -> assert(false) }
#endif
#ifdef LIVE
    BEGIN_QUIET(0) BEGIN_QUIET(1) BEGIN_QUIET(2) BEGIN_QUIET(NOBODY)
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
