#include "common/leadership/record_text.h"

#include <algorithm>

#include "common/leadership/record_lines.h"

namespace foyer::leadership {
namespace {

constexpr std::int64_t promise_max_ms = 100'000;
constexpr std::int64_t copies_max = 9;

std::string index_text(const std::optional<ReplicaIndex>& index) {
    return index ? std::to_string(index->number) : "-";
}

std::string number_text(std::uint64_t number) { return std::to_string(number); }

void read_sync(TextLines& lines, Record& record) {
    const Words in_sync = lines.take("in_sync");
    for (std::size_t at = 0; at < in_sync.size() && at <= members_max; ++at)
        record.in_sync.push_back(read_index(lines, in_sync, at));
    const Words copies = lines.take("copies");
    record.k = static_cast<int>(lines.number(copies, 0, copies_max));
    record.copies = static_cast<int>(lines.number(copies, 1, copies_max));
    record.floor = static_cast<int>(lines.number(copies, 2, copies_max));
    const auto mode = replication_mode_from(lines.word(lines.take("mode"), 0));
    if (mode)
        record.mode = *mode;
    else
        lines.fail("expected synchronous or asynchronous");
}

// Written only where somebody is: the records of groups without are as they always were.
void read_barred(TextLines& lines, Record& record) {
    if (!lines.next_is("barred")) return;
    const Words barred = lines.take("barred");
    if (barred.empty()) lines.fail("expected who is barred");
    for (std::size_t at = 0; at < barred.size() && at <= members_max; ++at)
        record.barred.insert(read_index(lines, barred, at));
}

void read_rest(TextLines& lines, Record& record) {
    record.promise = Duration(
        static_cast<std::int64_t>(lines.number(lines.take("promise_ms"), 0, promise_max_ms)));
    read_barred(lines, record);
    const auto desired = desired_state_from(lines.word(lines.take("desired"), 0));
    if (desired)
        record.desired = *desired;
    else
        lines.fail("expected running, stopped or deleted");
    record.start = read_position(lines, lines.take("start"), 0);
    record.config_hash = read_config_hash(lines);
}

Record read_record(TextLines& lines) {
    Record record;
    record.ballot = read_ballot(lines, lines.take("ballot"), 0);
    const Words leader = lines.take("leader");
    if (lines.word(leader, 0) != "-") record.leader = read_index(lines, leader, 0);
    record.members = read_members(lines, "member");
    record.old_members = read_members(lines, "old_member");
    read_sync(lines, record);
    read_rest(lines, record);
    return record;
}

}  // namespace

std::string to_text(const Record& record) {
    std::string text = "ballot " + to_text(record.ballot) + "\n";
    text += "leader " + index_text(record.leader) + "\n";
    put_members(text, "member", record.members);
    put_members(text, "old_member", record.old_members);
    text += "in_sync";
    for (const ReplicaIndex index : record.in_sync) text += " " + std::to_string(index.number);
    text += "\ncopies " + std::to_string(record.k) + " " + std::to_string(record.copies) + " " +
            std::to_string(record.floor) + "\n";
    text += "mode " + std::string(to_text(record.mode)) + "\n";
    text += "promise_ms " + std::to_string(record.promise.count()) + "\n";
    if (!record.barred.empty()) {
        text += "barred";
        for (const ReplicaIndex index : record.barred) text += " " + std::to_string(index.number);
        text += "\n";
    }
    text += "desired " + std::string(to_text(record.desired)) + "\n";
    text += "start " + to_text(record.start) + "\n";
    return text + config_hash_line(record.config_hash);
}

Result<Record> parse_record(std::string_view text) {
    return parse_whole(text, record_text_max, "a group record", read_record);
}

std::string to_text(const Incarnation& incarnation) {
    std::array<std::uint8_t, 16> bytes{};
    for (std::size_t at = 0; at < 8; ++at) {
        bytes[at] = static_cast<std::uint8_t>(incarnation.high >> (56 - 8 * at));
        bytes[8 + at] = static_cast<std::uint8_t>(incarnation.low >> (56 - 8 * at));
    }
    return to_hex(bytes);
}

Result<Incarnation> parse_incarnation(std::string_view text) {
    const auto bytes = text.size() == 32 ? from_hex(text) : std::nullopt;
    Incarnation incarnation;
    if (bytes) {
        for (std::size_t at = 0; at < 8; ++at) {
            incarnation.high = (incarnation.high << 8U) | (*bytes)[at];
            incarnation.low = (incarnation.low << 8U) | (*bytes)[8 + at];
        }
        if (to_text(incarnation) == text) return incarnation;
    }
    return error(ErrorCode::InvalidArgument, "an incarnation is 32 lower-case hex digits");
}

std::string to_text(const Ballot& ballot) {
    return number_text(ballot.generation.number()) + " " + number_text(ballot.epoch.number()) +
           " " + number_text(ballot.seq);
}

Result<Ballot> parse_ballot(std::string_view text) {
    TextLines lines("ballot " + std::string(text.substr(0, 64)), 128);
    const Ballot ballot = read_ballot(lines, lines.take("ballot"), 0);
    TRY(lines.finish("a ballot"));
    if (to_text(ballot) != text)
        return error(ErrorCode::InvalidArgument, "a ballot is three numbers");
    return ballot;
}

std::string to_text(const Hash& hash) { return to_hex(hash); }

std::string first_record_signed_part(const InstanceName& group, WallTime ordered_at,
                                     std::string_view record) {
    return "foyer first record 1\n" + group.str() + "\n" + std::to_string(ordered_at.unix_ms) +
           "\n" + std::string(record);
}

}  // namespace foyer::leadership
