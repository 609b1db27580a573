/* After the faults (-DLIVE): does a leader serve again, whatever was before?
 *
 * At any moment of a run of lease_votes.pml all that is under way is lost, and from then on nobody
 * crashes, clocks are right, and a message and its answer take less than a tick: there is no tick
 * while a step is due. So no fairness is assumed of steps. One member may be away for good, without
 * power or cut off.
 *
 * Who may stand draws a delay of 1 to DRAWS ticks; rank in S, which keeps delays apart, is left out.
 * A round lasts until the next tick. Two that stand in the same tick for ever elect nobody, and no
 * coin falls like that for ever. A tick is lucky if one member's delay is over alone, unlucky if
 * more than one is. Assumed is: if infinitely many are unlucky, then STREAK lucky ones follow one
 * another, again and again. Each draw could be of a tick that no other has (checked), so that
 * chance alone makes it true.
 */
#define ROUND 1
#define DRAWS 3
#ifndef STREAK
#define STREAK 2
#endif
#define UNLUCKY (STREAK + 1)
#if BUG == 203 /* everybody waits equally long */
#define drawn(d) ((d) == 2)
#else
#define drawn(d) true
#endif
#if BUG == 202
bool lost_one[N]; /* a round: it never stands again */
#define gave_up(m) lost_one[m] = true
#define never_again(m) lost_one[m]
#else
#define gave_up(m) skip
#define never_again(m) false
#endif
#define NEXT(m) (((m) + 1) % N)
#define LAST(m) (((m) + 2) % N)

#define linked(a, b) (away != (a) && away != (b))

/* Who is cut off is nobody any more. */
inline forget_member(m) {
    epoch[m] = 0;
    voted[m] = NOBODY;
    over[m] = false;
    has[m] = 0;
    role[m] = FOLLOWER;
    bound[m] = 0;
    released[m] = false;
    up[m] = false;
    left[AT(m, m)] = 0
}
inline begin_quiet(m) {
    printf("the faults end, %d is away\n", m);
    quiet = true;
    away = m;
    crashes = 0;
    stood = 0;
    for (j : 0 .. EPOCHS) {
        asked[j] = 0;
        resign_sent[j] = 0;
        for (i : 0 .. N - 1) { asked_with[j * N + i] = 0 }
    }
    for (i : 0 .. N - 1) {
        answer[AT(i, i)] = T;
        skew[i] = 0;
        delay[i] = (role[i] == CANDIDATE -> ROUND + 1 : (role[i] == RESUMING -> WAIT + 1 : 0))
    }
    if
    :: m < N -> forget_member(m); waits_no_more(m)
    :: else
    fi;
    rename_epochs()
}

/* --- standing --------------------------------------------------------------------------------- */

#define able(m) (away != (m) && role[m] == FOLLOWER && may_bind_to(m, m))
#define may_draw(m) (able(m) && delay[m] == 0 && !never_again(m))
#define nobody_has(m, d) (delay[NEXT(m)] != (d) && delay[LAST(m)] != (d))
inline draw(m, d) {
    printf("%d waits for %d ticks\n", m, d - 1);
    CHECK(18, nobody_has(m, 2) && drawn(2) || nobody_has(m, 3) && drawn(3) ||
              nobody_has(m, 4) && drawn(4));
    delay[m] = d
}

/* The pre-vote: who has a quorum for it stands, the others learn the newer record and wait again. */
#define would(v, p) (linked(v, p) && role[v] == FOLLOWER && has[p] >= has[v] && may_bind_to(v, p))
#define is_due(m) (able(m) && delay[m] == 1)
#define has_quorum(m) (would(NEXT(m), m) || would(LAST(m), m))
#define may_be_refused(m) (is_due(m) && !has_quorum(m))
inline be_refused(m) {
    printf("%d has no quorum for a round\n", m);
    waits_no_more(m);
    if
    :: linked(NEXT(m), m) && has[NEXT(m)] > has[m] -> hold(m, has[NEXT(m)])
    :: else
    fi;
    if
    :: linked(LAST(m), m) && has[LAST(m)] > has[m] -> hold(m, has[LAST(m)])
    :: else
    fi;
    rename_epochs()
}

/* Above all it heard of; or above what it heard of, which another stands for at this moment. */
#define at_least(x, y) ((x) > (y) -> (x) : (y))
#define newest_of(m) at_least(epoch[m], has[m])
#define TOP at_least(newest_of(0), at_least(newest_of(1), newest_of(2)))
inline stand_anew(p, above) {
    printf("%d stands for an epoch\n", p);
    epoch[p] = TOP + above;
    voted[p] = p;
    over[p] = false;
    released[p] = false;
    bound[p] = 0;
    role[p] = CANDIDATE;
    delay[p] = ROUND + 1;
    rename_epochs()
}
#define may_stand_anew(m) (is_due(m) && has_quorum(m))
#define stands_now(c) (role[c] == CANDIDATE && delay[c] == ROUND + 1)
#define may_stand_with(m, c)                                                                       \
    (may_stand_anew(m) && linked(m, c) && stands_now(c) && epoch[c] > epoch[m] && epoch[c] == TOP)

/* --- requests and answers --------------------------------------------------------------------- */

#define may_vote_anew(v, p)                                                                        \
    (linked(v, p) && role[p] == CANDIDATE && delay[p] > 1 && role[v] == FOLLOWER &&               \
     has[p] >= has[v] && may_bind_to(v, p) &&                                                      \
     (epoch[p] > epoch[v] || (epoch[p] == epoch[v] && same_vote(v, p) && bound[v] < WAIT)))
inline vote_anew(v, p) {
    printf("%d votes for %d\n", v, p);
    if
    :: epoch[p] > epoch[v] -> over[v] = false; released[v] = false
    :: else
    fi;
    epoch[v] = epoch[p];
    voted[v] = p;
    has[v] = has[p];
    promise(v, p);
    rename_epochs()
}

#define is_worth(v, p) (bound[v] < WAIT || (left[AT(p, p)] < T && answer[AT(p, p)] == T))
#define may_renew_anew(v, p) (linked(v, p) && may_renew(v, p) && is_worth(v, p))
inline renew_anew(v, p) {
    printf("%d renews its promise to %d\n", v, p);
    promise(v, p)
}

/* One that resumes renews only: it writes its record again when it has promises. */
#define may_accept_anew(v, p) (linked(v, p) && role[p] == LEADER && may_accept(v, p))
inline accept_anew(v, p) {
    printf("%d accepts the record of %d\n", v, p);
    hold(v, epoch[p]);
    promise(v, p);
    rename_epochs()
}

#define may_release_anew(v, p) (linked(v, p) && may_release(v, p, epoch[v]))

/* From a refusal: it may come, and nothing rests on it. */
#define may_learn_anew(v, w) (linked(v, w) && role[v] == FOLLOWER && has[w] > has[v])
inline learn_anew(v, w) {
    printf("%d learns a record from %d\n", v, w);
    hold(v, has[w]);
    rename_epochs()
}

/* Who hears a higher epoch, or the winner of its own, stands and leads no more. */
#define may_yield(v, p)                                                                            \
    (linked(v, p) && ((leads(v) && epoch[p] > epoch[v]) ||                                         \
                      (role[v] == CANDIDATE &&                                                     \
                       (epoch[p] > epoch[v] || (role[p] == LEADER && epoch[p] == epoch[v])))))
inline yield(v) {
    waits_no_more(v);
    if
    :: role[v] == CANDIDATE -> gave_up(v); resign(v)
    :: else -> fence(v)
    fi
}

#define is_over(m)                                                                                 \
    (role[m] == FENCING || (role[m] == CANDIDATE && delay[m] == 1) ||                              \
     (role[m] == RESUMING && delay[m] == 1))
inline end_role(m) {
    waits_no_more(m);
    if
    :: role[m] == RESUMING -> fence(m)
    :: role[m] == CANDIDATE -> gave_up(m); resign(m)
    :: else -> resign(m)
    fi
}

/* --- time goes on when nothing is left to do -------------------------------------------------- */

#define due_alone(m)                                                                               \
    (may_draw(m) || is_due(m) || may_hear(m, m) ||        \
     may_win(m) || may_go_on(m) || is_over(m))
#define due_of(v, p)                                                                               \
    (may_vote_anew(v, p) || may_renew_anew(v, p) || may_accept_anew(v, p) ||                      \
     may_release_anew(v, p) || may_yield(v, p))
#define all_is_done                                                                                \
    (!due_alone(0) && !due_alone(1) && !due_alone(2) && !due_of(0, 1) && !due_of(0, 2) &&         \
     !due_of(1, 0) && !due_of(1, 2) && !due_of(2, 0) && !due_of(2, 1))
inline wait_on(m) {
    pass(m, 1);
    if
    :: role[m] == FOLLOWER && !able(m) -> waits_no_more(m)
    :: delay[m] > 1 -> delay[m] = delay[m] - 1
    :: else
    fi
}
#define acts(m) (delay[m] == 1)
#define stands_alone(m) (role[m] == FOLLOWER && acts(m))
inline tick() {
    for (j : 1 .. ROOM) { resign_sent[j] = 0 }
    j = 0;
    wait_on(0);
    wait_on(1);
    wait_on(2);
    if
    :: luck == UNLUCKY -> luck = 0
    :: else
    fi;
    if
    :: acts(0) + acts(1) + acts(2) > 1 -> luck = UNLUCKY
    :: acts(0) + acts(1) + acts(2) == 1 &&
       (stands_alone(0) || stands_alone(1) || stands_alone(2)) -> luck = luck + (luck < STREAK)
    :: else
    fi
}

#define BEGIN_QUIET(m) :: d_step { true -> begin_quiet(m) }; break
#define DRAW(m, d) :: d_step { may_draw(m) && drawn(d) -> draw(m, d) }
#define ONE_ANEW(m)                                                                                \
    DRAW(m, 2) DRAW(m, 3) DRAW(m, 4)                                                               \
    :: d_step { may_be_refused(m) -> be_refused(m) }                                               \
    :: d_step { may_stand_anew(m) -> stand_anew(m, 1) }                                      \
    :: d_step { may_stand_with(m, NEXT(m)) -> stand_anew(m, 0) }                                 \
    :: d_step { may_stand_with(m, LAST(m)) -> stand_anew(m, 0) }                                 \
    :: d_step { may_hear(m, m) -> hear(m, m) }                                                     \
    :: d_step { may_win(m) -> win(m); waits_no_more(m) }                                           \
    :: d_step { may_go_on(m) -> go_on(m); waits_no_more(m) }                                       \
    :: d_step { is_over(m) -> end_role(m) }
#define PAIR_ANEW(v, p)                                                                            \
    :: d_step { may_vote_anew(v, p) -> vote_anew(v, p) }                                     \
    :: d_step { may_renew_anew(v, p) -> renew_anew(v, p) }                                   \
    :: d_step { may_accept_anew(v, p) -> accept_anew(v, p) }                                 \
    :: d_step { may_release_anew(v, p) -> release(v, p, epoch[v]) }                                \
    :: d_step { may_learn_anew(v, p) -> learn_anew(v, p) }                                         \
    :: d_step { may_yield(v, p) -> yield(v) }
#define QUIET_STEPS                                                                                \
    EACH_MEMBER(ONE_ANEW)                                                                          \
    EACH_PAIR(PAIR_ANEW)                                                                           \
    :: d_step { all_is_done -> tick() }

/* --- the claim, turned round ------------------------------------------------------------------ */

/* A leader that stays; so the opposite is a run in which again and again nobody serves. */
#define serving (up[0] || up[1] || up[2])
never {
before:
    do
    :: true
    :: quiet -> goto streaks
    :: quiet -> goto unlucky_no_more
    od;
streaks: /* infinitely many lucky streaks */
    do
    :: luck != STREAK
    :: luck == STREAK -> goto then_nobody
    od;
then_nobody:
    do
    :: serving
    :: !serving -> goto accept_streaks
    od;
accept_streaks:
    if
    :: true -> goto streaks
    fi;
unlucky_no_more: /* no unlucky tick from here on */
    do
    :: luck != UNLUCKY && serving
    :: luck != UNLUCKY && !serving -> goto accept_unlucky_no_more
    od;
accept_unlucky_no_more:
    do
    :: luck != UNLUCKY && serving -> goto unlucky_no_more
    :: luck != UNLUCKY && !serving
    od
}
