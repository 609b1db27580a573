#include "master/login/totp.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <liboath/oath.h>
#include <memory>

#include "common/base/check.h"
#include "common/base/percent.h"

namespace foyer::master {
namespace {

constexpr std::size_t secret_bytes = 20;
constexpr unsigned digits = 6;
constexpr unsigned step_s = 30;
constexpr std::size_t steps_around = 1;

struct Free {
    void operator()(char* text) const { std::free(text); }
};

}  // namespace

Secret<std::string> new_totp_secret(Rng& rng) {
    std::array<std::uint8_t, secret_bytes> bytes{};
    rng.fill(bytes);
    char* made = nullptr;
    std::size_t length = 0;
    CHECK(oath_base32_encode(reinterpret_cast<const char*>(bytes.data()), bytes.size(), &made,
                             &length) == OATH_OK);
    const std::unique_ptr<char, Free> owned(made);
    std::string text(made, length);
    text.erase(std::min(text.find('='), text.size()));
    return Secret<std::string>(std::move(text));
}

std::string totp_uri(std::string_view account, std::string_view member,
                     const Secret<std::string>& secret) {
    return "otpauth://totp/Foyer:" + percent_encoded(account) + "%20" + percent_encoded(member) +
           "?secret=" + secret.reveal() + "&issuer=Foyer";
}

std::optional<std::int64_t> totp_step(const Secret<std::string>& secret, const std::string& code,
                                      WallTime now) {
    const bool digits_only = code.size() == digits &&
                             std::ranges::all_of(code, [](char c) { return c >= '0' && c <= '9'; });
    if (!digits_only) return std::nullopt;
    char* raw = nullptr;
    std::size_t length = 0;
    const std::string& text = secret.reveal();
    if (oath_base32_decode(text.data(), text.size(), &raw, &length) != OATH_OK) return std::nullopt;
    const std::unique_ptr<char, Free> owned(raw);
    int position = 0;
    std::uint64_t counter = 0;
    const int found = oath_totp_validate4(raw, length, now.unix_ms / 1000, step_s, 0, steps_around,
                                          &position, &counter, 0, code.c_str());
    if (found < 0) return std::nullopt;
    return static_cast<std::int64_t>(counter);
}

}  // namespace foyer::master
