#include "common/tls/webhook_signature.h"

#include <array>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <span>

#include "common/base/base64.h"
#include "common/base/text.h"
#include "common/tls/sha256.h"

namespace foyer::tls {
namespace {

constexpr std::string_view prefix = "whsec_";
constexpr std::size_t key_bytes = 32;

Result<std::string> key_of(std::string_view secret) {
    const Error bad = error(ErrorCode::InvalidArgument,
                            "this is no secret of a webhook: whsec_ and base64 of 24 to 64 bytes");
    if (!secret.starts_with(prefix)) return bad;
    auto key = from_base64(secret.substr(prefix.size()));
    if (!key || key->size() < 24 || key->size() > 64) return bad;
    return *std::move(key);
}

std::string_view text_of(std::span<const std::uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<std::string> signature_of(std::string_view secret, std::string_view id,
                                 std::string_view timestamp, std::string_view body) {
    const std::string key = TRY(key_of(secret));
    std::string text;
    text.append(id).append(".").append(timestamp).append(".").append(body);
    std::array<std::uint8_t, 32> mac{};
    unsigned length = mac.size();
    CHECK(::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()),
                 reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(),
                 &length) != nullptr);
    return "v1," + to_base64(text_of(mac));
}

}  // namespace

std::string new_webhook_secret(Rng& rng) {
    std::array<std::uint8_t, key_bytes> key{};
    rng.fill(key);
    return std::string(prefix) + to_base64(text_of(key));
}

Result<WebhookHeaders> sign_webhook(std::string_view secret, std::string id, WallTime now,
                                    std::string_view body) {
    WebhookHeaders headers{std::move(id), std::to_string(now.unix_ms / 1000), {}};
    headers.signature = TRY(signature_of(secret, headers.id, headers.timestamp, body));
    return headers;
}

Status verify_webhook(std::string_view secret, const WebhookHeaders& headers, std::string_view body,
                      WallTime now) {
    constexpr std::int64_t seconds_max = 253'402'300'799;  // year 9999
    const auto seconds = parse_int(headers.timestamp);
    if (!seconds || *seconds < 0 || *seconds > seconds_max)
        return error(ErrorCode::InvalidArgument,
                     "webhook-timestamp is no number of seconds since 1970");
    const std::string right = TRY(signature_of(secret, headers.id, headers.timestamp, body));
    bool signed_by_us = false;
    for (const std::string& one : split(headers.signature, ' '))
        signed_by_us = equal_in_constant_time(one, right) || signed_by_us;
    if (!signed_by_us)
        return error(ErrorCode::PermissionDenied,
                     "the signature is not of this secret, id, time and body; do not believe it",
                     {{"rule", "signature"}});
    const Duration age = now - WallTime{*seconds * 1000};
    if (age > webhook_age_max || age < -webhook_age_max)
        return error(ErrorCode::FailedPrecondition,
                     "the call was signed at " + to_rfc3339(WallTime{*seconds * 1000}) +
                         ", more than 5 minutes from now: it is replayed, or a clock is wrong",
                     {{"rule", "replayed"}});
    return ok_status();
}

}  // namespace foyer::tls
