// Fields of requests that prove who somebody is, or that a program is given to read: never part of
// an address, nor of what is recorded, not even as a hash that can be guessed at.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace foyer::master {

inline constexpr auto secret_fields = std::to_array<std::string_view>(
    {"password", "new_password", "code", "invitation", "device", "flow", "input"});

constexpr bool is_secret_field(std::string_view name) {
    return std::ranges::find(secret_fields, name) != secret_fields.end();
}

}  // namespace foyer::master
