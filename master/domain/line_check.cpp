#include "master/domain/line_check.h"

#include <algorithm>

#include "common/base/rfc3339.h"
#include "common/base/text.h"
#include "master/domain/limits.h"

namespace foyer::master {
namespace {

constexpr std::uint64_t asn_max = 4'294'967'294;  // RFC 7300: the last one is reserved

std::string named(const AutonomousSystem& system) {
    const std::string number = "AS" + std::to_string(system.number.number());
    return system.holder.empty() ? number : number + " (" + system.holder + ")";
}

// "orange", where the register knows whose network that is.
std::string owner_of(const State& state, Asn asn) {
    for (const auto& [name, isp] : state.isps())
        if (std::ranges::binary_search(isp.asns, asn)) return name.str();
    return {};
}

void tell_differs(const Isp& isp, const Node& node, Draft& draft) {
    std::string message = "its address is in " + named(node.line->system) +
                          ", which is none of the networks of '" + isp.name.str() + "'";
    const std::string owner = owner_of(draft.state(), node.line->system.number);
    if (!owner.empty()) message += " but one of '" + owner + "'";
    draft.event("node_line_differs", node, message);
}

Error bad_terms(const std::string& field, const std::string& why) {
    return error(ErrorCode::InvalidArgument, why, {{"field", "terms." + field}});
}

bool is_digits(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// A day of some month; what is no day of that very month does no harm here.
bool is_day(const std::string& text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
    if (!is_digits(text.substr(0, 4) + text.substr(5, 2) + text.substr(8))) return false;
    return parse_rfc3339(text + "T00:00:00Z").has_value();
}

}  // namespace

LineCheck line_check(const Isp& isp, const Node& node) {
    if (!node.line || isp.asns.empty()) return LineCheck::Unknown;
    const Asn seen = node.line->system.number;
    if (std::ranges::binary_search(isp.asns, seen)) return LineCheck::Declared;
    return node.line_accepted == seen ? LineCheck::Accepted : LineCheck::Differs;
}

Node judge_line(const Isp& isp, Node node, Draft& draft) {
    const LineCheck check = line_check(isp, node);
    const bool differs = check == LineCheck::Differs;
    const bool was = node.line_differs;
    node.line_differs = differs;
    if (differs && !was) tell_differs(isp, node, draft);
    if (was && check == LineCheck::Declared)
        draft.event("node_line_declared", node,
                    "its address is in " + named(node.line->system) + " of '" + isp.name.str() +
                        "' as declared");
    if (was && check == LineCheck::Accepted)
        draft.event("node_line_accepted", node,
                    named(node.line->system) + " counts as '" + isp.name.str() + "' for this box");
    return node;
}

Node hear_line(const AutonomousSystem& seen, Node node, Draft& draft) {
    if (node.line && node.line->system.number == seen.number) return node;
    node.line = SeenLine{seen, draft.now()};
    if (node.line_accepted != seen.number) node.line_accepted = Asn();
    const auto site = draft.state().sites().find(node.site);
    if (site == draft.state().sites().end()) return node;
    return judge_line(draft.state().isps().at(site->second.isp), std::move(node), draft);
}

Status check_terms(const Isp& isp) {
    if (!isp.terms || isp.terms->stance != TermsStance::Forbidden) return ok_status();
    return error(ErrorCode::FailedPrecondition,
                 "the terms of ISP '" + isp.name.str() + "' forbid a box on its lines: \"" +
                     isp.terms->quote + "\" (" +
                     (isp.terms->source.empty() ? "" : isp.terms->source + ", ") + "read on " +
                     isp.terms->read_on + "); take a line whose terms allow it, or, where they " +
                     "have changed: foyer isp set " + isp.name.str() + " --terms …",
                 {{"rule", "isp_forbids"}, {"isp", isp.name.str()}, {"quote", isp.terms->quote}});
}

Status check_asns(std::span<const Asn> asns) {
    const auto refuse = [](const std::string& why) {
        return error(ErrorCode::InvalidArgument, why, {{"field", "asns"}});
    };
    if (asns.size() > limits::isp_asns_max)
        return refuse("an ISP has at most " + std::to_string(limits::isp_asns_max) +
                      " networks here");
    for (const Asn asn : asns) {
        if (asn.number() == 0 || asn.number() > asn_max)
            return refuse("the number of an autonomous system is 1 to 4294967294");
    }
    if (std::ranges::adjacent_find(asns) != asns.end()) return refuse("a network is named once");
    return ok_status();
}

Status check_terms_written(const std::optional<IspTerms>& terms) {
    if (!terms) return ok_status();
    if (!is_day(terms->read_on))
        return bad_terms("read_on", "say on which day the terms were read, like 2026-11-27");
    if (terms->quote.size() > limits::terms_quote_bytes_max)
        return bad_terms("quote", "a quote has at most " +
                                      std::to_string(limits::terms_quote_bytes_max) + " bytes");
    if (terms->source.size() > limits::terms_source_bytes_max)
        return bad_terms("source", "a source has at most " +
                                       std::to_string(limits::terms_source_bytes_max) + " bytes");
    if (terms->quote.empty() && terms->stance != TermsStance::Silent)
        return bad_terms("quote", "quote the sentence that allows or forbids it");
    return ok_status();
}

}  // namespace foyer::master
