#include "master/cli/output_format.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "master/cli/exit_code.h"
#include "master/cli/suggest.h"

namespace foyer::cli {

Result<Format> parse_format(std::string_view text) {
    constexpr std::array formats = {Format::AsTable, Format::AsJson, Format::AsYaml, Format::AsCsv};
    const std::size_t slash = text.find('/');
    const std::string_view word = text.substr(0, slash);
    const std::vector<std::string> words = split(format_words, '|');
    const auto found = std::ranges::find(words, word);
    if (found == words.end()) {
        return usage_error(
            fmt::format("'{}' is none of {}{}", word, format_words, did_you_mean(word, words)));
    }
    const Format format = formats.at(static_cast<std::size_t>(found - words.begin()));
    if (slash == std::string_view::npos) return format;
    const std::string_view version = text.substr(slash + 1);
    if (format == Format::AsTable)
        return usage_error("a table is for people and has no version; json, yaml and csv have one");
    if (parse_int(version) != output_version) {
        return usage_error(
            fmt::format("version '{}' of {} is not known here; this foyer writes {}/{}", version,
                        word, word, output_version));
    }
    return format;
}

OrderedJson own_output(const OrderedJson& facts) {
    OrderedJson output = {{"output_version", output_version}};
    output.update(facts);
    return output;
}

}  // namespace foyer::cli
