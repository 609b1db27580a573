#include "common/model/refusals.h"

#include "tests/support/catch.h"

using namespace foyer;

namespace {

HostRefusals refusing(const std::set<std::string>& countries, std::set<ReleaseKind> kinds = {}) {
    HostRefusals refusals;
    for (const std::string& country : countries)
        refusals.what.countries.insert(CountryCode(country));
    refusals.what.kinds = std::move(kinds);
    return refusals;
}

}  // namespace

TEST_CASE("a country is one of ISO 3166-1") {
    for (const char* code : {"FR", "GB", "GR", "AD", "ZW", "RU", "US"})
        CHECK(is_country(CountryCode(code)));
    for (const char* code : {"", "UK", "EL", "fr", "FRA", "F", "R ", "D A", "ZZ", "XX"})
        CHECK_FALSE(is_country(CountryCode(code)));
}

TEST_CASE("a copy is refused for its kind or for its tenant's country") {
    const Refusals refuses = refusing({"RU"}, {ReleaseKind::Mail}).what;
    CHECK(refusal_of(refuses, {ReleaseKind::Erp, CountryCode("FR")}).empty());
    CHECK(refusal_of(refuses, {ReleaseKind::Mail, CountryCode("FR")}) ==
          "takes no releases of the kind mail");
    CHECK(refusal_of(refuses, {ReleaseKind::Erp, CountryCode("RU")}) == "takes no tenants of RU");
    CHECK_FALSE(foyer::refuses({}, {ReleaseKind::Mail, CountryCode("RU")}));
}

TEST_CASE("of whom it is not known is refused only where that is said") {
    const TenantFacts unknown{ReleaseKind::Erp, {}};
    CHECK_FALSE(refuses(refusing({"RU"}).what, unknown));
    CHECK(refusal_of(refusing({"ZZ"}).what, unknown) ==
          "takes no tenants whose country is not known");
    CHECK_FALSE(refuses(refusing({"ZZ"}).what, {ReleaseKind::Erp, CountryCode("FR")}));
}

TEST_CASE("nonsense is refused as a whole, with every mistake") {
    CHECK(check(refusing({"RU", "ZZ"}, {ReleaseKind::Other})).ok());
    CHECK(check(HostRefusals{}).ok());
    CHECK(check(everything_refused()).ok());
    const Status wrong = check(refusing({"UK", "Russia", "US"}));
    REQUIRE_FALSE(wrong.ok());
    CHECK(wrong.failure().code == ErrorCode::InvalidArgument);
    CHECK(wrong.failure().message.find("'UK'") != std::string::npos);
    CHECK(wrong.failure().message.find("'Russia'") != std::string::npos);
    HostRefusals idle;
    idle.now = true;
    CHECK_FALSE(check(idle).ok());
}

TEST_CASE("refusals are told in one line") {
    CHECK(to_text(Refusals{}) == "nothing");
    CHECK(to_text(refusing({"US", "RU"}, {ReleaseKind::Mail, ReleaseKind::Web}).what) ==
          "tenants of RU, US; kinds web, mail");
}

TEST_CASE("kinds have one name each way") {
    for (const ReleaseKind kind : all_release_kinds)
        CHECK(release_kind_from(to_text(kind)) == kind);
    CHECK_FALSE(release_kind_from("exec"));
}
