// "Did you mean": the nearest known word.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foyer::cli {

// Insertions, deletions, substitutions and swaps of neighbours that lead from a to b.
int edit_distance(std::string_view a, std::string_view b);

// The nearest candidate, if it is near enough to be meant: a third of the word, at least 1, or the
// word is its beginning (two letters or more).
std::optional<std::string> closest(std::string_view word,
                                   const std::vector<std::string>& candidates);

// "; did you mean 'x'?" or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace foyer::cli
