#include "master/notices/notice_mail.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/base/check.h"
#include "common/base/filled.h"
#include "common/base/one_line.h"
#include "common/base/text.h"
#include "master/notices/notice_words.h"

namespace foyer::master {
namespace {

constexpr std::size_t before_max = 5;    // earlier notices of a story
constexpr std::size_t stories_max = 30;  // told in full
constexpr std::size_t old_stories_max = 50;

// "2026-03-01 12:30:00 UTC"
std::string moment_text(WallTime time) {
    std::string text = to_rfc3339(time).substr(0, 19);
    text[10] = ' ';
    return text + " UTC";
}

class Writer {
public:
    Writer(const MailOut& mail, const MailMoment& moment)
        : mail_(mail), moment_(moment), texts_(texts_of(mail.language)), say_(texts_.phrases) {}

    MailText write() {
        const std::vector<Story> stories = stories_of(mail_.notices);
        MailText text;
        text.subject = subject(stories);
        std::vector<const Story*> fresh;
        std::vector<const Story*> old;
        for (const Story& story : stories)
            (moment_.now - story.notices.back().at > moment_.old_after ? old : fresh)
                .push_back(&story);
        for (std::size_t i = 0; i < std::min(fresh.size(), stories_max); ++i) tell(*fresh[i]);
        if (fresh.size() > stories_max) body_ += more(fresh.size() - stories_max) + "\n\n";
        if (!old.empty()) tell_old(old);
        if (mail_.left_out > 0) paragraph(with_count(say_.left_out, mail_.left_out));
        if (is_after_start())
            paragraph(filled(say_.after_start, {{"time", moment_text(*moment_.listening_since)}}));
        body_ += "--\n" +
                 filled(say_.footer, {{"address", mail_.address},
                                      {"account", mail_.account.str()},
                                      {"id", mail_.ticket.id.str()}}) +
                 "\n";
        text.body = std::move(body_);
        return text;
    }

private:
    const KindText& text_of(const Notice& notice) const {
        const auto found = std::ranges::find(texts_.kinds, notice.kind, &KindText::kind);
        CHECK(found != texts_.kinds.end());  // is_complete()
        return *found;
    }

    std::string name_of(const Notice& notice) const {
        return notice_name(texts_, {notice.subject, notice.detail});
    }

    std::string fill(std::string_view text, const Notice& notice) const {
        return filled_notice(texts_, text, {notice.subject, notice.detail});
    }

    static std::string with_count(std::string_view text, std::size_t count) {
        return filled(text, {{"count", std::to_string(count)}});
    }
    std::string more(std::size_t count) const { return with_count(say_.more, count); }

    // The worst of a story, of equal ones the newest.
    static const Notice& head_of(const Story& story) {
        const Notice* head = &story.notices.front();
        for (const Notice& notice : story.notices)
            if (notice.told.weight >= head->told.weight) head = &notice;
        return *head;
    }

    std::string title(const Story& story) const {
        const Notice& head = head_of(story);
        const bool over =
            story.notices.back().told.weight == Weight::Good && head.told.weight != Weight::Good;
        return name_of(head) + (mail_.language == Language::French ? "\u00a0: " : ": ") +
               filled(text_of(head).title, {}) + (over ? filled(say_.over, {}) : "");
    }

    std::string subject(const std::vector<Story>& stories) const {
        CHECK(!stories.empty());
        const std::size_t others = stories.size() - 1;
        return "[Foyer] " + title(stories.front()) +
               (others > 0 ? with_count(say_.subject_more, others) : "");
    }

    void paragraph(const std::string& text) { body_ += text + "\n\n"; }

    void tell(const Story& story) {
        const Notice& notice = story.notices.back();
        const KindText& text = text_of(notice);
        paragraph("* " + title(story));
        paragraph(filled(say_.what, {}) + fill(text.what, notice));
        paragraph(filled(say_.when, {}) + moment_text(notice.at));
        paragraph(filled(say_.means, {}) + fill(text.means, notice));
        paragraph(filled(say_.todo, {}) + fill(text.todo, notice));
        const std::size_t before = story.notices.size() - 1;
        if (before == 0) return;
        body_ += filled(say_.before, {}) + "\n";
        const std::size_t first = before - std::min(before, before_max);
        if (first > 0) body_ += "- " + more(first) + "\n";
        for (std::size_t i = first; i < before; ++i) line(story.notices[i]);
        body_ += "\n";
    }

    void line(const Notice& notice) {
        body_ += "- " + moment_text(notice.at) + ", " + name_of(notice) + ", " +
                 filled(text_of(notice).title, {}) + "\n";
    }

    void tell_old(const std::vector<const Story*>& stories) {
        body_ += filled(say_.older, {}) + "\n";
        for (std::size_t i = 0; i < std::min(stories.size(), old_stories_max); ++i) {
            const Notice& notice = stories[i]->notices.back();
            body_ += "- " + moment_text(notice.at) + ", " + title(*stories[i]);
            if (stories[i]->notices.size() > 1)
                body_ += ", " + more(stories[i]->notices.size() - 1);
            body_ += "\n";
        }
        if (stories.size() > old_stories_max)
            body_ += "- " + more(stories.size() - old_stories_max) + "\n";
        body_ += "\n";
    }

    bool is_after_start() const {
        return moment_.listening_since &&
               std::ranges::any_of(mail_.notices, [&](const Notice& notice) {
                   const Duration since = notice.at - *moment_.listening_since;
                   return since >= Duration(0) && since < moment_.settle;
               });
    }

    const MailOut& mail_;
    const MailMoment& moment_;
    const Texts& texts_;
    const Phrases& say_;
    std::string body_;
};

}  // namespace

MailText notices_text(const MailOut& mail, const MailMoment& moment) {
    return Writer(mail, moment).write();
}

MailText code_text(const MailOut& mail, const std::string& code) {
    const Phrases& say = texts_of(mail.language).phrases;
    return {"[Foyer] " + filled(say.code_subject, {}),
            filled(say.code, {{"address", mail.address},
                              {"account", mail.account.str()},
                              {"id", mail.ticket.id.str()},
                              {"code", code},
                              {"time", moment_text(mail.code_expires_at)}}) +
                "\n"};
}

std::string message_id_of(const MailOut& mail, const std::string& sender) {
    return (mail.code ? "c" : "n") + std::to_string(mail.number) + "." + mail.ticket.id.str() +
           sender.substr(sender.rfind('@'));
}

}  // namespace foyer::master
