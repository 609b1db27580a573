#include "master/domain/score.h"

#include "tests/support/catch.h"

using namespace foyer::master;

TEST_CASE("utilisation decides; what is not measured has no weight unless it is given one") {
    CHECK(score_of({.after = 250'000, .unreliability = 900'000, .cost = 5}) == 250'000);
    CHECK(score_of({.after = 250'000, .unreliability = 10, .cost = 5}, {2, 3, 4}) == 500'050);
}
