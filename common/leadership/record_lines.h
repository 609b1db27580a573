// The lines that a record, a link of the chain and the memory of a member have in common.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/leadership/record.h"
#include "common/leadership/text_lines.h"

namespace foyer::leadership {

std::string fence_text(const Fence& fence);        // "1 3"
std::string to_text(const LogPosition& position);  // "1 3 50331744"

// "<key> 0 data <node key> <incarnation> leads", one line each.
void put_members(std::string& text, std::string_view key, const std::vector<MemberEntry>& members);
std::vector<MemberEntry> read_members(TextLines& lines, std::string_view key);

// The words of a line, from the one at `at` on.
ReplicaIndex read_index(TextLines& lines, const Words& words, std::size_t at);
Fence read_fence(TextLines& lines, const Words& words, std::size_t at);
Ballot read_ballot(TextLines& lines, const Words& words, std::size_t at);
LogPosition read_position(TextLines& lines, const Words& words, std::size_t at);
// The line "config_hash <64 hex digits>".
std::string config_hash_line(const Hash& hash);
Hash read_config_hash(TextLines& lines);

}  // namespace foyer::leadership
