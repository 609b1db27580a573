// Values as bytes, in one way only: what is hashed and signed is made of these. Numbers are eight
// bytes, high ones first; texts and lists begin with their length.
#pragma once

#include <string_view>

#include "common/leadership/record.h"

namespace foyer::leadership {

using Bytes = std::vector<std::uint8_t>;

void put(Bytes& bytes, std::uint64_t number);
void put(Bytes& bytes, std::string_view text);
void put(Bytes& bytes, const Hash& hash);
void put(Bytes& bytes, const Incarnation& incarnation);
void put(Bytes& bytes, const Fence& fence);
void put(Bytes& bytes, const Ballot& ballot);
void put(Bytes& bytes, const LogPosition& position);
void put(Bytes& bytes, const std::vector<MemberEntry>& list);
void put(Bytes& bytes, const Record& record);  // the whole record

}  // namespace foyer::leadership
