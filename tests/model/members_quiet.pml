/* After the faults (-DLIVE): does a change of members that was begun end, whatever was before?
 *
 * At any moment of a run of members.pml all that is under way is lost; from then on nobody crashes,
 * and what can be done is done, in any order: no step undoes another, so each run ends, and no
 * fairness is assumed but that it does not stop before. One member may be away for good, beside
 * those that lost their state; the others are a quorum of the newest record that one of them holds.
 * Two that stand at one moment are lease_votes.pml's matter: here one stands at a time, after a
 * pre-vote, and a leader without a quorum has lost its lease.
 */
byte away;
#define alive(m) (role[m] != LOST && away != (m))
#define LIVING                                                                                     \
    (alive(0) | alive(1) << 1 | alive(2) << 2 | alive(3) << 3 | alive(4) << 4)
#define record_of(m) (alive(m) -> rec[m] : 0)
inline begin_quiet(m) {
    printf("the faults end, %d is away\n", m);
    quiet = true;
    away = m;
    for (i : 0 .. N - 1) {
        votes[i] = 0;
        if
        :: role[i] == CANDIDATE -> role[i] = FOLLOWER
        :: else
        fi;
        if
        :: record_of(i) > b -> b = record_of(i)
        :: else
        fi
    }
    quiet = IS_QUORUM(LIVING, b); /* else nothing is claimed */
    i = 0;
    b = 0
}

#define works(m) (alive(m) && role[m] != FOLLOWER)
#define nobody_leads (!works(0) && !works(1) && !works(2) && !works(3) && !works(4))

/* --- a leader that is none any more ------------------------------------------------------------ */

#define hears_higher(p, v) (alive(v) && named(v, rec[p]) && epoch[v] > epoch[p])
#define is_superseded(p)                                                                           \
    (hears_higher(p, 0) || hears_higher(p, 1) || hears_higher(p, 2) || hears_higher(p, 3) ||      \
     hears_higher(p, 4))
#define may_yield(p)                                                                               \
    (alive(p) && role[p] == LEADER && (is_superseded(p) || !IS_QUORUM(LIVING, rec[p])))

/* --- the next one ------------------------------------------------------------------------------ */

#define would(v, p)                                                                                \
    ((v) == (p) || (alive(v) && role[v] == FOLLOWER && rec[p] >= rec[v] && named(v, rec[p])))
#define WOULD(p)                                                                                   \
    (would(0, p) | would(1, p) << 1 | would(2, p) << 2 | would(3, p) << 3 | would(4, p) << 4)
#define may_ask(p)                                                                                 \
    (alive(p) && role[p] == FOLLOWER && rec[p] != 0 && HAS(members[rec[p]], p) && nobody_leads)
#define may_stand_anew(p) (may_ask(p) && epoch[p] < EPOCHS && IS_QUORUM(WOULD(p), rec[p]))
/* Refused, with the newer record. */
#if BUG == 223
#define may_learn_anew(p, v) false
#else
#define may_learn_anew(p, v)                                                                       \
    (may_ask(p) && alive(v) && named(v, rec[p]) && rec[v] > rec[p])
#endif
inline learn_anew(p, v) {
    printf("%d learns a record from %d\n", p, v);
    hold(p, rec[v])
}

#define ONE_ANEW(m)                                                                                \
    :: d_step { may_yield(m) -> resign(m) }                                                        \
    :: d_step { may_stand_anew(m) -> stand(m, EPOCHS) }                                            \
    :: d_step { alive(m) && may_win(m) -> win(m) }
#define PAIR_ANEW(v, p)                                                                            \
    :: d_step { alive(v) && alive(p) && may_vote(v, p) -> vote(v, p) }                             \
    :: d_step { may_learn_anew(v, p) -> learn_anew(v, p) }
#define ACCEPT_ANEW(v, e)                                                                          \
    :: d_step { alive(v) && leads(e) && alive(leader_of[e]) && may_accept(v, e) -> accept(v, e) }
#define MEMBER_ANEW(m) EACH_EPOCH1(ACCEPT_ANEW, m)
#define LEADING_ANEW(unused, e) :: d_step { may_end(e) && alive(leader_of[e]) -> end_joint(e) }
#define QUIET_STEPS                                                                                \
    EACH_MEMBER(ONE_ANEW)                                                                          \
    EACH_MEMBER(MEMBER_ANEW)                                                                       \
    EACH_PAIR(PAIR_ANEW)                                                                           \
    EACH_EPOCH1(LEADING_ANEW, 0)
#define BEGIN_QUIET(m) :: d_step { true -> begin_quiet(m) }; break

#define ended(e)                                                                                   \
    (leads(e) && alive(leader_of[e]) && committed[e] == last_seq[e] && !former[newest(e)])
#if EPOCHS == 2
#define done (ended(1) || ended(2))
#else
#define done (ended(1) || ended(2) || ended(3))
#endif
NEVER_DONE
