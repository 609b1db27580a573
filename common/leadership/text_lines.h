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
    // No more than `most` bytes.
    TextLines(std::string_view text, std::size_t most);

    // The words after the key of the next line, which must begin with `key`.
    Words take(std::string_view key);
    bool next_is(std::string_view key) const;
    std::uint64_t number(const Words& words, std::size_t at,
                         std::int64_t most = std::numeric_limits<std::int64_t>::max());
    std::string word(const Words& words, std::size_t at);
    void fail(std::string why);
    bool failed() const { return failure_.has_value(); }
    // InvalidArgument: what did not fit first.
    Status finish(std::string_view what) const;

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
