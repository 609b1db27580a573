#include "master/notices/notice_mail.h"

#include <algorithm>
#include <regex>

#include "master/notices/texts/catalogue.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

namespace {

constexpr WallTime noon{1'772'366'400'000};  // 2026-03-01

Notice notice(std::int64_t sequence, const std::string& kind, const std::string& subject,
              WallTime at = noon, const std::string& detail = "why") {
    return {sequence, at,    kind, *find_event_rule(kind)->told, EventAbout::Instance,
            subject,  detail};
}

MailOut mail_of(std::vector<Notice> notices, Language language = Language::English) {
    MailOut mail;
    mail.ticket = {ContactId("w4c8z1p0qd"), 1};
    mail.account = AccountId("acme-sarl");
    mail.address = "anna@example.org";
    mail.language = language;
    mail.number = 41;
    mail.notices = std::move(notices);
    return mail;
}

MailMoment soon() { return {noon + Duration(60'000), std::nullopt, Duration(90'000)}; }

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("each notice says what happened, when, what it means and what to do") {
    const MailText text = notices_text(mail_of({notice(1, "node_lost", "lille-1")}), soon());
    CHECK(text.subject == "[Foyer] lille-1: a box is lost");
    for (const char* part :
         {"What happened: Box lille-1 was silent", "When: 2026-03-01 12:00:00 UTC",
          "What it means: ", "What to do: ", "\n  foyer node show lille-1\n",
          "foyer contact rm w4c8z1p0qd", "anna@example.org is a contact of account acme-sarl"}) {
        CAPTURE(part);
        CHECK(has(text.body, part));
    }
    const MailText french =
        notices_text(mail_of({notice(1, "node_lost", "lille-1")}, Language::French), soon());
    CHECK(french.subject == "[Foyer] lille-1\u00a0: une machine est perdue");
    CHECK(has(french.body, "Quand\u00a0: 2026-03-01 12:00:00 UTC"));
    CHECK_FALSE(has(french.body, "What"));
}

TEST_CASE("the subject says the worst, and how much more there is") {
    const std::vector<Notice> notices{
        notice(1, "leader_elected", "acme"), notice(2, "serving", "acme"),
        notice(3, "node_lost", "lille-1"), notice(4, "copy_ordered", "acme")};
    const MailText text = notices_text(mail_of(notices), soon());
    CHECK(text.subject == "[Foyer] lille-1: a box is lost (and 2 more)");
    CHECK(has(text.body, "* acme: another copy took over (over)"));
    CHECK(
        has(text.body, "Before that:\n- 2026-03-01 12:00:00 UTC, acme, another copy took over\n"));
}

TEST_CASE("what is old is told in a line, and what was left out is counted") {
    MailOut mail = mail_of({notice(1, "node_missing", "b1", noon + Duration(-7'200'000)),
                            notice(2, "node_found", "b1", noon + Duration(-7'100'000)),
                            notice(3, "quota_near", "acme-sarl")});
    mail.left_out = 7;
    const MailText text = notices_text(mail, soon());
    CHECK(has(text.body,
              "Some time ago, in short:\n- 2026-03-01 10:01:40 UTC, b1: a box is silent "
              "(over), and 1 more\n"));
    CHECK_FALSE(has(text.body, "What happened: Box b1"));
    CHECK(has(text.body, "7 further notices"));
}

TEST_CASE("a mail after a start says that the master was away") {
    MailMoment moment = soon();
    CHECK_FALSE(
        has(notices_text(mail_of({notice(1, "serving", "acme")}), moment).body, "was away"));
    moment.listening_since = noon + Duration(-30'000);
    CHECK(has(notices_text(mail_of({notice(1, "serving", "acme")}), moment).body,
              "listens again since 2026-03-01 11:59:30 UTC"));
}

TEST_CASE("names and reasons stay one line and are never read as texts of ours") {
    const MailText text = notices_text(
        mail_of({notice(1, "copy_failed", "acme\r\nBcc: eve@example.org", noon,
                        "disk full\n  foyer account delete all\n{name} ~ {detail}\xe2\x80\xae")}),
        soon());
    CHECK_FALSE(has(text.subject, "\n"));
    CHECK_FALSE(has(text.body, "\nBcc"));
    CHECK_FALSE(has(text.body, "\n  foyer account delete"));
    CHECK(has(text.body, "{name} ~ {detail} "));
}

TEST_CASE("a code says for whom and how to give it back; the id is the same for the same mail") {
    MailOut mail = mail_of({});
    mail.code = Sealed("sealed");
    mail.code_expires_at = noon;
    const MailText text = code_text(mail, "k7qm2xpd");
    CHECK(text.subject == "[Foyer] your code");
    CHECK(has(text.body, "\n  foyer contact confirm w4c8z1p0qd k7qm2xpd\n"));
    CHECK(has(text.body, "until 2026-03-01 12:00:00 UTC"));
    CHECK(message_id_of(mail, "foyer@example.org") == "c41.w4c8z1p0qd@example.org");
    CHECK(message_id_of(mail_of({notice(1, "serving", "acme")}), "foyer@example.org") ==
          "n41.w4c8z1p0qd@example.org");
}

TEST_CASE("each kind that is told has a text in each language, with the same placeholders") {
    for (const Language language : all_languages) {
        const Texts& texts = texts_of(language);
        CHECK(is_complete(texts.kinds));
        for (const KindText& text : texts.kinds) {
            CAPTURE(text.kind);
            const auto english =
                std::ranges::find(texts_of(Language::English).kinds, text.kind, &KindText::kind);
            for (const char* hole : {"{name}", "{detail}"})
                CHECK((text.what.find(hole) != std::string_view::npos) ==
                      (english->what.find(hole) != std::string_view::npos));
            // The same commands to type, whatever the language.
            const auto commands = [](std::string_view todo) {
                return std::ranges::count(todo, '\n');
            };
            CHECK(commands(text.todo) == commands(english->todo));
            const MailText mail = notices_text(
                mail_of({notice(1, std::string(text.kind), "acme")}, language), soon());
            CHECK_FALSE(has(mail.body, "{"));
            CHECK_FALSE(has(mail.body, "~"));
        }
    }
}

TEST_CASE("French is set as French is") {
    const auto check = [](std::string_view text) {
        CAPTURE(text);
        // Before : ; ! ? a space that does not break, and no typewriter's apostrophe or dots.
        CHECK_FALSE(std::regex_search(std::string(text), std::regex("[^~0-9 ][:;!?](\\s|$)")));
        CHECK_FALSE(std::regex_search(std::string(text), std::regex(" [:;!?](\\s|$)")));
        CHECK(text.find('\'') == std::string_view::npos);
        CHECK(text.find("...") == std::string_view::npos);
        CHECK(text.find('"') == std::string_view::npos);
    };
    for (const KindText& text : texts_of(Language::French).kinds) {
        for (const std::string_view part : {text.title, text.what, text.means, text.todo})
            check(part);
    }
    const Phrases& say = texts_of(Language::French).phrases;
    for (const std::string_view part :
         {say.what, say.when, say.means, say.todo, say.before, say.older, say.left_out,
          say.after_start, say.footer, say.code})
        check(part);
}
