// Reads lines "key word word…" in a fixed order. The first that does not fit is remembered, and
// everything after it reads as nothing, so that a parser is written straight down.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/result.h"
#include "common/base/text.h"

namespace foyer::leadership {

using Words = std::vector<std::string>;

class TextLines {
public:
    TextLines(std::string_view text, std::size_t most) {
        if (text.size() > most)
            fail("it is longer than " + std::to_string(most) + " bytes");
        else
            lines_ = split(text, '\n');
    }

    // The words after the key of the next line, which must begin with `key`.
    Words take(std::string_view key) {
        if (!next_is(key)) {
            fail("expected '" + std::string(key) + "'");
            return {};
        }
        Words words = split(lines_[at_++], ' ');
        words.erase(words.begin());
        return words;
    }
    bool next_is(std::string_view key) const {
        if (failure_ || at_ >= lines_.size()) return false;
        const std::string& line = lines_[at_];
        return line.starts_with(key) && (line.size() == key.size() || line[key.size()] == ' ');
    }

    std::uint64_t number(const Words& words, std::size_t at,
                         std::int64_t most = std::numeric_limits<std::int64_t>::max()) {
        const auto value = at < words.size() ? parse_int(words[at]) : std::nullopt;
        if (value && *value >= 0 && *value <= most) return static_cast<std::uint64_t>(*value);
        fail("expected a number");
        return 0;
    }
    std::string word(const Words& words, std::size_t at) {
        if (at < words.size()) return words[at];
        fail("a word is missing");
        return {};
    }
    void fail(std::string why) {
        if (!failure_) failure_ = "line " + std::to_string(at_ + 1) + ": " + std::move(why);
    }
    bool failed() const { return failure_.has_value(); }
    // InvalidArgument: what did not fit first.
    Status finish(std::string_view what) const {
        if (!failure_) return ok_status();
        return error(ErrorCode::InvalidArgument, std::string(what) + ", " + *failure_);
    }

private:
    std::vector<std::string> lines_;
    std::size_t at_ = 0;
    std::optional<std::string> failure_;
};

// Reads the whole of a text of at most `most` bytes as `read` does, and nothing that to_text()
// would write otherwise. InvalidArgument: the first line that does not fit.
template <class Read>
auto parse_whole(std::string_view text, std::size_t most, std::string_view what, const Read& read)
    -> Result<decltype(read(std::declval<TextLines&>()))> {
    TextLines lines(text, most);
    auto value = read(lines);
    TRY(lines.finish(what));
    if (to_text(value) != text)
        return error(ErrorCode::InvalidArgument,
                     std::string(what) + " is not written as it should be");
    return value;
}

}  // namespace foyer::leadership
