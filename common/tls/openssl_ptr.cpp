#include "common/tls/openssl_ptr.h"

#include <array>
#include <climits>
#include <openssl/pem.h>

#include "common/base/text.h"

namespace foyer::tls {

// Keys at rest are protected by file modes; nothing of ours is encrypted PEM.
int refuse_password(char*, int, int, void*) { return -1; }

Error openssl_error(ErrorCode code, std::string_view what) {
    std::array<char, 160> reason{};
    const unsigned long last = ERR_peek_last_error();
    if (last != 0) ERR_error_string_n(last, reason.data(), reason.size());
    ERR_clear_error();
    std::string message(what);
    if (last != 0) message += std::string(" (") + reason.data() + ")";
    return error(code, std::move(message));
}

BioPtr read_bio(std::string_view text) {
    CHECK(text.size() <= INT_MAX);
    return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string bio_text(BIO* bio) {
    char* data = nullptr;
    const long length = BIO_get_mem_data(bio, &data);
    return length > 0 ? std::string(data, static_cast<std::size_t>(length)) : std::string();
}

Result<KeyPtr> parse_key(std::string_view pem) {
    const BioPtr bio = read_bio(pem);
    KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_password, nullptr));
    if (!key) return openssl_error(ErrorCode::InvalidArgument, "private key is not readable PEM");
    return key;
}

Result<CertificatePtr> parse_certificate(std::string_view pem) {
    const BioPtr bio = read_bio(pem);
    CertificatePtr certificate(PEM_read_bio_X509(bio.get(), nullptr, refuse_password, nullptr));
    if (!certificate)
        return openssl_error(ErrorCode::InvalidArgument, "certificate is not readable PEM");
    return certificate;
}

Result<std::string> certificate_pem(X509* certificate) {
    const BioPtr out(BIO_new(BIO_s_mem()));
    if (!out || PEM_write_bio_X509(out.get(), certificate) != 1) {
        return openssl_error(ErrorCode::Internal, "cannot write certificate");
    }
    return bio_text(out.get());
}

std::string fingerprint_of(X509* certificate) {
    std::array<unsigned char, 32> digest{};
    unsigned length = 0;
    CHECK(X509_digest(certificate, EVP_sha256(), digest.data(), &length) == 1 &&
          length == digest.size());
    return to_hex(digest);
}

}  // namespace foyer::tls
