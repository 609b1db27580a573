// foyer.group.v1 <-> common/leadership. Reading is strict: what is malformed, overlong or missing
// is InvalidArgument and names the field; nothing half-read comes out. Writing cannot fail.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/leadership/message.h"

namespace foyer::wire {

constexpr std::size_t datagram_bytes_max = 16'384;
constexpr std::size_t batch_messages_max = 64;

// A message of the group of one order of an instance's name (Assignment::ordered_at).
struct GroupMessage {
    WallTime ordered_at;
    leadership::Message message;
};

std::string batch_bytes(const std::vector<GroupMessage>& messages);
Result<std::vector<GroupMessage>> parse_batch(std::string_view bytes);

// What one box sends: a batch, its public key (DER), and its signature over signed_part().
struct Datagram {
    std::string batch;
    std::string public_key;
    std::string signature;
};
std::string signed_part(const std::string& batch);
std::string datagram_bytes(const Datagram& datagram);
Result<Datagram> parse_datagram(std::string_view bytes);

}  // namespace foyer::wire
