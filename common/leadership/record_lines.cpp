#include "common/leadership/record_lines.h"

#include <algorithm>

#include "common/leadership/record_text.h"

namespace foyer::leadership {
namespace {

constexpr std::int64_t index_max = 1'000'000;

MemberEntry read_member(TextLines& lines, std::string_view key) {
    const Words words = lines.take(key);
    MemberEntry entry;
    entry.index = read_index(lines, words, 0);
    const auto kind = replica_kind_from(lines.word(words, 1));
    if (kind)
        entry.kind = *kind;
    else
        lines.fail("expected data or witness");
    entry.key = NodeKey(lines.word(words, 2));
    const auto incarnation = parse_incarnation(lines.word(words, 3));
    if (incarnation.ok())
        entry.incarnation = incarnation.value();
    else
        lines.fail(incarnation.failure().message);
    entry.may_lead = lines.word(words, 4) == "leads";
    return entry;
}

}  // namespace

std::string fence_text(const Fence& fence) {
    return std::to_string(fence.generation.number()) + " " + std::to_string(fence.epoch.number());
}

std::string to_text(const LogPosition& position) {
    return fence_text(position.fence) + " " + std::to_string(position.end.number());
}

void put_members(std::string& text, std::string_view key, const std::vector<MemberEntry>& members) {
    for (const MemberEntry& entry : members)
        text += std::string(key) + " " + std::to_string(entry.index.number) + " " +
                std::string(to_text(entry.kind)) + " " + entry.key.str() + " " +
                to_text(entry.incarnation) + (entry.may_lead ? " leads\n" : " follows\n");
}

std::vector<MemberEntry> read_members(TextLines& lines, std::string_view key) {
    std::vector<MemberEntry> all;
    while (lines.next_is(key) && all.size() <= members_max) all.push_back(read_member(lines, key));
    return all;
}

ReplicaIndex read_index(TextLines& lines, const Words& words, std::size_t at) {
    return ReplicaIndex{static_cast<int>(lines.number(words, at, index_max))};
}

Fence read_fence(TextLines& lines, const Words& words, std::size_t at) {
    return {Generation(lines.number(words, at)), Epoch(lines.number(words, at + 1))};
}

Ballot read_ballot(TextLines& lines, const Words& words, std::size_t at) {
    const Fence fence = read_fence(lines, words, at);
    return {fence.generation, fence.epoch, lines.number(words, at + 2)};
}

LogPosition read_position(TextLines& lines, const Words& words, std::size_t at) {
    return {read_fence(lines, words, at), Lsn(lines.number(words, at + 2))};
}

std::string config_hash_line(const Hash& hash) { return "config_hash " + to_text(hash) + "\n"; }

Hash read_config_hash(TextLines& lines) {
    Hash hash{};
    const auto bytes = from_hex(lines.word(lines.take("config_hash"), 0));
    if (bytes && bytes->size() == hash.size())
        std::ranges::copy(*bytes, hash.begin());
    else
        lines.fail("expected 64 hex digits");
    return hash;
}

}  // namespace foyer::leadership
