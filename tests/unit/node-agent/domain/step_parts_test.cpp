#include "node-agent/domain/step_parts.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

TEST_CASE("a copy whose secrets went with the power says who can give them") {
    Session session;
    const auto said = [&](SecretsState state) {
        session.secrets = state;
        return readiness(session, true).reason;
    };
    CHECK(said(SecretsState::Known).empty());
    CHECK(said(SecretsState::WithGroup)
              .starts_with("waiting for the master or a member of its group"));
    CHECK(said(SecretsState::WithMaster).starts_with("waiting for the master:"));
    CHECK(
        said(SecretsState::LostByAll).starts_with("all lost power together: the master is needed"));
}

TEST_CASE("a box gets ready: secrets, image, preparation, in this order") {
    Session session;
    session.secrets = SecretsState::WithGroup;
    CHECK(readiness(session, false).kind == StepKind::Wait);
    CHECK_FALSE(is_ready(readiness(session, false)));
    session.secrets = SecretsState::Known;
    CHECK(readiness(session, false).kind == StepKind::EnsureImage);
    session.image_ready = true;
    CHECK(readiness(session, false).kind == StepKind::Prepare);
    CHECK(is_ready(readiness(session, true)));
    CHECK(act(StepKind::Start).kind == StepKind::Start);
}
