/* The in-sync set S, its k, and positions: no acknowledged write is lost. There is no time: a
 * promise may be over at any moment, so whatever holds here holds without clocks.
 *
 * Members 0 .. DATA-1 hold data, the others are witnesses. Member 0 was just elected in epoch 1.
 * One process takes one protocol step at a time; messages are facts of the past, as in
 * lease_votes.pml. README.md says what is kept and what is left out.
 *
 * -DDATA, -DN voters, -DEPOCHS, -DWRITES an epoch, -DSTEPS of S or k, -DCLONES, -DFIRST_S (bits),
 * -DFIRST_K; -DBUG, -DGOAL, -DONLY as in common.pml; -DLITERAL checks L7 by the moment alone; -DLIVE:
 * whether writes are acknowledged again after the faults (sync_quiet.pml).
 */
#ifndef N
#define N 3
#endif
#ifndef DATA
#define DATA 3
#endif
#ifndef EPOCHS
#define EPOCHS 3
#endif
#ifndef WRITES
#define WRITES 1
#endif
#ifndef STEPS
#define STEPS 2
#endif
#ifndef CLONES
#define CLONES 1
#endif
#ifndef FIRST_S
#define FIRST_S ((1 << DATA) - 1)
#endif
#ifndef FIRST_K
#define FIRST_K 2
#endif
#define NOBODY N
#include "common.pml"

#define FOLLOWER 0
#define CANDIDATE 1
#define LEADER 2

/* A log is a count of entries for each epoch, two bits each: the marker first, then the writes.
 * Numbers of this form compare as positions do: the newest epoch held, then how much of it. */
#define COUNT(log, e) (((log) >> (2 * ((e) - 1))) & 3)
#define ENTRY(e) (1 << (2 * ((e) - 1)))
#define BELOW(log, e) ((log) & (ENTRY(e) - 1))
#define LENGTH(log) (COUNT(log, 1) + COUNT(log, 2) + COUNT(log, 3))
#define NEWEST(log) (COUNT(log, 3) -> 3 : (COUNT(log, 2) -> 2 : (COUNT(log, 1) -> 1 : 0)))
#if BUG == 4
#define ahead(l, m) (LENGTH(l) > LENGTH(m))
#else
#define ahead(l, m) ((l) > (m))
#endif

/* A record is named by its ballot: epoch * SEQS + seq. Ballot 0: what all held before epoch 1. */
#ifdef LIVE
#define SEQS 6
#else
#define SEQS 4
#endif
#define BALLOT(e, s) ((e) * SEQS + (s))
#define EPOCH_OF(b) ((b) / SEQS)
#define BALLOTS (SEQS * EPOCHS + SEQS)
#define BIT(m) (1 << (m))
#define HAS(set, m) (((set) >> (m)) & 1)
#define SIZE(set) (HAS(set, 0) + HAS(set, 1) + HAS(set, 2) + HAS(set, 3) + HAS(set, 4))
#define IS_QUORUM(set) (2 * SIZE(set) > N)

/* Durable, of a member. */
byte epoch[N] = 1;
byte rec[N];
byte log[N];
bool rejoining[N];
bool torn[N];          /* and something of its copy was replaced already */
byte rejoin_base[N]; /* epoch of the leader it began to copy; 0: it may have acknowledged in it */
/* Volatile, of a member. */
byte role[N];
byte from[N];  /* whose epoch's stream its receiver reads; 0: stopped */
byte votes[N]; /* that a candidate has */

/* Records written, and what became of them. */
byte in_sync[BALLOTS];
byte copies[BALLOTS];
byte leader_of[EPOCHS + 1] = NOBODY;
byte parent[EPOCHS + 1];  /* ballot the leader of an epoch was elected with */
byte base[EPOCHS + 1];    /* its log then */
byte last_seq[EPOCHS + 1];
byte accepted[EPOCHS + 1]; /* who accepted its newest record: bits */
byte committed[EPOCHS + 1]; /* newest seq that a quorum accepted, known to the leader or not */
byte written[EPOCHS + 1];  /* entries of this epoch in its leader's log, marker included */
/* Volatile, of the leader of an epoch. */
byte known[EPOCHS + 1];       /* newest seq it knows as committed */
bool opened[EPOCHS + 1];
byte names[EPOCHS + 1];       /* database side: who counts, the leader included */
byte k_db[EPOCHS + 1];
byte step[EPOCHS + 1];        /* what it is doing: SHRINK + x, RAISE */
byte mark[EPOCHS + 1];        /* end it read when the database side had changed */
byte flushed[(EPOCHS + 1) * N]; /* what each standby reported of this epoch */
#define SHRINK 1
#define RAISE 7
#define FLUSHED(e, m) flushed[(e) * N + (m)]

/* For each epoch, how much of it clients were told is written, or can have read; with the first
 * entry goes the log that its leader began with. */
byte seen;
byte steps, clones;
byte stood = 1;
byte newest_elected = 1;
#if GOAL
bool shrunk, grown;
#endif
byte i, j, b;
#ifdef LIVE
bool quiet;
#define still_stands(e) ((e) < EPOCHS) /* the last epoch is for what comes after the faults */
#define STEPPED_LAST 2
#else
#define still_stands(e) true
#define STEPPED_LAST 3
#endif

#define leads(e)                                                                                   \
    (leader_of[e] != NOBODY && role[leader_of[e]] == LEADER && epoch[leader_of[e]] == (e))
#define newest(e) BALLOT(e, last_seq[e])
#define idle(e) (leads(e) && known[e] == last_seq[e] && known[e] > 0 && step[e] == 0)
#define whole_log(e) (base[e] + written[e] * ENTRY(e))
#define has_up_to(e, m, set, end) (HAS(set, m) && FLUSHED(e, m) >= (end))
#define HOLDERS(e, set, end)                                                                       \
    (has_up_to(e, 0, set, end) + has_up_to(e, 1, set, end) +                                       \
     (DATA > 2 && has_up_to(e, 2 % DATA, set, end)))

/* --- invariants ------------------------------------------------------------------------------- */

/* L5 and L7: a leader holds all that any leader before it acknowledged, also what that one
 * acknowledges later, from answers that were under way. */
inline check_nothing_lost(n, e) {
    for (i : 1 .. EPOCHS) {
        if
        :: i < e && COUNT(seen, i) > 0 ->
            CHECK(n, COUNT(base[e], i) >= COUNT(seen, i) && BELOW(base[e], i) == base[i])
        :: else
        fi
    }
    i = 0
}
inline check_successors(e) {
    for (j : 1 .. EPOCHS) {
        if
        :: j > e && leader_of[j] != NOBODY ->
            check_nothing_lost(7, j)
        :: else
        fi
    }
    j = 0
}

/* L4: record b_old is `heir` or an ancestor of it. */
inline check_ancestor(b_old, heir) {
    b = heir;
    do
    :: EPOCH_OF(b) > EPOCH_OF(b_old) -> b = parent[EPOCH_OF(b)]
    :: else -> break
    od;
    CHECK(4, EPOCH_OF(b) == EPOCH_OF(b_old) && b >= (b_old));
    b = 0
}
inline check_descends(e) {
    for (j : 1 .. EPOCHS) {
        if
        :: j < e && committed[j] > 0 -> check_ancestor(BALLOT(j, committed[j]), parent[e])
        :: else
        fi
    }
    j = 0
}
inline note_accepted(e, v) {
    accepted[e] = accepted[e] | BIT(v);
    if
    :: IS_QUORUM(accepted[e]) && committed[e] < last_seq[e] ->
        committed[e] = last_seq[e];
        accepted[e] = BIT(N) - 1; /* who else accepts it changes nothing */
        for (j : 1 .. EPOCHS) {
            if
            :: j > e && leader_of[j] != NOBODY -> check_ancestor(newest(e), parent[j])
            :: else
            fi
        }
        j = 0
    :: else
    fi
}

/* L6, first half: what the database counts is enough for the record. */
#define covers(e, r)                                                                               \
    (k_db[e] >= copies[r] + SIZE(names[e] & ~in_sync[r]))
/* Second half: what was acknowledged in this epoch is held, or was by who is silent now. */
#define held(e, r, m) (HAS(in_sync[r], m) && (rejoining[m] || COUNT(log[m], e) >= COUNT(seen, e)))
#define kept(e, r)                                                                                 \
    (held(e, r, 0) + held(e, r, 1) + (DATA > 2 && held(e, r, 2 % DATA)) >= copies[r])
inline check_cover(e) {
    if
    :: newest_elected == e && names[e] != 0 ->
        CHECK(6, covers(e, newest(e)) && kept(e, newest(e)));
        CHECK(6, covers(e, BALLOT(e, committed[e])) && kept(e, BALLOT(e, committed[e])))
    :: else
    fi
}

/* --- elections -------------------------------------------------------------------------------- */

#if FIRST_S == 7
#define in_order(p) (HAS(stood, p) || stood == (1 << (p)) - 1)
#else
#define in_order(p) true
#endif
#define may_stand(p, e)                                                                            \
    ((p) < DATA && role[p] == FOLLOWER && (e) > epoch[p] && HAS(in_sync[rec[p]], p) &&            \
     !rejoining[p] && in_order(p))
inline stand(p, e) {
    printf("%d stands for epoch %d\n", p, e);
    from[p] = 0;
    epoch[p] = e;
    role[p] = CANDIDATE;
    votes[p] = BIT(p);
#if FIRST_S == 7
    stood = stood | BIT(p)
#else
    skip
#endif
}

/* One that rejoins tells no position, but knows what it cannot have been the only one to hold: it
 * acknowledged nothing of its base's epoch, and that leader began with all there was before. */
#define contains_base(l, e)                                                                        \
    ((e) != 0 && (NEWEST(l) >= (e) || (NEWEST(l) == NEWEST(base[e]) && (l) >= base[e])))
#if BUG == 15
#define agrees(v, l) (!ahead(log[v], l))
#elif BUG == 211 /* one that rejoins votes for nobody */
#define agrees(v, l) (!rejoining[v] && !ahead(log[v], l))
#else
#define agrees(v, l)                                                                               \
    ((!rejoining[v] && !ahead(log[v], l)) || (rejoining[v] && contains_base(l, rejoin_base[v])))
#endif
#define may_vote(v, p)                                                                             \
    (role[p] == CANDIDATE && role[v] == FOLLOWER && epoch[p] > epoch[v] && rec[p] >= rec[v] &&    \
     HAS(in_sync[rec[p]], p) &&                                                                    \
     (!HAS(in_sync[rec[p]], v) || agrees(v, log[p])))
inline vote(v, p) {
    printf("%d votes for %d in epoch %d\n", v, p, epoch[p]);
#if BUG != 3
    from[v] = 0;
#endif
    epoch[v] = epoch[p];
    rec[v] = rec[p];
    votes[p] = votes[p] | BIT(v)
}

#define may_win(p)                                                                                 \
    (role[p] == CANDIDATE && IS_QUORUM(votes[p]) &&                                                \
     SIZE(votes[p] & in_sync[rec[p]]) >= SIZE(in_sync[rec[p]]) - copies[rec[p]] + 1)
inline win(p) {
    printf("%d is elected in epoch %d\n", p, epoch[p]);
    CHECK(2, leader_of[epoch[p]] == NOBODY);
    role[p] = LEADER;
    votes[p] = 0;
    leader_of[epoch[p]] = p;
    base[epoch[p]] = log[p];
    parent[epoch[p]] = rec[p];
    if
    :: epoch[p] > newest_elected -> newest_elected = epoch[p]
    :: else
    fi;
    check_nothing_lost(5, epoch[p]);
    check_descends(epoch[p]);
    propose(epoch[p], in_sync[rec[p]], copies[rec[p]])
}

inline give_up(p) {
    printf("%d gives up epoch %d\n", p, epoch[p]);
    role[p] = FOLLOWER;
    votes[p] = 0
}

/* A leader that was superseded, or whose lease is over: its service is dead. */
inline resign(e) {
    printf("%d resigns epoch %d\n", leader_of[e], e);
    role[leader_of[e]] = FOLLOWER;
    opened[e] = false;
    names[e] = 0;
    k_db[e] = 0;
    step[e] = 0;
    mark[e] = 0;
    known[e] = 0;
    for (i : 0 .. N - 1) { FLUSHED(e, i) = 0 }
    i = 0
}

/* --- the record ------------------------------------------------------------------------------- */

inline propose(e, set, k) {
    last_seq[e] = last_seq[e] + 1;
    in_sync[newest(e)] = set;
    copies[newest(e)] = k;
    CHECK(13, k >= 1 && k <= SIZE(set) && HAS(set, leader_of[e]));
    rec[leader_of[e]] = newest(e);
    accepted[e] = BIT(leader_of[e]);
    printf("%d writes record %d.%d: S %d, k %d\n", leader_of[e], e, last_seq[e],
           in_sync[newest(e)], copies[newest(e)])
}

/* Raising the epoch stops the receiver. A member that leads or stands has given up before. */
inline hold(v, r) {
    if
    :: EPOCH_OF(r) > epoch[v] ->
        epoch[v] = EPOCH_OF(r);
#if BUG != 3
        from[v] = 0
#endif
    :: else
    fi;
    rec[v] = r
}

/* Only its newest record is still to be committed: the ones before are. */
#define may_accept(v, e)                                                                           \
    (leader_of[e] != NOBODY && role[v] == FOLLOWER && epoch[v] <= (e) && rec[v] < newest(e))
inline accept(v, e) {
    printf("%d accepts record %d.%d\n", v, e, last_seq[e]);
    hold(v, newest(e));
    note_accepted(e, v)
}

/* Held before by hearsay, then accepted: the answer counts only now. */
#define may_confirm(v, e)                                                                          \
    (leader_of[e] != NOBODY && role[v] == FOLLOWER && epoch[v] <= (e) && rec[v] == newest(e) &&   \
     !HAS(accepted[e], v))
inline confirm(v, e) {
    printf("%d accepts record %d.%d, which it held\n", v, e, last_seq[e]);
    note_accepted(e, v)
}

#define may_learn(v, e, s)                                                                         \
    (last_seq[e] >= (s) && role[v] == FOLLOWER && rec[v] < BALLOT(e, s))
inline learn(v, e, s) {
    printf("%d learns record %d.%d\n", v, e, s);
    hold(v, BALLOT(e, s))
}

#define may_know(e) (leads(e) && known[e] < committed[e] && written[e] > 0)
inline know(e) {
    printf("%d knows record %d.%d as committed\n", leader_of[e], e, committed[e]);
    known[e] = committed[e];
    if
    :: names[e] != 0 -> /* grow and lower k: now the database may do as the record says */
        names[e] = in_sync[newest(e)];
        k_db[e] = copies[newest(e)]
    :: else
    fi;
    check_cover(e)
}

#if BUG == 10
#define may_promote(e) (leads(e) && written[e] == 0)
#else
#define may_promote(e) (leads(e) && written[e] == 0 && committed[e] > 0)
#endif
inline promote(e) {
    printf("%d is promoted in epoch %d\n", leader_of[e], e);
    CHECK(12, committed[e] > 0);
    known[e] = committed[e];
    names[e] = in_sync[newest(e)];
    k_db[e] = copies[newest(e)];
    append(e)
}

/* --- the log ---------------------------------------------------------------------------------- */

inline append(e) {
    written[e]++;
    log[leader_of[e]] = log[leader_of[e]] + ENTRY(e);
    FLUSHED(e, leader_of[e]) = written[e]
}

#if BUG == 14
#define enough_hold(e) true
#else
#define enough_hold(e) (HOLDERS(e, in_sync[newest(e)], written[e]) >= copies[newest(e)])
#endif
#if BUG == 10
#define may_open(e) (leads(e) && !opened[e] && written[e] > 0 && enough_hold(e))
#else
#define may_open(e) (idle(e) && !opened[e] && written[e] > 0 && enough_hold(e))
#endif
inline open(e) {
    printf("%d opens epoch %d to clients\n", leader_of[e], e);
    CHECK(11, committed[e] > 0 && HOLDERS(e, in_sync[newest(e)], written[e]) >= copies[newest(e)]);
    names[e] = in_sync[newest(e)];
    k_db[e] = copies[newest(e)];
    opened[e] = true;
    seen = seen + (written[e] - COUNT(seen, e)) * ENTRY(e); /* now it can be read */
    check_cover(e);
    check_successors(e)
}

/* The agent or the service restarts: closed, and a step not yet in a record is forgotten. */
#define may_close(e) (leads(e) && opened[e])
inline close(e) {
    printf("%d restarts in epoch %d and is closed\n", leader_of[e], e);
    opened[e] = false;
    names[e] = 0;
    k_db[e] = 0;
    step[e] = 0;
    mark[e] = 0
}

#define may_write(e) (leads(e) && opened[e] && written[e] < 1 + WRITES)
inline write(e) {
    printf("%d writes in epoch %d\n", leader_of[e], e);
    append(e)
}

#define may_acknowledge(e)                                                                         \
    (leads(e) && opened[e] && COUNT(seen, e) < written[e] &&                                       \
     HOLDERS(e, names[e], COUNT(seen, e) + 1) >= k_db[e])
inline acknowledge(e) {
    printf("%d acknowledges write %d of epoch %d\n", leader_of[e], COUNT(seen, e), e);
    seen = seen + ENTRY(e);
#ifdef LITERAL
    CHECK(7, newest_elected == e);
#endif
    check_cover(e);
    check_successors(e)
}

/* What v has is a beginning of what the leader of e has: else it has diverged. */
#define begins(l, whole)                                                                              \
    ((l) == 0 || (BELOW(l, NEWEST(l)) == BELOW(whole, NEWEST(l)) &&                                   \
                  COUNT(l, NEWEST(l)) <= COUNT(whole, NEWEST(l))))
#define belongs(v, e)                                                                              \
    ((v) < DATA && role[v] == FOLLOWER && epoch[v] == (e) && EPOCH_OF(rec[v]) == (e) &&           \
     leader_of[e] != NOBODY && leader_of[e] != (v))
#define may_follow(v, e)                                                                           \
    (belongs(v, e) && leads(e) && written[e] > 0 && from[v] != (e) && !rejoining[v] &&            \
     begins(log[v], whole_log(e)))
inline report(v, e) {
    if
    :: leads(e) && COUNT(log[v], e) > FLUSHED(e, v) -> FLUSHED(e, v) = COUNT(log[v], e)
    :: else
    fi
}
inline follow(v, e) {
    printf("%d follows epoch %d\n", v, e);
    from[v] = e;
    report(v, e)
}

/* The stream may hold all that the leader ever wrote, also long after it is superseded. */
#define may_receive(v, e)                                                                          \
    ((v) < DATA && from[v] == (e) && log[v] != whole_log(e) && begins(log[v], whole_log(e)))
inline receive(v, e) {
    CHECK(10, epoch[v] == e && EPOCH_OF(rec[v]) == e && !rejoining[v]);
    j = NEWEST(log[v]);
    if
    :: j > 0 && COUNT(log[v], j) < COUNT(whole_log(e), j) -> skip
    :: else ->
        j++;
        do
        :: COUNT(whole_log(e), j) == 0 -> j++
        :: else -> break
        od
    fi;
    log[v] = log[v] + ENTRY(j);
    printf("%d flushes entry %d of epoch %d\n", v, COUNT(log[v], j), j);
    j = 0;
    report(v, e)
}

/* Rewound or cloned: as long as it lasts the copy is worth nothing. In the log of a leader whose
 * marker it holds it may have acknowledged: then there is no base. */
#if BUG == 18
#define base_of(v, e) (e)
#else
#define base_of(v, e) (COUNT(log[v], e) > 0 -> 0 : (e))
#endif
#define may_rejoin(v, e)                                                                           \
    (belongs(v, e) && leads(e) && written[e] > 0 && !rejoining[v] &&                               \
     (!begins(log[v], whole_log(e)) || clones < CLONES))
inline rejoin(v, e) {
    printf("%d rejoins epoch %d\n", v, e);
    if
    :: begins(log[v], whole_log(e)) -> clones++
    :: else
    fi;
    rejoining[v] = true;
    rejoin_base[v] = base_of(v, e);
    from[v] = 0
}
#define may_tear(v) (rejoining[v] && !torn[v])
inline tear(v) {
    printf("%d begins to replace its copy\n", v);
    torn[v] = true;
    log[v] = 0
}
/* The receiver is stopped, and with it the rejoin, before anything was replaced. */
#if BUG == 19
#define may_be_whole(v) (rejoining[v])
#else
#define may_be_whole(v) (rejoining[v] && !torn[v])
#endif
inline whole(v) {
    printf("%d is whole and rejoins no more\n", v);
    rejoining[v] = false;
    rejoin_base[v] = 0;
    torn[v] = false
}
/* The next leader, before it was done: the later base contains all that was acknowledged as well. */
#define may_rebase(v, e)                                                                           \
    (belongs(v, e) && leads(e) && written[e] > 0 && rejoining[v] && rejoin_base[v] != 0 &&         \
     rejoin_base[v] != (e))
inline rebase(v, e) {
    printf("%d rejoins epoch %d instead\n", v, e);
    rejoin_base[v] = e
}
#define may_rejoined(v, e) (belongs(v, e) && leads(e) && written[e] > 0 && torn[v])
inline rejoined(v, e) {
    printf("%d has rejoined epoch %d\n", v, e);
    rejoining[v] = false;
    rejoin_base[v] = 0;
    torn[v] = false;
    log[v] = whole_log(e);
    from[v] = e;
    report(v, e)
}

/* --- the four steps --------------------------------------------------------------------------- */

#define may_step(e) (idle(e) && opened[e] && steps < STEPS && last_seq[e] < STEPPED_LAST)
#define set_of(e) in_sync[newest(e)]
#define k_of(e) copies[newest(e)]

#define may_shrink(e, x)                                                                           \
    (may_step(e) && HAS(set_of(e), x) && leader_of[e] != (x) && SIZE(set_of(e)) - 1 >= k_of(e))
inline shrink(e, x) {
    printf("%d takes %d from the names\n", leader_of[e], x);
    steps++;
    step[e] = SHRINK + x;
    names[e] = names[e] & ~BIT(x);
    mark[e] = written[e];
    check_cover(e)
}
#if BUG == 5
#define rest_holds(e) true
#else
#define rest_holds(e)                                                                              \
    (HOLDERS(e, set_of(e) & ~BIT(step[e] - SHRINK), mark[e]) >= k_of(e))
#endif
#define may_shrunk(e) (leads(e) && step[e] > 0 && step[e] < RAISE && rest_holds(e))
inline shrunk_record(e) {
    i = step[e] - SHRINK;
    step[e] = 0;
    mark[e] = 0;
#if GOAL
    shrunk = true;
#endif
    propose(e, in_sync[rec[leader_of[e]]] & ~BIT(i), copies[rec[leader_of[e]]]);
    i = 0;
    check_cover(e)
}

#define may_grow(e, y)                                                                             \
    ((y) < DATA && may_step(e) && !HAS(set_of(e), y) && from[y] == (e) && FLUSHED(e, y) > 0)
inline grow(e, y) {
    steps++;
#if GOAL
    grown = grown || shrunk;
#endif
    propose(e, in_sync[rec[leader_of[e]]] | BIT(y), copies[rec[leader_of[e]]]);
#if BUG == 13
    names[e] = names[e] | BIT(y);
#endif
    check_cover(e)
}

#define may_raise(e) (may_step(e) && k_of(e) < SIZE(set_of(e)))
inline raise(e) {
    printf("%d raises k of the database\n", leader_of[e]);
    steps++;
    step[e] = RAISE;
    k_db[e]++;
    mark[e] = written[e];
    check_cover(e)
}
#define may_raised(e)                                                                              \
    (leads(e) && step[e] == RAISE && HOLDERS(e, set_of(e), mark[e]) >= k_of(e) + 1)
inline raised_record(e) {
    step[e] = 0;
    mark[e] = 0;
    propose(e, in_sync[rec[leader_of[e]]], copies[rec[leader_of[e]]] + 1);
    check_cover(e)
}

#define may_lower(e) (may_step(e) && k_of(e) > 1)
inline lower(e) {
    steps++;
    propose(e, in_sync[rec[leader_of[e]]], copies[rec[leader_of[e]]] - 1);
    check_cover(e)
}

/* BUG 11: an open record is given another content. */
#define may_change(e) (leads(e) && last_seq[e] > committed[e] && last_seq[e] > 1)
inline change(e) {
    printf("%d changes record %d.%d\n", leader_of[e], e, last_seq[e]);
    CHECK(3, in_sync[newest(e)] == in_sync[newest(e) - 1] && k_of(e) == copies[newest(e) - 1]);
    in_sync[newest(e)] = in_sync[newest(e) - 1];
    copies[newest(e)] = copies[newest(e) - 1]
}

/* --- all steps -------------------------------------------------------------------------------- */

#define STAND(p, e) :: d_step { may_stand(p, e) && still_stands(e) -> stand(p, e) }
#define MEMBER_EPOCH(v, e)                                                                         \
    :: d_step { may_accept(v, e) -> accept(v, e) }                                                 \
    :: d_step { may_confirm(v, e) -> confirm(v, e) }                                               \
    :: d_step { may_learn(v, e, 1) -> learn(v, e, 1) }                                             \
    :: d_step { may_learn(v, e, 2) -> learn(v, e, 2) }                                             \
    :: d_step { may_learn(v, e, 3) -> learn(v, e, 3) }                                             \
    :: d_step { may_follow(v, e) -> follow(v, e) }                                                 \
    :: d_step { may_receive(v, e) -> receive(v, e) }                                               \
    :: d_step { may_rejoin(v, e) -> rejoin(v, e) }                                                 \
    :: d_step { may_rebase(v, e) -> rebase(v, e) }                                                 \
    :: d_step { may_rejoined(v, e) -> rejoined(v, e) }                                             \
    :: d_step { may_shrink(e, v) -> shrink(e, v) }                                                 \
    :: d_step { may_grow(e, v) -> grow(e, v) }
#define MEMBER(m)                                                                                  \
    EACH_EPOCH1(STAND, m)                                                                          \
    EACH_EPOCH1(MEMBER_EPOCH, m)                                                                   \
    :: d_step { may_tear(m) -> tear(m) }                                                           \
    :: d_step { may_be_whole(m) -> whole(m) }                                                      \
    :: d_step { may_win(m) -> win(m) }                                                             \
    :: d_step { role[m] == CANDIDATE -> give_up(m) }
#define PAIR(v, p) :: d_step { may_vote(v, p) -> vote(v, p) }
#define LEADING(unused, e)                                                                         \
    :: d_step { leads(e) -> resign(e) }                                                            \
    :: d_step { may_know(e) -> know(e) }                                                           \
    :: d_step { may_promote(e) -> promote(e) }                                                     \
    :: d_step { may_open(e) -> open(e) }                                                           \
    :: d_step { may_close(e) -> close(e) }                                                         \
    :: d_step { may_write(e) -> write(e) }                                                         \
    :: d_step { may_acknowledge(e) -> acknowledge(e) }                                             \
    :: d_step { may_shrunk(e) -> shrunk_record(e) }                                                \
    :: d_step { may_raise(e) -> raise(e) }                                                         \
    :: d_step { may_raised(e) -> raised_record(e) }                                                \
    :: d_step { may_lower(e) -> lower(e) }

#ifdef LIVE
#include "sync_quiet.pml"
#endif

active proctype group() {
    d_step {
        in_sync[0] = FIRST_S;
        copies[0] = FIRST_K;
        role[0] = LEADER;
        leader_of[1] = 0;
        propose(1, FIRST_S, FIRST_K)
    }
end:
    do
    EACH_MEMBER(MEMBER)
    EACH_PAIR(PAIR)
    EACH_EPOCH1(LEADING, 0)
#if BUG == 11
    :: d_step { may_change(1) -> change(1) }
#endif
#if GOAL == 1 /* a write of epoch 1 is acknowledged, and again one of another leader's epoch 2 */
    :: d_step { COUNT(seen, 1) > 1 && COUNT(seen, 2) > 1 && leader_of[2] == 1 -> assert(false) }
#elif GOAL == 2 /* S is shrunk by one leader and grown by the next */
    :: d_step { grown && leads(2) && known[2] == 2 && leader_of[2] != 0 && last_seq[1] == 2 ->
        assert(false) }
#elif GOAL == 3 /* an old leader has diverged, rejoins and stands again */
    :: d_step { leader_of[3] == 0 && leader_of[2] == 1 && COUNT(base[3], 2) > 0 &&
        COUNT(base[3], 1) < written[1] -> assert(false) }
#elif GOAL == 4 /* a superseded leader goes on to acknowledge, from answers under way */
    :: d_step { leader_of[2] == 1 && leads(1) && COUNT(seen, 1) > 1 -> assert(false) }
#elif GOAL == 5 /* k is lowered, then S shrunk: one copy goes on */
    :: d_step { leads(1) && known[1] == 3 && k_of(1) == 1 && SIZE(set_of(1)) < SIZE(FIRST_S) &&
        COUNT(seen, 1) > 1 -> assert(false) }
#elif GOAL == 6 /* both followers rejoin, and their leader is elected again */
    :: d_step { leader_of[2] == 0 && torn[1] && torn[2] -> assert(false) }
#elif GOAL == 7 /* one that rejoins elects another leader than the one it began to copy */
    :: d_step { leader_of[3] == 1 && leader_of[2] == 0 && torn[2] && rejoin_base[2] == 2 &&
        COUNT(base[3], 2) == 0 -> assert(false) }
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
