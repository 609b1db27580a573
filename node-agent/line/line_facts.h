// What was learnt of a box's line, against an edge at its other end.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/time.h"
#include "common/base/units.h"

namespace foyer::agent {

// How the router in front of this machine gives out addresses.
enum class NatKind {
    None,      // this machine's own address is seen
    Friendly,  // one port outside for one inside, whatever port of the edge is spoken to
    Strict     // another one for each: nobody else could ever be told how to reach it
};
std::string_view to_text(NatKind kind);

struct LineFacts {
    KbitPerSecond download{0};
    KbitPerSecond upload{0};
    // Round trips: while nothing else is under way, and while the line is full. Absent: none came
    // back.
    std::optional<Duration> idle;
    std::optional<Duration> full;
    std::optional<NatKind> nat;  // absent: no datagram came back
    std::string seen_as;         // the address that the edge sees; empty: likewise
};

// Where two datagrams of one socket came from, as two ports of an edge saw them.
struct Seen {
    std::string address;
    int port = 0;
    friend bool operator==(const Seen&, const Seen&) = default;
};
NatKind nat_kind(const Seen& own, const Seen& at_first, const Seen& at_second);

}  // namespace foyer::agent
