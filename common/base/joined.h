// Arrays joined at compile time: tables that are written in parts.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace foyer {

template <class T, std::size_t N>
constexpr std::array<T, N> joined(const std::array<T, N>& only) {
    return only;
}

template <class T, std::size_t N, std::size_t M, class... More>
constexpr auto joined(const std::array<T, N>& first, const std::array<T, M>& second,
                      const More&... more) {
    std::array<T, N + M> both{};
    std::ranges::copy(second, std::ranges::copy(first, both.begin()).out);
    return joined(both, more...);
}

}  // namespace foyer
