// foyer.group.v1 <-> common/leadership. Reading is strict: what is malformed, overlong or missing
// is InvalidArgument and names the field; nothing half-read comes out. Writing cannot fail.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/leadership/message.h"
#include "common/model/handover.h"

namespace foyer::wire {

constexpr std::size_t datagram_bytes_max = 16'384;
constexpr std::size_t batch_messages_max = 64;

// What one box says to another at one moment.
struct Batch {
    std::vector<leadership::Letter> letters;
    std::vector<SecretQuestion> questions;
    std::vector<SecretAnswer> answers;
};
std::string batch_bytes(const std::vector<leadership::Letter>& messages);
// The same as several batches, so that each fits a datagram with its signature: no message of a
// moment where much is said is lost for the company it keeps.
std::vector<std::string> batches_of(const std::vector<leadership::Letter>& messages);
std::string batch_bytes(const SecretQuestion& question);
std::string batch_bytes(const SecretAnswer& answer);
Result<Batch> parse_batch(std::string_view bytes);

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
