// What mails say, in each language. All texts of a language are in one file, which is complete: a
// kind that is told and has no text does not compile.
//
// In texts: {name} is what the notice is about, {detail} the master's own words (English), `~` a
// space at which no line may break. A line that begins with two spaces is a command to type.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>

#include "common/base/joined.h"
#include "master/domain/contacts.h"
#include "master/domain/event_kinds.h"

namespace foyer::master {

struct KindText {
    std::string_view kind;
    std::string_view title;  // for the subject, after the name: "another copy took over"
    std::string_view what;   // happened
    std::string_view means;  // for whoever reads it
    std::string_view todo;   // next, or that there is nothing to do
};

struct Phrases {
    std::string_view subject_more;  // {count} further things
    std::string_view over;          // behind a title: it mended itself meanwhile
    std::string_view cloud;         // stands for the name where the whole cloud is meant
    std::string_view what;
    std::string_view when;
    std::string_view means;
    std::string_view todo;
    std::string_view before;       // what was told of the same thing before
    std::string_view older;        // what happened long ago, in short
    std::string_view more;         // {count} lines that are left out
    std::string_view left_out;     // {count} notices that are left out
    std::string_view after_start;  // the master was away, and listens since {time}
    std::string_view footer;       // {address}, {account}, {id}
    std::string_view code_subject;
    std::string_view code;  // {address}, {account}, {id}, {code}, {time}
};

struct Texts {
    std::span<const KindText> kinds;  // by kind
    Phrases phrases;
};

const Texts& texts_of(Language language);

// Each kind that is told has a text, and no other has.
constexpr bool is_complete(std::span<const KindText> kinds) {
    const auto has = [&](std::string_view kind) {
        return std::ranges::count(kinds, kind, &KindText::kind) == 1;
    };
    return std::ranges::all_of(
               event_rules, [&](const EventRule& rule) { return has(rule.kind) == !!rule.told; }) &&
           std::ranges::all_of(kinds, [](const KindText& text) {
               return find_event_rule(text.kind) != nullptr && !text.title.empty() &&
                      !text.what.empty() && !text.means.empty() && !text.todo.empty();
           });
}

}  // namespace foyer::master
