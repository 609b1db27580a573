// The letter that hangs beside the boxes of one site. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/base/time.h"
#include "master/domain/contacts.h"
#include "master/domain/rows.h"

namespace foyer::master {

struct LetterFacts {
    Site site;
    Isp isp;
    std::vector<NodeId> boxes;  // by name
    bool has_edge = false;      // one of them is a gateway
    std::string zone;           // the cloud's name
    std::string contact;        // who answers for it
    WallTime printed_at;
};

struct SiteLetter {
    std::string title;
    std::string text;  // lines of at most letter_width characters
    std::string html;  // one page, with what it needs to be printed
};
inline constexpr std::size_t letter_width = 76;

SiteLetter site_letter(const LetterFacts& facts, Language language);

}  // namespace foyer::master
