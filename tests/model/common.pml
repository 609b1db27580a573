/* What the models share. */
#ifndef BUG
#define BUG 0
#endif
#ifndef GOAL
#define GOAL 0
#endif
#ifndef ONLY
#define ONLY 0
#endif

/* Invariant Ln of leadership.md. run.py reads the number 9000 + n out of the verifier's message. */
#define CHECK(n, x)                                                                                \
    if                                                                                             \
    :: (ONLY == 0 || ONLY == n) && !(x) -> assert(9000 == n)                                       \
    :: else                                                                                        \
    fi

#if EPOCHS == 1
#define EACH_EPOCH1(X, a) X(a, 1)
#define EACH_EPOCH2(X, a, b) X(a, b, 1)
#elif EPOCHS == 2
#define EACH_EPOCH1(X, a) X(a, 1) X(a, 2)
#define EACH_EPOCH2(X, a, b) X(a, b, 1) X(a, b, 2)
#elif EPOCHS == 4
#define EACH_EPOCH1(X, a) X(a, 1) X(a, 2) X(a, 3) X(a, 4)
#define EACH_EPOCH2(X, a, b) X(a, b, 1) X(a, b, 2) X(a, b, 3) X(a, b, 4)
#else
#define EACH_EPOCH1(X, a) X(a, 1) X(a, 2) X(a, 3)
#define EACH_EPOCH2(X, a, b) X(a, b, 1) X(a, b, 2) X(a, b, 3)
#endif

#if N == 7
#define EACH_MEMBER(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6)
#define EACH_PAIR(X)                                                                               \
    X(0, 1) X(0, 2) X(0, 3) X(0, 4) X(0, 5) X(0, 6) X(1, 0) X(1, 2) X(1, 3) X(1, 4) X(1, 5)      \
    X(1, 6) X(2, 0) X(2, 1) X(2, 3) X(2, 4) X(2, 5) X(2, 6) X(3, 0) X(3, 1) X(3, 2) X(3, 4)      \
    X(3, 5) X(3, 6) X(4, 0) X(4, 1) X(4, 2) X(4, 3) X(4, 5) X(4, 6) X(5, 0) X(5, 1) X(5, 2)      \
    X(5, 3) X(5, 4) X(5, 6) X(6, 0) X(6, 1) X(6, 2) X(6, 3) X(6, 4) X(6, 5)
#elif N == 5
#define EACH_MEMBER(X) X(0) X(1) X(2) X(3) X(4)
#define EACH_PAIR(X)                                                                               \
    X(0, 1) X(0, 2) X(0, 3) X(0, 4) X(1, 0) X(1, 2) X(1, 3) X(1, 4) X(2, 0) X(2, 1)              \
    X(2, 3) X(2, 4) X(3, 0) X(3, 1) X(3, 2) X(3, 4) X(4, 0) X(4, 1) X(4, 2) X(4, 3)
#elif N == 4
#define EACH_MEMBER(X) X(0) X(1) X(2) X(3)
#define EACH_PAIR(X)                                                                               \
    X(0, 1) X(0, 2) X(0, 3) X(1, 0) X(1, 2) X(1, 3) X(2, 0) X(2, 1) X(2, 3) X(3, 0) X(3, 1) X(3, 2)
#else
#define EACH_MEMBER(X) X(0) X(1) X(2)
#define EACH_PAIR(X) X(0, 1) X(0, 2) X(1, 0) X(1, 2) X(2, 0) X(2, 1)
#endif

/* After the faults (-DLIVE): `done` comes, whatever was before. The opposite: a run, or the end of
 * one, without it from the moment of `quiet` on. */
#define NEVER_DONE                                                                                 \
    never {                                                                                        \
    before:                                                                                        \
        do                                                                                         \
        :: !quiet                                                                                  \
        :: quiet && !done -> goto accept_not_done                                                  \
        od;                                                                                        \
    accept_not_done:                                                                               \
        do                                                                                         \
        :: !done                                                                                   \
        od                                                                                         \
    }
