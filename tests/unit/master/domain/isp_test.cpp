#include "master/domain/isp.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

TEST_CASE("each stance has a word of its own, and is read from it") {
    for (const TermsStance stance : all_terms_stances)
        CHECK(terms_stance_from(to_text(stance)) == stance);
    CHECK_FALSE(terms_stance_from("Allowed"));
    CHECK_FALSE(terms_stance_from(""));
}

TEST_CASE("an ISP of which nothing is recorded has neither networks nor terms") {
    const Isp isp{IspId("alder"), IspFamilyId("alder"), {}, {}};
    CHECK(isp.asns.empty());
    CHECK_FALSE(isp.terms);
}
