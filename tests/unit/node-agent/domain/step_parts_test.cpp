#include "node-agent/domain/step_parts.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

TEST_CASE("a box gets ready: secrets, image, preparation, in this order") {
    Session session;
    session.secrets_known = false;
    CHECK(readiness(session, false).kind == StepKind::Wait);
    CHECK_FALSE(is_ready(readiness(session, false)));
    session.secrets_known = true;
    CHECK(readiness(session, false).kind == StepKind::EnsureImage);
    session.image_ready = true;
    CHECK(readiness(session, false).kind == StepKind::Prepare);
    CHECK(is_ready(readiness(session, true)));
    CHECK(act(StepKind::Start).kind == StepKind::Start);
}
