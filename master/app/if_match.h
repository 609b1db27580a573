// If-Match: a header of HTTP, a metadatum of gRPC, the same text in both. A list of entity tags as
// this API gives them ("17.5b3c9d21", of which the number before the dot counts), or "*".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "master/app/route_table.h"
#include "master/domain/precondition.h"

namespace foyer::master {

// Whether a route changes, ends or acts on one thing that is there already.
constexpr bool takes_if_match(const Route& route) {
    const auto end = route.path.rfind('}');
    const bool names_one =
        end != std::string_view::npos && route.path.find('/', end) == std::string_view::npos;
    return route.write && route.kind == RouteKind::Rpc && names_one;
}

// The tag of what is shown at a revision: the same exactly while all of it is.
std::string entity_tag(std::uint64_t revision, std::string_view shown);

// What it asks for. Absent: there was none. InvalidArgument: it is malformed, or the route has
// nothing to compare it with: to pass over it would be to do what it was to prevent.
Result<std::optional<Precondition>> parse_if_match(const Route& route,
                                                   std::optional<std::string_view> text);

}  // namespace foyer::master
