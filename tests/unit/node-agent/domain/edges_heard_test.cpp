#include "node-agent/domain/edges_heard.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

constexpr MonoTime start{1'000'000};
const ReplicaIndex self{0}, other{1}, outside{2};
const std::vector<ReplicaIndex> in_sync = {self, other};

leadership::EdgesReach reach(const EdgesHeard& heard, std::int64_t after_ms) {
    return edges_reach(heard, in_sync, self, {}, start + Duration(after_ms));
}

}  // namespace

TEST_CASE("who has just begun to listen misses nobody yet") {
    const EdgesHeard heard{.since = start, .me = {}, .others = {}};
    CHECK(reach(heard, 24'999).me);
    CHECK_FALSE(reach(heard, 25'000).me);
    CHECK_FALSE(is_asked_by_edges(heard, {}, start));
}

TEST_CASE("another one counts while its word is fresh and it is in S") {
    const EdgesHeard heard{.since = start, .me = {}, .others = {{other, start + Duration(30'000)}}};
    CHECK_FALSE(reach(heard, 30'000).me);
    CHECK(reach(heard, 32'999).another);
    CHECK_FALSE(reach(heard, 33'000).another);
    for (const ReplicaIndex who : {outside, self}) {
        const EdgesHeard no_help{.since = start, .me = {}, .others = {{who, start}}};
        CHECK_FALSE(reach(no_help, 1).another);
    }
}

TEST_CASE("when all edges fall silent at once, nobody is to blame at any moment") {
    // Both were asked at the same moment for the last time; the other one tells as long as it may.
    EdgesHeard mine{.since = start, .me = start, .others = {}};
    const EdgesHeard theirs{.since = start, .me = start, .others = {}};
    for (std::int64_t ms = 0; ms < 60'000; ms += 100) {
        const MonoTime now = start + Duration(ms);
        if (is_asked_by_edges(theirs, {}, now)) mine.others[other] = now;
        const auto said = reach(mine, ms);
        CAPTURE(ms);
        CHECK_FALSE((!said.me && said.another));
    }
}
