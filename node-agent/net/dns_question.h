// One question to the box's own name server: which serial does it answer with? Bytes in, bytes out,
// and the one datagram.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/result.h"
#include "common/base/time.h"

namespace foyer::agent {

// A question for the SOA of a zone (is_zone_name). `id` comes back in the answer.
std::string soa_question(const std::string& zone, std::uint16_t id);
// The serial in an authoritative answer to exactly that question. InvalidArgument: anything else.
Result<std::uint32_t> soa_serial(const std::string& answer, const std::string& question);

// Asks over UDP. Unavailable: nobody answers within `timeout`.
Result<std::uint32_t> ask_serial(const std::string& address, int port, const std::string& zone,
                                 std::uint16_t id, Duration timeout);

}  // namespace foyer::agent
