#include "master/login/password.h"

#include <algorithm>
#include <argon2.h>
#include <array>
#include <cstdint>

#include "common/base/utf8.h"

namespace foyer::master {
namespace {

constexpr std::uint32_t passes = 2;
constexpr std::uint32_t memory_kib = 19'456;
constexpr std::uint32_t lanes = 1;
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t hash_bytes = 32;
constexpr std::size_t encoded_bytes_max = 256;

std::string in_small_letters(std::string_view text) {
    std::string small(text);
    std::ranges::transform(small, small.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return small;
}

Result<std::string> hash_with(const Secret<std::string>& password, const std::uint8_t* salt) {
    std::array<char, encoded_bytes_max> encoded{};
    const std::string& plain = password.reveal();
    const int failed =
        argon2id_hash_encoded(passes, memory_kib, lanes, plain.data(), plain.size(), salt,
                              salt_bytes, hash_bytes, encoded.data(), encoded.size());
    if (failed == ARGON2_OK) return std::string(encoded.data());
    return error(ErrorCode::Unavailable,
                 std::string("the password could not be hashed: ") + argon2_error_message(failed));
}

}  // namespace

Status check_password(const Secret<std::string>& password, std::string_view account,
                      std::string_view member, std::string_view field) {
    const auto refuse = [&](const std::string& why) {
        return error(ErrorCode::InvalidArgument, "the password " + why,
                     {{"field", std::string(field)}, {"rule", "password"}});
    };
    const std::string& plain = password.reveal();
    if (plain.size() < limits::password_bytes_min)
        return refuse(
            "has fewer than 12 letters; four words that nobody else puts together are "
            "easy to keep");
    if (plain.size() > limits::password_bytes_max) return refuse("has more than 200 bytes");
    if (!is_plain_text(plain)) return refuse("must be text, on one line");
    const auto is_first = [&](char c) { return c == plain.front(); };
    if (std::ranges::all_of(plain, is_first)) return refuse("is one letter again and again");
    const std::string small = in_small_letters(plain);
    if (small == member || small == account || small == std::string(account) + std::string(member))
        return refuse("is a name that everybody knows");
    return ok_status();
}

Result<std::string> hash_password(const Secret<std::string>& password, Rng& rng) {
    std::array<std::uint8_t, salt_bytes> salt{};
    rng.fill(salt);
    return hash_with(password, salt.data());
}

bool is_password(const Secret<std::string>& password, const std::string& hash) {
    const std::string& plain = password.reveal();
    if (plain.size() > limits::password_bytes_max) return false;
    if (!hash.empty())
        return argon2id_verify(hash.c_str(), plain.data(), plain.size()) == ARGON2_OK;
    constexpr std::array<std::uint8_t, salt_bytes> nobodys{};
    discard(hash_with(password, nobodys.data()), "only the time it takes counts");
    return false;
}

}  // namespace foyer::master
