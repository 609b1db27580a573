#include "master/notices/notice_words.h"

#include <algorithm>

#include "common/base/filled.h"
#include "common/base/one_line.h"

namespace foyer::master {
namespace {

constexpr std::size_t detail_bytes_max = 500;
constexpr std::size_t name_bytes_max = 100;

}  // namespace

std::string notice_name(const Texts& texts, const NoticeOf& about) {
    return about.subject.empty() ? filled(texts.phrases.cloud, {})
                                 : one_line(about.subject, name_bytes_max);
}

std::string filled_notice(const Texts& texts, std::string_view text, const NoticeOf& about) {
    return filled(text, {{"name", notice_name(texts, about)},
                         {"detail", one_line(about.detail, detail_bytes_max)}});
}

std::optional<NoticeWords> notice_words(Language language, std::string_view kind,
                                        const NoticeOf& about) {
    const Texts& texts = texts_of(language);
    const auto found = std::ranges::find(texts.kinds, kind, &KindText::kind);
    if (found == texts.kinds.end()) return std::nullopt;
    const auto fill = [&](std::string_view text) { return filled_notice(texts, text, about); };
    return NoticeWords{fill(found->title), fill(found->what), fill(found->means),
                       fill(found->todo)};
}

}  // namespace foyer::master
