// The writing half of certificate.h: keys, requests, authorities, signatures.
#include <array>
#include <openssl/ec.h>
#include <openssl/pem.h>

#include "common/base/text.h"
#include "common/tls/certificate.h"
#include "common/tls/openssl_ptr.h"

namespace foyer::tls {
namespace {

constexpr int request_key_bits_min = 2048;

Result<std::string> key_pem(EVP_PKEY* key) {
    const BioPtr out(BIO_new(BIO_s_mem()));
    if (!out ||
        PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
        return openssl_error(ErrorCode::Internal, "cannot write private key");
    }
    return bio_text(out.get());
}

Status set_common_name(X509_NAME* subject, const std::string& common_name) {
    const auto bytes = as_bytes(common_name);
    if (X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, bytes.data(),
                                   static_cast<int>(bytes.size()), -1, 0) != 1) {
        return openssl_error(ErrorCode::InvalidArgument,
                             "name '" + common_name + "' cannot be a common name");
    }
    return ok_status();
}

// Positive, 127 random bits: no counter to keep, no collision to expect.
Status set_serial(X509* certificate, Rng& rng) {
    std::array<std::uint8_t, 16> bytes{};
    rng.fill(bytes);
    bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0x7fU) | 0x40U);
    const NumberPtr number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
    if (!number ||
        BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) == nullptr) {
        return openssl_error(ErrorCode::Internal, "cannot set serial number");
    }
    return ok_status();
}

Status set_validity(X509* certificate, Validity validity) {
    const auto seconds = [](WallTime time) { return static_cast<time_t>(time.unix_ms / 1000); };
    if (validity.not_after <= validity.not_before)
        return error(ErrorCode::InvalidArgument, "certificate would end before it begins");
    if (ASN1_TIME_set(X509_getm_notBefore(certificate), seconds(validity.not_before)) == nullptr ||
        ASN1_TIME_set(X509_getm_notAfter(certificate), seconds(validity.not_after)) == nullptr) {
        return openssl_error(ErrorCode::InvalidArgument, "certificate's dates cannot be written");
    }
    return ok_status();
}

Status add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) {
        return openssl_error(ErrorCode::InvalidArgument, "cannot add extension '" + value + "'");
    }
    return ok_status();
}

// The config syntax of OpenSSL separates by commas: a name holding one could smuggle in a second
// name.
Status append_names(std::string& value, std::string_view kind,
                    const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        if (name.empty() || name.size() > 255 ||
            name.find_first_of(",\n\r \"\\;@") != std::string::npos) {
            return error(ErrorCode::InvalidArgument,
                         "name '" + name + "' cannot stand in a certificate");
        }
        if (!value.empty()) value += ',';
        value += std::string(kind) + ":" + name;
    }
    return ok_status();
}

Result<std::string> subject_names(const CertificateSpec& spec) {
    std::string value;
    TRY(append_names(value, "URI", spec.uris));
    TRY(append_names(value, "DNS", spec.dns_names));
    TRY(append_names(value, "IP", spec.ip_addresses));
    return value;
}

std::string usage_text(Usage usage) {
    switch (usage) {
        case Usage::Client: return "clientAuth";
        case Usage::Server: return "serverAuth";
        case Usage::Both: return "clientAuth,serverAuth";
    }
    CHECK(false);
}

Result<RequestPtr> parse_request(std::string_view csr_pem) {
    if (csr_pem.size() > 16384)
        return error(ErrorCode::InvalidArgument, "certificate request is over 16 KiB");
    const BioPtr bio = read_bio(csr_pem);
    RequestPtr request(PEM_read_bio_X509_REQ(bio.get(), nullptr, refuse_password, nullptr));
    if (!request)
        return openssl_error(ErrorCode::InvalidArgument, "certificate request is not readable PEM");
    EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
    if (key == nullptr)
        return openssl_error(ErrorCode::InvalidArgument, "certificate request holds no usable key");
    if (X509_REQ_verify(request.get(), key) != 1) {
        return openssl_error(ErrorCode::InvalidArgument,
                             "certificate request is not signed by its own key");
    }
    const int kind = EVP_PKEY_base_id(key);
    const int bits = EVP_PKEY_bits(key);
    const bool strong = (kind == EVP_PKEY_EC && bits >= 256) || kind == EVP_PKEY_ED25519 ||
                        (kind == EVP_PKEY_RSA && bits >= request_key_bits_min && bits <= 8192);
    if (!strong)
        return error(ErrorCode::InvalidArgument,
                     "certificate request's key is too weak; use ECDSA P-256");
    return request;
}

void free_extensions(STACK_OF(X509_EXTENSION) * extensions) {
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

Result<std::string> finish(X509* certificate, EVP_PKEY* issuer_key) {
    const EVP_MD* digest =
        EVP_PKEY_base_id(issuer_key) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
    if (X509_sign(certificate, issuer_key, digest) == 0)
        return openssl_error(ErrorCode::Internal, "cannot sign certificate");
    return certificate_pem(certificate);
}

}  // namespace

Result<Secret<std::string>> make_key() {
    const KeyPtr key(EVP_EC_gen("P-256"));
    if (!key) return openssl_error(ErrorCode::Internal, "cannot make a key");
    return Secret(TRY(key_pem(key.get())));
}

namespace {

Result<RequestPtr> begin_request(EVP_PKEY* key) {
    RequestPtr request(X509_REQ_new());
    if (!request || X509_REQ_set_version(request.get(), 0) != 1 ||
        X509_REQ_set_pubkey(request.get(), key) != 1) {
        return openssl_error(ErrorCode::Internal, "cannot make a certificate request");
    }
    return request;
}

Result<std::string> finish_request(X509_REQ* request, EVP_PKEY* key) {
    if (X509_REQ_sign(request, key, EVP_sha256()) == 0)
        return openssl_error(ErrorCode::Internal, "cannot sign request");
    const BioPtr out(BIO_new(BIO_s_mem()));
    if (!out || PEM_write_bio_X509_REQ(out.get(), request) != 1)
        return openssl_error(ErrorCode::Internal, "cannot write request");
    return bio_text(out.get());
}

}  // namespace

Result<std::string> make_request(const Secret<std::string>& key_text,
                                 const std::string& common_name) {
    const KeyPtr key = TRY(parse_key(key_text.reveal()));
    const RequestPtr request = TRY(begin_request(key.get()));
    TRY(set_common_name(X509_REQ_get_subject_name(request.get()), common_name));
    return finish_request(request.get(), key.get());
}

Result<std::string> make_server_request(const Secret<std::string>& key_text,
                                        const std::string& dns_name) {
    const KeyPtr key = TRY(parse_key(key_text.reveal()));
    const RequestPtr request = TRY(begin_request(key.get()));
    std::string names;
    TRY(append_names(names, "DNS", {dns_name}));
    const std::unique_ptr<STACK_OF(X509_EXTENSION), FreeWith<free_extensions>> extensions(
        sk_X509_EXTENSION_new_null());
    ExtensionPtr extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str()));
    if (!extensions || !extension || sk_X509_EXTENSION_push(extensions.get(), extension.get()) <= 0)
        return openssl_error(ErrorCode::InvalidArgument,
                             "name '" + dns_name + "' cannot stand in a request");
    [[maybe_unused]] const X509_EXTENSION* owned_by_the_list = extension.release();
    if (X509_REQ_add_extensions(request.get(), extensions.get()) != 1)
        return openssl_error(ErrorCode::Internal, "cannot name the server in the request");
    return finish_request(request.get(), key.get());
}

Result<RequestFacts> read_request(std::string_view csr_pem) {
    const RequestPtr request = TRY(parse_request(csr_pem));
    std::array<unsigned char, 32> digest{};
    unsigned length = 0;
    unsigned char* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_REQ_get_X509_PUBKEY(request.get()), &der);
    if (size <= 0)
        return openssl_error(ErrorCode::InvalidArgument, "certificate request holds no usable key");
    const int hashed = EVP_Digest(der, static_cast<std::size_t>(size), digest.data(), &length,
                                  EVP_sha256(), nullptr);
    OPENSSL_free(der);
    CHECK(hashed == 1 && length == digest.size());
    return RequestFacts{to_hex(digest)};
}

Result<Authority> make_authority(const std::string& common_name, Validity validity, Rng& rng) {
    const KeyPtr key(EVP_EC_gen("P-256"));
    const CertificatePtr certificate(X509_new());
    if (!key || !certificate || X509_set_version(certificate.get(), 2) != 1 ||
        X509_set_pubkey(certificate.get(), key.get()) != 1) {
        return openssl_error(ErrorCode::Internal, "cannot make a certificate authority");
    }
    TRY(set_common_name(X509_get_subject_name(certificate.get()), common_name));
    if (X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get())) != 1) {
        return openssl_error(ErrorCode::Internal, "cannot name the issuer");
    }
    TRY(set_serial(certificate.get(), rng));
    TRY(set_validity(certificate.get(), validity));
    TRY(add_extension(certificate.get(), certificate.get(), NID_basic_constraints,
                      "critical,CA:TRUE,pathlen:0"));
    TRY(add_extension(certificate.get(), certificate.get(), NID_key_usage,
                      "critical,keyCertSign,cRLSign"));
    TRY(add_extension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash"));
    return Authority{TRY(finish(certificate.get(), key.get())), Secret(TRY(key_pem(key.get())))};
}

Result<std::string> sign_request(const Authority& authority, std::string_view csr_pem,
                                 const CertificateSpec& spec, Rng& rng) {
    const RequestPtr request = TRY(parse_request(csr_pem));
    const CertificatePtr issuer = TRY(parse_certificate(authority.certificate_pem));
    const KeyPtr issuer_key = TRY(parse_key(authority.key_pem.reveal()));
    const CertificatePtr certificate(X509_new());
    if (!certificate || X509_set_version(certificate.get(), 2) != 1 ||
        X509_set_pubkey(certificate.get(), X509_REQ_get0_pubkey(request.get())) != 1 ||
        X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get())) != 1) {
        return openssl_error(ErrorCode::Internal, "cannot make a certificate");
    }
    TRY(set_common_name(X509_get_subject_name(certificate.get()), spec.common_name));
    TRY(set_serial(certificate.get(), rng));
    TRY(set_validity(certificate.get(), spec.validity));
    TRY(add_extension(certificate.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE"));
    TRY(add_extension(certificate.get(), issuer.get(), NID_key_usage, "critical,digitalSignature"));
    TRY(add_extension(certificate.get(), issuer.get(), NID_ext_key_usage, usage_text(spec.usage)));
    TRY(add_extension(certificate.get(), issuer.get(), NID_subject_key_identifier, "hash"));
    TRY(add_extension(certificate.get(), issuer.get(), NID_authority_key_identifier, "keyid"));
    const std::string names = TRY(subject_names(spec));
    if (!names.empty())
        TRY(add_extension(certificate.get(), issuer.get(), NID_subject_alt_name, names));
    return finish(certificate.get(), issuer_key.get());
}

}  // namespace foyer::tls
