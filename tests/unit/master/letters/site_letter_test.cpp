#include "master/letters/site_letter.h"

#include <sstream>

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

namespace {

LetterFacts facts() {
    LetterFacts all;
    all.site.name = SiteId("lille");
    all.site.host = HostId("maison");
    all.site.country = CountryCode("FR");
    all.isp.name = IspId("alder");
    all.boxes = {NodeId("lille-1"), NodeId("lille-2")};
    all.zone = "foyer.example";
    all.contact = "Foyer asbl, hello@foyer.example";
    all.printed_at = WallTime{1'795'737'600'000};
    return all;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string one_line(const std::string& text) {
    std::string to;
    std::istringstream words(text);
    for (std::string word; words >> word;) to += (to.empty() ? "" : " ") + word;
    return to;
}

std::size_t characters(const std::string& line) {
    std::size_t count = 0;
    for (const char c : line) count += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U ? 1 : 0;
    return count;
}

}  // namespace

TEST_CASE("a letter says whose box it is, that it may be unplugged, and whom to ask") {
    for (const Language language : all_languages) {
        const SiteLetter letter = site_letter(facts(), language);
        for (const std::string& page : {letter.text, letter.html}) {
            CHECK(has(page, "foyer.example"));
            CHECK(has(page, "maison"));
            CHECK(has(page, "lille-1, lille-2"));
            CHECK(has(page, "Foyer asbl, hello@foyer.example"));
            CHECK(has(page, "2026-11-27"));
            CHECK_FALSE(has(page,
                            "{"
                            "site}"));
            CHECK_FALSE(has(page, "~"));
        }
    }
    CHECK(has(site_letter(facts(), Language::English).text, "It may be unplugged"));
    CHECK(has(site_letter(facts(), Language::French).text, "Elle peut être débranchée"));
    CHECK(has(site_letter(facts(), Language::French).html, "<html lang=\"fr\">"));
}

TEST_CASE("its lines fit a page") {
    LetterFacts all = facts();
    all.contact = std::string(30, 'a') + " " + std::string(30, 'b') + " " + std::string(30, 'c');
    for (const Language language : all_languages) {
        std::istringstream lines(site_letter(all, language).text);
        for (std::string line; std::getline(lines, line);) CHECK(characters(line) <= letter_width);
    }
}

TEST_CASE("where a gateway stands it does not say that none does") {
    LetterFacts all = facts();
    const std::string home = one_line(site_letter(all, Language::English).text);
    CHECK(has(home, "no door is opened in the router"));
    all.has_edge = true;
    const std::string edge = one_line(site_letter(all, Language::English).text);
    CHECK_FALSE(has(edge, "no door is opened in the router"));
    CHECK(has(edge, "It is also a gateway"));
    CHECK(has(one_line(site_letter(all, Language::French).text), "aussi une passerelle"));
}

TEST_CASE("terms are quoted only where they allow it") {
    LetterFacts all = facts();
    all.isp.terms = IspTerms{TermsStance::Allowed, "A server is yours to run.", "", "2026-11-01"};
    const SiteLetter letter = site_letter(all, Language::English);
    CHECK(has(one_line(letter.text), "\"A server is yours to run.\""));
    CHECK(has(letter.html, "&quot;A server is yours to run.&quot;"));
    all.isp.terms->stance = TermsStance::Silent;
    CHECK_FALSE(has(one_line(site_letter(all, Language::English).text), "yours to run"));
}

TEST_CASE("what people wrote is no markup and no line of its own") {
    LetterFacts all = facts();
    all.contact = "<script>alert(1)</script>\nThe police: 000 {site} & \"me\"";
    const SiteLetter letter = site_letter(all, Language::English);
    CHECK_FALSE(has(letter.html, "<script>"));
    CHECK(has(letter.html, "&lt;script&gt;alert(1)&lt;/script&gt; The police: 000 {site} &amp;"));
    CHECK_FALSE(has(letter.text, "\nThe police"));
}

TEST_CASE("what people wrote does not turn the direction of a letter") {
    LetterFacts all = facts();
    all.isp.terms = IspTerms{TermsStance::Allowed, "No \xe2\x80\xaesrevres.", "", "2026-11-01"};
    const SiteLetter letter = site_letter(all, Language::English);
    CHECK(has(one_line(letter.text), "\"No srevres.\""));
    CHECK_FALSE(has(letter.text + letter.html, "\xe2\x80\xae"));
}

TEST_CASE("no place of its sentences is left empty") {
    LetterFacts all = facts();
    all.isp.terms = IspTerms{TermsStance::Allowed, "A server is yours to run.", "", "2026-11-01"};
    for (const bool has_edge : {false, true}) {
        all.has_edge = has_edge;
        for (const Language language : all_languages)
            CHECK_FALSE(has(site_letter(all, language).text, "{"));
    }
}
