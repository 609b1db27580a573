#include "common/tls/key_fingerprint.h"

#include <cstdint>
#include <openssl/pem.h>
#include <optional>

#include "common/tls/openssl_ptr.h"
#include "common/tls/sha256.h"

namespace foyer::tls {
namespace {

// One element of DER: tag, length, content.
struct Element {
    unsigned tag = 0;
    std::string_view whole;
    std::string_view content;
};

constexpr unsigned sequence_tag = 0x30;
constexpr unsigned version_tag = 0xA0;

// Takes the first element from the front.
std::optional<Element> take(std::string_view& der) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(der[at]); };
    if (der.size() < 2) return std::nullopt;
    std::size_t header = 2;
    std::size_t length = byte(1);
    if (length >= 0x80) {
        const std::size_t digits = length - 0x80;
        if (digits == 0 || digits > 3 || der.size() < header + digits) return std::nullopt;
        length = 0;
        for (std::size_t i = 0; i < digits; ++i) length = length << 8U | byte(header + i);
        header += digits;
    }
    if (der.size() - header < length) return std::nullopt;
    const Element taken{byte(0), der.substr(0, header + length), der.substr(header, length)};
    der.remove_prefix(header + length);
    return taken;
}

// Certificate: { what is signed: { version?, serial, algorithm, issuer, validity, subject, key, …
std::optional<std::string_view> key_in(std::string_view der) {
    const auto certificate = take(der);
    if (!certificate || certificate->tag != sequence_tag) return std::nullopt;
    std::string_view inside = certificate->content;
    const auto is_signed = take(inside);
    if (!is_signed || is_signed->tag != sequence_tag) return std::nullopt;
    std::string_view rest = is_signed->content;
    auto field = take(rest);
    if (field && field->tag == version_tag) field = take(rest);
    for (int skipped = 0; field && skipped < 5; ++skipped) field = take(rest);
    if (!field || field->tag != sequence_tag) return std::nullopt;
    return field->whole;
}

}  // namespace

Result<std::string> read_key_fingerprint(std::string_view pem) {
    const BioPtr bio = read_bio(pem);
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long size = 0;
    const bool read = PEM_read_bio(bio.get(), &name, &header, &data, &size) == 1;
    const bool is_certificate = read && std::string_view(name) == PEM_STRING_X509;
    std::optional<std::string> fingerprint;
    if (is_certificate) {
        const std::string_view der(reinterpret_cast<const char*>(data),
                                   static_cast<std::size_t>(size));
        if (const auto key = key_in(der)) fingerprint = sha256_hex(*key);
    }
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
    ERR_clear_error();
    if (!fingerprint) return error(ErrorCode::InvalidArgument, "this is no certificate in PEM");
    return *std::move(fingerprint);
}

}  // namespace foyer::tls
