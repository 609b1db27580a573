#include "common/leadership/durable_text.h"

#include <algorithm>

#include "common/leadership/evidence_text.h"
#include "common/leadership/link_text.h"
#include "common/leadership/record_lines.h"
#include "common/leadership/record_text.h"

namespace foyer::leadership {
namespace {

constexpr std::int64_t t_max_ms = 1'000'000;

std::string line(std::string_view key, std::uint64_t number) {
    return std::string(key) + " " + std::to_string(number) + "\n";
}

std::string base_text(const std::optional<RejoinBase>& base) {
    return base ? fence_text(base->fence) + " " + to_text(base->start) : "-";
}

void read_votes(TextLines& lines, Durable& durable) {
    durable.generation = Generation(lines.number(lines.take("generation"), 0));
    durable.epoch = Epoch(lines.number(lines.take("epoch"), 0));
    const Words voted = lines.take("voted_for");
    if (lines.word(voted, 0) != "-") durable.voted_for = read_index(lines, voted, 0);
    durable.t_max =
        Duration(static_cast<std::int64_t>(lines.number(lines.take("t_max_ms"), 0, t_max_ms)));
    durable.resigned = Epoch(lines.number(lines.take("resigned"), 0));
    durable.rejoining = lines.number(lines.take("rejoining"), 0, 1) == 1;
    const Words base = lines.take("rejoin_base");
    if (lines.word(base, 0) != "-")
        durable.rejoin_base = RejoinBase{read_fence(lines, base, 0), read_position(lines, base, 2)};
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
        durable.seen[read_index(lines, seen, 0)] = lines.number(seen, 1);
    }
}

}  // namespace

std::string to_text(const Durable& durable) {
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
    for (const Evidence& one : durable.evidence) text += to_text(one);
    for (const Link& link : durable.chain) text += to_text(link);
    if (durable.certificate) text += to_text(*durable.certificate);
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
    while (lines.next_is("link") && durable.chain.size() < chain_max)
        durable.chain.push_back(read_link(lines));
    if (lines.next_is("certificate")) durable.certificate = read_certificate(lines);
    TRY(lines.finish("the state of a group"));
    if (held) durable.record = TRY(parse_record(text.substr(mark + 8)));
    if (to_text(durable) != text)
        return error(ErrorCode::InvalidArgument,
                     "the state of a group is not written as it should be");
    return durable;
}

}  // namespace foyer::leadership
