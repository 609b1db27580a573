// Why a box cannot hold a copy of an order at all.
#pragma once

#include <optional>
#include <string_view>

#include "master/domain/rows.h"

namespace foyer::master {

enum class Exclusion {
    NotOnline,
    Cordoned,  // the operator wants nothing new there
    Paused,    // its host wants nothing new there
    Line,      // its address is in another network than its ISP's
    Worn,      // it says itself that it will not last
    Edge,
    Country,
    RefusedByHost,  // the kind of the release, or the country of the tenant
    Capacity,       // its reservations leave too little
    DiskLow         // so does what really lies on its disk (Node::disk_free)
};

// Who reads why an order has no place. A customer learns what is missing and how much of it, but
// neither what the homes of others are called nor whose copies stand where.
enum class Reader { Operator, Customer };

// What the box itself says, whatever is ordered.
std::optional<Exclusion> exclusion_of(const Node& node);

std::string_view to_text(Exclusion exclusion);

}  // namespace foyer::master
