/* Time in lease_votes.pml: one tick of each member, on a clock that may be wrong. */
#ifdef STEADY /* no clock is ever wrong */
#define may_err(m) false
#else
#define may_err(m) (skew[m] == 0)
#endif
#define leads_time(m) (lease(m) || waiting(m))
#define less(x, by) ((x) > (by) -> (x) - (by) : 0)
#if BUG == 9 /* an answer never grows too old */
#define older(x, by) ((x) >= T -> T : ((x) + (by) >= T -> T - 1 : (x) + (by)))
#else
#define older(x, by) ((x) + (by) >= T -> T : (x) + (by))
#endif
inline pass(m, by) {
    if
    :: by != 1 -> skew[m] = WINDOW - 1
    :: else -> skew[m] = less(skew[m], 1)
    fi;
#if BUG != 201
    bound[m] = less(bound[m], by);
#endif
    for (i : 0 .. N - 1) {
        answer[AT(m, i)] = older(answer[AT(m, i)], by);
        left[AT(m, i)] = less(left[AT(m, i)], by);
        if /* worth no more than what is heard already */
        :: BUG != 9 && T - answer[AT(m, i)] <= left[AT(m, i)] -> answer[AT(m, i)] = T
        :: else
        fi
    }
    i = 0;
    if
    :: up[m] && lease(m) <= KILL -> up[m] = false
    :: else
    fi;
    if
    :: role[m] == LEADER && lease(m) <= MARGIN -> fence(m)
    :: else
    fi;
    if
    :: role[m] == FENCING && !up[m] -> forget_answers(m)
    :: else
    fi;
    /* No timer runs: when this clock was wrong last means nothing any more. */
    if
    :: !bound[m] && !leads_time(m) -> skew[m] = 0
    :: else
    fi
}
/* Of the two errors of a clock only the one that hurts: a fast voter forgets its promise early, a
 * slow leader serves too long. The other one makes it wait longer or stop earlier, which it may
 * always do. */
inline clock(m) {
    if
    :: d_step { true -> pass(m, 1) }
    :: d_step { may_err(m) && leads_time(m) -> printf("the clock of %d skips\n", m); pass(m, 0) }
    :: d_step { may_err(m) && bound[m] -> printf("the clock of %d doubles\n", m); pass(m, 2) }
    fi
}
#define running(m) (bound[m] || leads_time(m))
