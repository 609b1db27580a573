// What is said of one event that is told, in a language: the same words in mails and in calls.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "master/notices/texts/catalogue.h"

namespace foyer::master {

// What a notice is about, and the master's own words (English).
struct NoticeOf {
    std::string_view subject;  // empty: the whole cloud
    std::string_view detail;
};

std::string notice_name(const Texts& texts, const NoticeOf& about);
// A text of the catalogue with its places filled.
std::string filled_notice(const Texts& texts, std::string_view text, const NoticeOf& about);

struct NoticeWords {
    std::string title;
    std::string what;
    std::string means;
    std::string todo;  // lines that begin with two spaces are commands
};
// Nothing: of events of that kind nobody is written to.
std::optional<NoticeWords> notice_words(Language language, std::string_view kind,
                                        const NoticeOf& about);

}  // namespace foyer::master
