/* What lease_votes.pml remembers after the faults only: then each failed round takes an epoch, so
 * those in use are renamed 1, 2, ... in their order, and the states stay finite. */
#ifdef LIVE
bool quiet;    /* the faults have stopped for good */
byte away;     /* and one member may be away for good; NOBODY: none is */
byte delay[N]; /* ticks until it acts, and one; 0: it waits for nothing */
byte luck;     /* lucky ticks in a row (lease_quiet.pml) */
#define waits_no_more(v) delay[v] = 0
#define in_use(x) (epoch[0] == x || epoch[1] == x || epoch[2] == x || \
                   has[0] == x || has[1] == x || has[2] == x)

inline rename_one(x, e, new) {
    if
    :: x == e -> x = new
    :: else
    fi
}
inline rename_epochs() {
    i = 0;
    for (j : 1 .. ROOM) {
        if
        :: in_use(j) ->
            i++;
            if
            :: i < j ->
                leader_of[i] = leader_of[j];
                resign_sent[i] = resign_sent[j];
                rename_one(epoch[0], j, i);
                rename_one(epoch[1], j, i);
                rename_one(epoch[2], j, i);
                rename_one(has[0], j, i);
                rename_one(has[1], j, i);
                rename_one(has[2], j, i)
            :: else
            fi
        :: else
        fi
    }
    for (j : i + 1 .. ROOM) { leader_of[j] = NOBODY; resign_sent[j] = 0 }
    i = 0;
    j = 0
}
#else
#define waits_no_more(v) skip
#endif
