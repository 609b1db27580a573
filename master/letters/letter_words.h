// The sentences of letters, in each language. "{site}" and the like stand for what is filled in.
#pragma once

#include <string_view>

#include "master/domain/contacts.h"

namespace foyer::master {

struct Paragraph {
    std::string_view heading;
    std::string_view body;
};

struct LetterWords {
    std::string_view language;  // of HTML: "en"
    std::string_view title;
    std::string_view opening;
    Paragraph does;
    Paragraph home;  // what it does not
    Paragraph edge;  // the same, where a gateway stands there
    Paragraph unplugged;
    Paragraph users;
    Paragraph questions;
    std::string_view terms_heading;
    std::string_view terms;  // said only where somebody has read them
    std::string_view facts_heading;
    std::string_view site, isp, boxes, contact, printed;  // names of facts
    std::string_view no_boxes;
};

const LetterWords& letter_words(Language language);

}  // namespace foyer::master
