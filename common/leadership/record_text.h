// A group record as text: on the wire, on a box's disk and in the master's database it is the same
// lines. One value has one text, so that it can be signed.
//
//   ballot 1 3 2               (generation, epoch, seq)
//   leader 0                   (- : none)
//   member 0 data <key> <incarnation> leads     one a member; old_member likewise
//   in_sync 0 1                copies 2 2 2     (k, copies, floor)
//   mode synchronous           promise_ms 7000           desired running
//   start 1 2 50331744         config_hash 00…
//
// Text of others is read strictly: only what to_text() would write is accepted, up to the bound.
#pragma once

#include <string>
#include <string_view>

#include "common/leadership/record.h"

namespace foyer::leadership {

constexpr std::size_t record_text_max = 4'096;

std::string to_text(const Record& record);
// InvalidArgument names the line. What it returns may still be no valid record: check_valid().
Result<Record> parse_record(std::string_view text);

std::string to_text(const Incarnation& incarnation);  // 32 lower-case hex digits
Result<Incarnation> parse_incarnation(std::string_view text);
std::string to_text(const Ballot& ballot);  // "1 3 2"
Result<Ballot> parse_ballot(std::string_view text);
std::string to_text(const Hash& hash);  // 64 lower-case hex digits

// What the master signs of the first record of a generation: for this order of this instance only.
std::string first_record_signed_part(const InstanceName& group, WallTime ordered_at,
                                     std::string_view record);

}  // namespace foyer::leadership
