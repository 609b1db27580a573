#include "master/cli/suggest.h"

#include <algorithm>

namespace foyer::cli {
namespace {

constexpr std::size_t word_length_max = 64;  // longer ones are no typing mistake

}  // namespace

int edit_distance(std::string_view a, std::string_view b) {
    std::vector<int> before_last(b.size() + 1);
    std::vector<int> last(b.size() + 1);
    std::vector<int> now(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(j);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = static_cast<int>(i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const int change = a[i - 1] == b[j - 1] ? 0 : 1;
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + change});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) now[j] = std::min(now[j], before_last[j - 2] + 1);
        }
        before_last.swap(last);
        last.swap(now);
    }
    return last[b.size()];
}

std::optional<std::string> closest(std::string_view word,
                                   const std::vector<std::string>& candidates) {
    if (word.empty() || word.size() > word_length_max) return std::nullopt;
    const int near = std::max(1, static_cast<int>((word.size() + 1) / 3));
    const std::string* best = nullptr;
    int best_distance = 0;
    for (const std::string& candidate : candidates) {
        const bool begins = word.size() >= 2 && candidate.starts_with(word);
        const int distance = begins ? 0 : edit_distance(word, candidate);
        if (distance > near || (best != nullptr && distance >= best_distance)) continue;
        best = &candidate;
        best_distance = distance;
    }
    if (best == nullptr) return std::nullopt;
    return *best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    const auto meant = closest(word, candidates);
    return meant ? "; did you mean '" + *meant + "'?" : "";
}

}  // namespace foyer::cli
