// Whether a box stands behind the line that its site declares.
//
// Copies are kept apart by the ISP an operator wrote down. The address a box dials from is in a
// network of the Internet (an autonomous system) that says whose line it really is. Where that is
// none of the declared ISP's, the box counts for no diversity: nothing new is placed on it until an
// operator accepts that network for it, the ISP's entry is mended, or it is seen in the right one
// again. What it holds stays: somebody else's database may be wrong, and moves nothing by itself.
// Decision 0022.
#pragma once

#include <span>

#include "master/domain/draft.h"

namespace foyer::master {

enum class LineCheck {
    Unknown,   // never seen in a known network, or the ISP's networks are not recorded
    Declared,  // it is the ISP's
    Accepted,  // an operator says that it is
    Differs
};
inline constexpr std::array all_line_checks{LineCheck::Unknown, LineCheck::Declared,
                                            LineCheck::Accepted, LineCheck::Differs};

// Of all ISPs of a family, which is one network with many brands; ascending. `changed` stands for
// its row, which is another one yet.
std::vector<Asn> networks_of(const State& state, const IspFamilyId& family,
                             const Isp* changed = nullptr);

// By the networks of its ISP's family; none: they are not recorded.
LineCheck line_check(std::span<const Asn> networks, const Node& node);

// The box's address is in this network now. What an operator accepted holds while it is seen there
// or in a network of its ISP.
Node hear_line(const AutonomousSystem& seen, Node node, Draft& draft);

// The node as it is judged by what its ISP's family declares now, with the event that tells a
// change.
Node judge_line(const Isp& isp, std::span<const Asn> networks, Node node, Draft& draft);

// FailedPrecondition: the ISP's terms forbid a box on its lines; with the words and their date.
Status check_terms(const Isp& isp);

// InvalidArgument: no numbers, one twice, too many; terms without a date or, where they allow or
// forbid, without a quote. FailedPrecondition: a network is one of another family's.
Status check_asns(std::span<const Asn> asns);
Status check_asns_free(const State& state, const IspFamilyId& family, std::span<const Asn> asns);
Status check_terms_written(const std::optional<IspTerms>& terms);

}  // namespace foyer::master
