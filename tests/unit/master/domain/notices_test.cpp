#include "master/domain/notices.h"

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;

namespace {

Event event_of(std::int64_t sequence, const std::string& kind, const std::string& subject = "acme",
               const std::string& owner = "anna") {
    return {sequence, Revision(1),      test::noon, kind, EventAbout::Instance,
            subject,  AccountId(owner), ""};
}

const Account anna{AccountId("anna"), {AccountRole::Customer}, {}, test::noon, {}};
const Account runs{AccountId("ops"), {AccountRole::Operator}, {}, test::noon, {}};

Notice notice(std::int64_t sequence, const std::string& kind, const std::string& subject = "acme") {
    return *notice_for(Account{AccountId("anna"), {AccountRole::Operator}, {}, test::noon, {}}, {},
                       event_of(sequence, kind, subject));
}

}  // namespace

TEST_CASE("an account is told of what is its own, an operator of what concerns the cloud") {
    CHECK(notice_for(anna, {}, event_of(1, "leader_elected")));
    CHECK_FALSE(notice_for(anna, {}, event_of(1, "leader_elected", "acme", "bob")));
    CHECK_FALSE(notice_for(anna, {}, event_of(1, "leader_elected", "acme", "")));
    CHECK_FALSE(notice_for(runs, {}, event_of(1, "leader_elected")));
    CHECK(notice_for(runs, {}, event_of(1, "node_lost", "b", "bob")));
    CHECK(notice_for(runs, {}, event_of(1, "eviction_held", "", "")));
    CHECK(notice_for(runs, {}, event_of(1, "application_received", "", "")));
    CHECK_FALSE(notice_for(anna, {}, event_of(1, "application_received", "", "")));
    CHECK_FALSE(notice_for(anna, {}, event_of(1, "eviction_held", "", "")));
    CHECK_FALSE(notice_for(anna, {}, event_of(1, "token_created")));
    CHECK_FALSE(notice_for(anna, {}, event_of(1, "of_another_version")));
}

TEST_CASE("topics that are not wanted are left out") {
    CHECK(notice_for(anna, {Topic::Takeover}, event_of(1, "leader_elected")));
    CHECK_FALSE(notice_for(anna, {Topic::Quota, Topic::Box}, event_of(1, "leader_elected")));
}

TEST_CASE("notices about one thing are one story, the worst first, what is over last") {
    const std::vector<Story> stories = stories_of(
        {notice(1, "leader_elected"), notice(2, "serving"), notice(3, "node_lost", "b1"),
         notice(4, "quota_near"), notice(5, "node_missing", "b2"), notice(6, "node_found", "b2")});
    REQUIRE(stories.size() == 4);
    CHECK(stories[0].notices.front().kind == "node_lost");
    CHECK(stories[0].weight == Weight::Urgent);
    CHECK(stories[1].notices.front().kind == "quota_near");
    CHECK(stories[2].notices.size() == 2);  // b2, over, and newer than the takeover
    CHECK(stories[2].notices.front().subject == "b2");
    CHECK(stories[2].weight == Weight::Info);
    CHECK(stories[3].notices.back().kind == "serving");
    // Bad again after it was over.
    CHECK(
        stories_of({notice(1, "node_missing"), notice(2, "node_found"), notice(3, "node_missing")})
            .front()
            .weight == Weight::Warning);
}
