#include "common/leadership/text_lines.h"

#include "common/base/text.h"

namespace foyer::leadership {

TextLines::TextLines(std::string_view text, std::size_t most) {
    if (text.size() > most)
        fail("it is longer than " + std::to_string(most) + " bytes");
    else
        lines_ = split(text, '\n');
}

Words TextLines::take(std::string_view key) {
    if (!next_is(key)) {
        fail("expected '" + std::string(key) + "'");
        return {};
    }
    Words words = split(lines_[at_++], ' ');
    words.erase(words.begin());
    return words;
}

bool TextLines::next_is(std::string_view key) const {
    if (failure_ || at_ >= lines_.size()) return false;
    const std::string& line = lines_[at_];
    return line.starts_with(key) && (line.size() == key.size() || line[key.size()] == ' ');
}

std::uint64_t TextLines::number(const Words& words, std::size_t at, std::int64_t most) {
    const auto value = at < words.size() ? parse_int(words[at]) : std::nullopt;
    if (value && *value >= 0 && *value <= most) return static_cast<std::uint64_t>(*value);
    fail("expected a number");
    return 0;
}

std::string TextLines::word(const Words& words, std::size_t at) {
    if (at < words.size()) return words[at];
    fail("a word is missing");
    return {};
}

void TextLines::fail(std::string why) {
    if (!failure_) failure_ = "line " + std::to_string(at_ + 1) + ": " + std::move(why);
}

Status TextLines::finish(std::string_view what) const {
    if (!failure_) return ok_status();
    return error(ErrorCode::InvalidArgument, std::string(what) + ", " + *failure_);
}

}  // namespace foyer::leadership
