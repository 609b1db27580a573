#include "master/letters/site_letter.h"

#include <fmt/format.h>
#include <utility>

#include "common/base/filled.h"
#include "common/base/html_text.h"
#include "common/base/one_line.h"
#include "common/base/text.h"
#include "master/letters/letter_words.h"

namespace foyer::master {
namespace {

constexpr std::size_t words_bytes_max = 1000;

// Characters, as readers count them: bytes that begin one.
std::size_t length(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U ? 1 : 0;
    return count;
}

std::string wrapped(std::string_view text, std::size_t indent) {
    const std::string margin(indent, ' ');
    std::string to;
    std::string line;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.empty() && indent + length(line) + 1 + length(word) > letter_width) {
            to += (to.empty() ? "" : margin) + line + "\n";
            line.clear();
        }
        line += (line.empty() ? "" : " ") + std::string(word);
    }
    return to + (to.empty() ? "" : margin) + line + "\n";
}

struct Part {
    std::string heading;
    std::string body;
};

struct Written {
    std::string title;
    std::string opening;
    std::vector<Part> parts;
    std::vector<std::pair<std::string, std::string>> facts;
};

// What people wrote.
std::string words_of(const std::string& text) { return one_line(text, words_bytes_max); }

Fills fills_of(const LetterFacts& facts) {
    Fills to{{"site", facts.site.name.str()},
             {"host", facts.site.host.str()},
             {"isp", facts.isp.name.str()},
             {"zone", words_of(facts.zone)}};
    if (facts.isp.terms) {
        to.emplace_back("quote", words_of(facts.isp.terms->quote));
        to.emplace_back("read_on", facts.isp.terms->read_on);
    }
    return to;
}

std::string names_of(const std::vector<NodeId>& boxes, std::string_view none) {
    std::string to;
    for (const NodeId& box : boxes) to += (to.empty() ? "" : ", ") + box.str();
    return to.empty() ? std::string(none) : to;
}

Written write(const LetterFacts& facts, const LetterWords& words) {
    const Fills fills = fills_of(facts);
    const auto part = [&](std::string_view heading, std::string_view body) {
        return Part{filled(heading, fills), filled(body, fills)};
    };
    Written letter{filled(words.title, fills), filled(words.opening, fills), {}, {}};
    for (const Paragraph& said : {words.does, facts.has_edge ? words.edge : words.home,
                                  words.unplugged, words.users, words.questions})
        letter.parts.push_back(part(said.heading, said.body));
    if (facts.isp.terms && facts.isp.terms->stance == TermsStance::Allowed)
        letter.parts.push_back(part(words.terms_heading, words.terms));
    letter.facts = {
        {std::string(words.site), facts.site.name.str() + ", " + facts.site.country.str()},
        {std::string(words.isp), facts.isp.name.str()},
        {std::string(words.boxes), names_of(facts.boxes, words.no_boxes)},
        {std::string(words.contact), words_of(facts.contact)},
        {std::string(words.printed), to_rfc3339(facts.printed_at).substr(0, 10)},
    };
    return letter;
}

std::string as_text(const Written& letter, const LetterWords& words) {
    std::string to = wrapped(letter.title, 0) + "\n" + wrapped(letter.opening, 0);
    for (const Part& part : letter.parts)
        to += "\n" + wrapped(part.heading, 0) + "  " + wrapped(part.body, 2);
    to += "\n" + std::string(words.facts_heading) + "\n";
    std::size_t widest = 0;
    for (const auto& [name, value] : letter.facts) widest = std::max(widest, length(name));
    for (const auto& [name, value] : letter.facts)
        to +=
            "  " + name + std::string(widest + 2 - length(name), ' ') + wrapped(value, widest + 4);
    return to;
}

constexpr std::string_view style =
    "@page{size:A4;margin:20mm}body{font:11pt/1.45 system-ui,sans-serif;max-width:42em;"
    "margin:2em auto;padding:0 1em;color:#111}h1{font-size:1.5em}h2{font-size:1.05em;"
    "margin:1.2em 0 .2em}p{margin:0}th{text-align:left;padding-right:1.5em;font-weight:600;"
    "vertical-align:top}table{border-top:1px solid #999;margin-top:1.5em;padding-top:.7em}";

std::string as_html(const Written& letter, const LetterWords& words) {
    std::string body =
        fmt::format("<h1>{}</h1><p>{}</p>", html(letter.title), html(letter.opening));
    for (const Part& part : letter.parts)
        body += fmt::format("<h2>{}</h2><p>{}</p>", html(part.heading), html(part.body));
    body += "<table>";
    for (const auto& [name, value] : letter.facts)
        body +=
            fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>", html(name), html(value));
    return fmt::format(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title>"
        "<meta name=\"viewport\" content=\"width=device-width\"><style>{}</style></head>"
        "<body>{}</table></body></html>\n",
        words.language, html(letter.title), style, body);
}

}  // namespace

SiteLetter site_letter(const LetterFacts& facts, Language language) {
    const LetterWords& words = letter_words(language);
    const Written letter = write(facts, words);
    return {letter.title, as_text(letter, words), as_html(letter, words)};
}

}  // namespace foyer::master
