#include "common/model/refusals.h"

#include "common/base/text.h"

namespace foyer {

std::string refusal_of(const Refusals& refusals, const TenantFacts& tenant) {
    if (refusals.kinds.contains(tenant.kind))
        return "takes no releases of the kind " + std::string(to_text(tenant.kind));
    const bool known = !tenant.country.empty();
    const CountryCode country = known ? tenant.country : CountryCode(std::string(unknown_country));
    if (!refusals.countries.contains(country)) return {};
    return known ? "takes no tenants of " + country.str()
                 : "takes no tenants whose country is not known";
}

HostRefusals everything_refused() {
    HostRefusals all;
    all.what.kinds = {all_release_kinds.begin(), all_release_kinds.end()};
    return all;
}

Status check(const HostRefusals& refusals) {
    std::vector<std::string> mistakes;
    for (const CountryCode& country : refusals.what.countries) {
        if (is_country(country) || country.str() == unknown_country) continue;
        mistakes.push_back("country: '" + country.str().substr(0, 40) +
                           "' is no country; write its code of ISO 3166-1 in capitals, like FR "
                           "(the United Kingdom is GB, Greece GR), or ZZ for those of whom it is "
                           "not known");
    }
    if (refusals.now && !refusals.what.any())
        mistakes.emplace_back("now: nothing is refused; name a country or a kind");
    if (mistakes.empty()) return ok_status();
    return error(ErrorCode::InvalidArgument, join(mistakes, "\n"));
}

std::string to_text(const Refusals& refusals) {
    std::vector<std::string> parts;
    std::vector<std::string> words;
    for (const CountryCode& country : refusals.countries) words.push_back(country.str());
    if (!words.empty()) parts.push_back("tenants of " + join(words, ", "));
    words.clear();
    for (const ReleaseKind kind : refusals.kinds) words.emplace_back(to_text(kind));
    if (!words.empty()) parts.push_back("kinds " + join(words, ", "));
    return parts.empty() ? "nothing" : join(parts, "; ");
}

}  // namespace foyer
