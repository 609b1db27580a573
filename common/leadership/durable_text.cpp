#include "common/leadership/durable_text.h"

#include <algorithm>
#include <array>

#include "common/base/enum_text.h"
#include "common/leadership/record_text.h"
#include "common/leadership/text_lines.h"

namespace foyer::leadership {
namespace {

constexpr std::int64_t index_max = 1'000'000;
constexpr std::int64_t t_max_ms = 1'000'000;

std::string line(std::string_view key, std::uint64_t number) {
    return std::string(key) + " " + std::to_string(number) + "\n";
}

std::string position_text(const LogPosition& position) {
    return std::to_string(position.fence.generation.number()) + " " +
           std::to_string(position.fence.epoch.number()) + " " +
           std::to_string(position.end.number());
}

std::string base_text(const std::optional<RejoinBase>& base) {
    if (!base) return "-";
    return std::to_string(base->fence.generation.number()) + " " +
           std::to_string(base->fence.epoch.number()) + " " + position_text(base->start);
}

Fence read_fence(TextLines& lines, const Words& words, std::size_t at) {
    return {Generation(lines.number(words, at)), Epoch(lines.number(words, at + 1))};
}

Evidence read_evidence(TextLines& lines) {
    constexpr std::array kinds{EvidenceKind::BehindItself, EvidenceKind::TwoRecords,
                               EvidenceKind::TwoFirsts, EvidenceKind::TwoVotes,
                               EvidenceKind::Retired};
    const Words words = lines.take("evidence");
    Evidence evidence;
    const auto kind = enum_from_text(kinds, lines.word(words, 0));
    if (kind)
        evidence.kind = *kind;
    else
        lines.fail("unknown kind of evidence");
    evidence.who = ReplicaIndex{static_cast<int>(lines.number(words, 1, index_max))};
    evidence.ballot = {Generation(lines.number(words, 2)), Epoch(lines.number(words, 3)),
                       lines.number(words, 4)};
    return evidence;
}

void read_votes(TextLines& lines, Durable& durable) {
    durable.generation = Generation(lines.number(lines.take("generation"), 0));
    durable.epoch = Epoch(lines.number(lines.take("epoch"), 0));
    const Words voted = lines.take("voted_for");
    if (lines.word(voted, 0) != "-")
        durable.voted_for = ReplicaIndex{static_cast<int>(lines.number(voted, 0, index_max))};
    durable.t_max =
        Duration(static_cast<std::int64_t>(lines.number(lines.take("t_max_ms"), 0, t_max_ms)));
    durable.resigned = Epoch(lines.number(lines.take("resigned"), 0));
    durable.rejoining = lines.number(lines.take("rejoining"), 0, 1) == 1;
    const Words base = lines.take("rejoin_base");
    if (lines.word(base, 0) != "-")
        durable.rejoin_base = RejoinBase{read_fence(lines, base, 0),
                                         {read_fence(lines, base, 2), Lsn(lines.number(base, 4))}};
}

void read_identity(TextLines& lines, Durable& durable) {
    const auto incarnation = parse_incarnation(lines.word(lines.take("incarnation"), 0));
    if (incarnation.ok())
        durable.incarnation = incarnation.value();
    else
        lines.fail(incarnation.failure().message);
    durable.retired = lines.number(lines.take("retired"), 0, 1) == 1;
    durable.counter_limit = lines.number(lines.take("counter_limit"), 0);
    while (lines.next_is("seen")) {
        const Words seen = lines.take("seen");
        durable.seen[ReplicaIndex{static_cast<int>(lines.number(seen, 0, index_max))}] =
            lines.number(seen, 1);
    }
}

}  // namespace

std::string to_text(const Durable& durable) {
    // Members that do not sign make none of these; whoever lets them sign writes them down here.
    CHECK(durable.chain.empty() && !durable.certificate);
    std::string text = line("generation", durable.generation.number());
    text += line("epoch", durable.epoch.number());
    text += "voted_for " +
            (durable.voted_for ? std::to_string(durable.voted_for->number) : std::string("-")) +
            "\n";
    text += line("t_max_ms", static_cast<std::uint64_t>(durable.t_max.count()));
    text += line("resigned", durable.resigned.number());
    text += line("rejoining", durable.rejoining ? 1 : 0);
    text += "rejoin_base " + base_text(durable.rejoin_base) + "\n";
    text += "incarnation " + to_text(durable.incarnation) + "\n";
    text += line("retired", durable.retired ? 1 : 0);
    text += line("counter_limit", durable.counter_limit);
    for (const auto& [index, counter] : durable.seen)
        text += "seen " + std::to_string(index.number) + " " + std::to_string(counter) + "\n";
    for (const Evidence& one : durable.evidence)
        text += "evidence " + std::string(to_text(one.kind)) + " " +
                std::to_string(one.who.number) + " " + to_text(one.ballot) + "\n";
    return durable.record ? text + "record\n" + to_text(*durable.record) : text;
}

Result<Durable> parse_durable(std::string_view text) {
    const std::size_t mark = text.find("\nrecord\n");
    const bool held = mark != std::string_view::npos;
    TextLines lines(held ? text.substr(0, mark + 1) : text, durable_text_max);
    Durable durable;
    read_votes(lines, durable);
    read_identity(lines, durable);
    while (lines.next_is("evidence") && durable.evidence.size() < evidence_max)
        durable.evidence.push_back(read_evidence(lines));
    TRY(lines.finish("the state of a group"));
    if (held) durable.record = TRY(parse_record(text.substr(mark + 8)));
    if (to_text(durable) != text)
        return error(ErrorCode::InvalidArgument,
                     "the state of a group is not written as it should be");
    return durable;
}

}  // namespace foyer::leadership
