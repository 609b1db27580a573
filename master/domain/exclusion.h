// Why a box cannot hold a copy of an order at all.
#pragma once

#include <optional>
#include <string_view>

#include "master/domain/rows.h"

namespace foyer::master {

enum class Exclusion { NotOnline, Edge, Country, Capacity };

// What the box itself says, whatever is ordered.
std::optional<Exclusion> exclusion_of(const Node& node);

std::string_view to_text(Exclusion exclusion);

}  // namespace foyer::master
