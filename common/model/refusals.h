// What the host of a box does not want there: tenants of some countries, some kinds of releases. He
// says it on the box (`foyer-node refuse`), and the box keeps it whatever its master says.
#pragma once

#include <compare>
#include <set>
#include <string>

#include "common/base/result.h"
#include "common/model/country.h"
#include "common/model/release_kind.h"

namespace foyer {

struct Refusals {
    std::set<CountryCode> countries;  // of tenants; "ZZ": those of whom it is not known
    std::set<ReleaseKind> kinds;
    bool any() const { return !countries.empty() || !kinds.empty(); }
    friend auto operator<=>(const Refusals&, const Refusals&) = default;
    friend bool operator==(const Refusals&, const Refusals&) = default;
};
inline constexpr std::size_t refused_countries_max = 250;  // all there are, and the unknown one

// What one copy is, as far as hosts may refuse it.
struct TenantFacts {
    ReleaseKind kind = ReleaseKind::Other;
    CountryCode country = {};  // of its tenant; empty: nobody said it
};

// Why it is refused, for people, after "its host": "takes no erp". Empty: it is not.
std::string refusal_of(const Refusals& refusals, const TenantFacts& tenant);
inline bool refuses(const Refusals& refusals, const TenantFacts& tenant) {
    return refusals.any() && !refusal_of(refusals, tenant).empty();
}

struct HostRefusals {
    Refusals what;
    // A copy that is there already stops at once. Else it is served until another box has it.
    bool now = false;
    friend bool operator==(const HostRefusals&, const HostRefusals&) = default;
};

// Every kind of release: where what he said is lost.
HostRefusals everything_refused();

// InvalidArgument: every mistake, one a line.
Status check(const HostRefusals& refusals);

// "tenants of RU, US; kinds mail", "nothing".
std::string to_text(const Refusals& refusals);

}  // namespace foyer
