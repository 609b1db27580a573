/* After the faults (-DLIVE): is a write acknowledged again, and does each copy that is there hold
 * it and belong to S, whatever was before?
 *
 * At any moment of a run of sync_set.pml all that is under way is lost; from then on nobody
 * crashes, and what can be done is done, in any order: no step undoes another, so each run ends,
 * and no fairness is assumed but that it does not stop before. One member may be away for good. Of the
 * others, by the newest record that one of them holds (L18): a quorum votes, |S| - k + 1 of S can
 * say that they are not ahead of the highest, k of S are there. Two that stand at one moment are
 * lease_votes.pml's matter: here one stands at a time, after a pre-vote. floor is 1.
 */
byte away;
bool wrote; /* the one write after the faults */
#define alive(m) (away != (m))
#define LIVING (alive(0) | alive(1) << 1 | alive(2) << 2)
/* A torn copy tells no position; what it may have held is in the log that contains its base. */
#define tells(m) (alive(m) && !torn[m])
#define behind(m, r, p) (!tells(m) || !HAS(in_sync[r], m) || log[m] <= log[p])
#define agrees_to(m, r, p)                                                                         \
    (alive(m) && (!torn[m] || !HAS(in_sync[r], m) || contains_base(log[p], rejoin_base[m])))
#define AGREE(r, p) (agrees_to(0, r, p) | agrees_to(1, r, p) << 1 | agrees_to(2, r, p) << 2)
#define is_highest(p, r)                                                                           \
    (tells(p) && HAS(in_sync[r], p) && behind(0, r, p) && behind(1, r, p) && behind(2, r, p) &&   \
     IS_QUORUM(AGREE(r, p)) &&                                                                     \
     SIZE(in_sync[r] & AGREE(r, p)) >= SIZE(in_sync[r]) - copies[r] + 1)
#define can_go_on(r)                                                                               \
    ((is_highest(0, r) || is_highest(1, r) || is_highest(2, r)) &&                                 \
     SIZE(in_sync[r] & LIVING) >= copies[r])
inline begin_quiet(m) {
    printf("the faults end, %d is away\n", m);
    away = m;
    for (i : 0 .. N - 1) {
        votes[i] = 0;
        if
        :: role[i] == CANDIDATE -> role[i] = FOLLOWER
        :: else
        fi;
        if
        :: alive(i) && rec[i] > b -> b = rec[i]
        :: else
        fi
    }
    quiet = can_go_on(b); /* else nothing is claimed */
    i = 0;
    b = 0
}

#define works(m) (alive(m) && role[m] != FOLLOWER)
#define nobody_leads (!works(0) && !works(1) && !works(2))
/* A leader that is superseded hears so before it does anything else. */
#define is_above(m, e) (alive(m) && epoch[m] > (e))
#define is_superseded(e) (is_above(0, e) || is_above(1, e) || is_above(2, e))
#define leads_now(e) (leads(e) && alive(leader_of[e]) && !is_superseded(e))
#define may_yield(e) (leads(e) && alive(leader_of[e]) && is_superseded(e))

/* --- the next leader -------------------------------------------------------------------------- */

#define would(v, p)                                                                                \
    ((v) == (p) || (alive(v) && role[v] == FOLLOWER && rec[p] >= rec[v] &&                        \
                    (!HAS(in_sync[rec[p]], v) || agrees(v, log[p]))))
#define WOULD(p) (would(0, p) | would(1, p) << 1 | would(2, p) << 2)
#define may_ask(p)                                                                                 \
    ((p) < DATA && alive(p) && role[p] == FOLLOWER && HAS(in_sync[rec[p]], p) && !rejoining[p] && \
     nobody_leads)
#define may_stand_anew(p)                                                                          \
    (may_ask(p) && epoch[p] < EPOCHS && IS_QUORUM(WOULD(p)) &&                                     \
     SIZE(WOULD(p) & in_sync[rec[p]]) >= SIZE(in_sync[rec[p]]) - copies[rec[p]] + 1)
/* Refused, with the newer record; or it refuses, being ahead, whose record is newer. */
#if BUG == 213
#define is_ahead_of(p, v) false
#else
#define is_ahead_of(p, v)                                                                          \
    (role[p] == FOLLOWER && may_ask(v) && HAS(in_sync[rec[v]], p) && !agrees(p, log[v]))
#endif
#define may_learn_anew(p, v)                                                                       \
    (alive(p) && alive(v) && rec[v] > rec[p] && (may_ask(p) || is_ahead_of(p, v)))
inline learn_anew(p, v) {
    printf("%d learns a record from %d\n", p, v);
    hold(p, rec[v])
}
/* Its leader is silent: the rejoin is stopped, before or after anything was replaced. */
#define may_be_whole_anew(m) (alive(m) && may_be_whole(m) && nobody_leads)

/* --- what the leader does --------------------------------------------------------------------- */

#define may_rejoin_anew(v, e) (may_rejoin(v, e) && !begins(log[v], whole_log(e)))

/* A step that takes too long, before its record is written: the database as the record again. */
#if BUG == 214
#define may_drop_step(e) false
#else
#define may_drop_step(e) (leads_now(e) && step[e] > 0)
#endif
inline drop_step(e) {
    printf("%d gives up its step in epoch %d\n", leader_of[e], e);
    step[e] = 0;
    mark[e] = 0;
    names[e] = set_of(e);
    k_db[e] = k_of(e)
}
/* floor = 1: a write needs no more copies than are there. */
#define may_lower_anew(e)                                                                          \
    (leads_now(e) && idle(e) && opened[e] && last_seq[e] < SEQS - 1 &&                             \
     k_of(e) > SIZE(set_of(e) & LIVING))
#define may_write_anew(e) (leads_now(e) && opened[e] && !wrote)
inline write_anew(e) {
    write(e);
    wrote = true
}
#define has_all(v, e) (from[v] == (e) && log[v] == whole_log(e))
#define may_grow_anew(e, y)                                                                        \
    ((y) < DATA && alive(y) && idle(e) && opened[e] && last_seq[e] < SEQS - 1 &&                  \
     !HAS(set_of(e), y) && has_all(y, e))

#if BUG == 212 /* what it learnt before is not accepted again */
#define CONFIRM_ANEW(v, e)
#else
#define CONFIRM_ANEW(v, e)                                                                         \
    :: d_step { alive(v) && leads_now(e) && may_confirm(v, e) -> confirm(v, e) }
#endif
#define ONE_ANEW(m)                                                                                \
    :: d_step { may_stand_anew(m) -> stand(m, EPOCHS) }                                            \
    :: d_step { alive(m) && may_win(m) -> win(m) }                                                 \
    :: d_step { may_be_whole_anew(m) -> whole(m) }
#define PAIR_ANEW(v, p)                                                                            \
    :: d_step { alive(v) && alive(p) && may_vote(v, p) -> vote(v, p) }                             \
    :: d_step { may_learn_anew(v, p) -> learn_anew(v, p) }
#define COPY_ANEW(v, e)                                                                            \
    :: d_step { alive(v) && leads_now(e) && may_accept(v, e) -> accept(v, e) }                     \
    CONFIRM_ANEW(v, e)                                                                             \
    :: d_step { alive(v) && leads_now(e) && may_follow(v, e) -> follow(v, e) }                     \
    :: d_step { alive(v) && leads_now(e) && may_receive(v, e) -> receive(v, e) }                   \
    :: d_step { alive(v) && leads_now(e) && may_rejoin_anew(v, e) -> rejoin(v, e) }                \
    :: d_step { alive(v) && leads_now(e) && may_rebase(v, e) -> rebase(v, e) }                     \
    :: d_step { belongs(v, e) && alive(v) && leads_now(e) && may_tear(v) -> tear(v) }              \
    :: d_step { alive(v) && leads_now(e) && may_rejoined(v, e) -> rejoined(v, e) }                 \
    :: d_step { leads_now(e) && may_grow_anew(e, v) -> grow(e, v) }
#define MEMBER_ANEW(m) EACH_EPOCH1(COPY_ANEW, m)
#define LEADING_ANEW(unused, e)                                                                    \
    :: d_step { may_yield(e) -> resign(e) }                                                        \
    :: d_step { leads_now(e) && may_know(e) -> know(e) }                                           \
    :: d_step { leads_now(e) && may_promote(e) -> promote(e) }                                     \
    :: d_step { leads_now(e) && may_open(e) -> open(e) }                                           \
    :: d_step { may_write_anew(e) -> write_anew(e) }                                               \
    :: d_step { leads_now(e) && may_acknowledge(e) -> acknowledge(e) }                             \
    :: d_step { leads_now(e) && may_shrunk(e) -> shrunk_record(e) }                                \
    :: d_step { leads_now(e) && may_raised(e) -> raised_record(e) }                                \
    :: d_step { may_lower_anew(e) -> lower(e) }                                                    \
    :: d_step { may_drop_step(e) -> drop_step(e) }
#define QUIET_STEPS                                                                                \
    EACH_MEMBER(ONE_ANEW)                                                                          \
    EACH_MEMBER(MEMBER_ANEW)                                                                       \
    EACH_PAIR(PAIR_ANEW)                                                                           \
    EACH_EPOCH1(LEADING_ANEW, 0)
#define BEGIN_QUIET(m) :: d_step { true -> begin_quiet(m) }; break

#define joined(v, e)                                                                               \
    ((v) >= DATA || !alive(v) || leader_of[e] == (v) || (has_all(v, e) && HAS(set_of(e), v)))
#define goes_on(e)                                                                                 \
    (leads_now(e) && opened[e] && wrote && COUNT(seen, e) == written[e] && joined(0, e) &&        \
     joined(1, e) && joined(2, e))
#if EPOCHS == 2
#define done (goes_on(1) || goes_on(2))
#else
#define done (goes_on(1) || goes_on(2) || goes_on(3))
#endif
NEVER_DONE
