// ISPs, by what their lines are known: the networks of the Internet that their addresses are in,
// and what their terms say of a box at home. Plain values.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/time.h"
#include "common/model/ids.h"

namespace foyer::master {

// Number of an autonomous system (RFC 6793), 1…4294967294. 0: none.
using Asn = Counter<struct AsnTag>;

// A network of the Internet, by the database the master was given (master/app/asn_database.h).
struct AutonomousSystem {
    Asn number;
    std::string holder;  // for people; may be empty
    friend bool operator==(const AutonomousSystem&, const AutonomousSystem&) = default;
};

// What an ISP's terms say of a server like ours on a line at home.
enum class TermsStance {
    Allowed,
    Silent,    // they do not speak of it
    Forbidden  // no box is taken in on such a line
};
inline constexpr std::array all_terms_stances{TermsStance::Allowed, TermsStance::Silent,
                                              TermsStance::Forbidden};

// As somebody read them.
struct IspTerms {
    TermsStance stance = TermsStance::Silent;
    std::string quote;    // the sentence that says so; may be empty where they are silent
    std::string source;   // where it stands: an address, a paragraph
    std::string read_on;  // "2026-11-27"
    friend bool operator==(const IspTerms&, const IspTerms&) = default;
};

struct Isp {
    IspId name;
    IspFamilyId family;
    WallTime created_at;
    Revision revision;
    std::vector<Asn> asns = {};          // of its homes' lines, ascending; empty: not recorded
    std::optional<IspTerms> terms = {};  // absent: nobody has read them yet
    friend bool operator==(const Isp&, const Isp&) = default;
};

// The network a box's address was seen in.
struct SeenLine {
    AutonomousSystem system;
    WallTime since;
    friend bool operator==(const SeenLine&, const SeenLine&) = default;
};

std::string_view to_text(TermsStance stance);
std::optional<TermsStance> terms_stance_from(std::string_view text);

}  // namespace foyer::master
