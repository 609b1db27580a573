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

std::vector<Asn> networks_of(const State& state, const IspFamilyId& family, const Isp* changed) {
    std::vector<Asn> all;
    for (const auto& [name, row] : state.isps()) {
        if (row.family != family) continue;
        const Isp& isp = changed != nullptr && changed->name == name ? *changed : row;
        all.insert(all.end(), isp.asns.begin(), isp.asns.end());
    }
    std::ranges::sort(all);
    return all;
}

LineCheck line_check(std::span<const Asn> networks, const Node& node) {
    if (!node.line || networks.empty()) return LineCheck::Unknown;
    const Asn seen = node.line->system.number;
    if (std::ranges::binary_search(networks, seen)) return LineCheck::Declared;
    return node.line_accepted == seen ? LineCheck::Accepted : LineCheck::Differs;
}

Node judge_line(const Isp& isp, std::span<const Asn> networks, Node node, Draft& draft) {
    const LineCheck check = line_check(networks, node);
    const bool was = node.line_differs;
    node.line_differs = check == LineCheck::Differs;
    if (node.line_differs && !was) tell_differs(isp, node, draft);
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
    const auto site = draft.state().sites().find(node.site);
    if (site == draft.state().sites().end()) return node;
    const Isp& isp = draft.state().isps().at(site->second.isp);
    const auto networks = networks_of(draft.state(), isp.family);
    if (!node.line || node.line->system.number != seen.number)
        node.line = SeenLine{seen, draft.now()};
    const bool home = std::ranges::binary_search(networks, seen.number);
    if (!home && node.line_accepted != seen.number) node.line_accepted = Asn();
    return judge_line(isp, networks, std::move(node), draft);
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

Status check_asns_free(const State& state, const IspFamilyId& family, std::span<const Asn> asns) {
    for (const auto& [name, isp] : state.isps()) {
        if (isp.family == family) continue;
        for (const Asn asn : asns) {
            if (!std::ranges::binary_search(isp.asns, asn)) continue;
            return error(ErrorCode::FailedPrecondition,
                         "AS" + std::to_string(asn.number()) + " is a network of '" + name.str() +
                             "', of another family: copies would be kept apart that share it; "
                             "ISPs of one network are one family",
                         {{"rule", "asn_taken"}, {"isp", name.str()}});
        }
    }
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
