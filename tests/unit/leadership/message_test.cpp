#include "common/leadership/message.h"

#include "tests/support/catch.h"

using namespace foyer::leadership;

TEST_CASE("each kind of message meets its own handler") {
    const auto kind = [](const Body& body) {
        return body.visit(Overloaded{[](const Renew&) { return 1; }, [](const Write&) { return 2; },
                                     [](const auto&) { return 0; }});
    };
    CHECK(kind(Renew{}) == 1);
    CHECK(kind(Write{}) == 2);
    CHECK(kind(Resign{}) == 0);
}

TEST_CASE("stamps of two boots are two clocks") {
    CHECK(Stamp{1, foyer::MonoTime{5}} != Stamp{2, foyer::MonoTime{5}});
}
