// The zone of the cloud as a file of the name server. Pure text: what goes into it is checked here,
// since a name or an address could otherwise say something else to the server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/result.h"
#include "common/base/time.h"
#include "node-agent/domain/zone_plan.h"

namespace foyer::agent {

// Of every record: how long a client may go on asking a dead edge that it was told of.
inline constexpr int zone_ttl_s = 30;
// How long "there is no such name" is believed: an instance that was just ordered is soon found.
inline constexpr int zone_negative_ttl_s = 10;
inline constexpr std::size_t zone_names_max = 500;  // as an edge serves

// Lower-case labels of letters, digits and inner dashes, at most 200 characters.
bool is_zone_name(const std::string& text);
// "198.18.1.11", "2001:db8::1" (also in brackets), in the one text of that address. Nothing where
// the text is no address, or one that no other machine could reach (0.0.0.0, loopback, multicast).
std::optional<std::string> read_public_address(const std::string& text);

// Hostnames that are not one label below the zone, and edges whose name is none, are left out.
// Each edge is "<node>.ns.<zone>": two labels, so no instance's name can be one of them.
// InvalidArgument: no zone; FailedPrecondition: no edge is left that lives.
Result<std::string> zone_file(const ZoneWish& wish, std::uint32_t serial);

// Later than `last` in the arithmetic of serials (RFC 1982), and not before the clock, so that it
// also grows where `last` was lost. Never 0. `last` 0: none yet.
std::uint32_t next_serial(std::uint32_t last, WallTime now);

}  // namespace foyer::agent
