#include "common/tls/certificate.h"

#include <arpa/inet.h>
#include <array>
#include <ctime>
#include <openssl/pem.h>

#include "common/base/text.h"
#include "common/tls/openssl_ptr.h"

namespace foyer::tls {
namespace {

constexpr std::string_view node_uri_prefix = "spiffe://foyer/node/";
constexpr std::size_t bundle_certificates_max = 16;

WallTime time_from(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return WallTime{};
    return WallTime{static_cast<std::int64_t>(timegm(&parts)) * 1000};
}

std::string text_from(const ASN1_STRING* text) {
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
            static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string ip_text(const ASN1_OCTET_STRING* bytes) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = ASN1_STRING_length(bytes) == 4 ? AF_INET : AF_INET6;
    if (family == AF_INET6 && ASN1_STRING_length(bytes) != 16) return {};
    if (inet_ntop(family, ASN1_STRING_get0_data(bytes), text.data(), text.size()) == nullptr)
        return {};
    return text.data();
}

std::string common_name_of(const X509* certificate) {
    const X509_NAME* subject = X509_get_subject_name(certificate);
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0) return {};
    return text_from(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

void read_names(const X509* certificate, CertificateFacts& facts) {
    const NamesPtr names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
    for (int i = 0; i < count; ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_URI)
            facts.uris.push_back(text_from(name->d.uniformResourceIdentifier));
        if (name->type == GEN_DNS) facts.dns_names.push_back(text_from(name->d.dNSName));
        if (name->type == GEN_IPADD) facts.ip_addresses.push_back(ip_text(name->d.iPAddress));
    }
}

std::string serial_of(X509* certificate) {
    const NumberPtr number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
    BN_bn2bin(number.get(), bytes.data());
    return to_hex(bytes);
}

std::string key_fingerprint_of(X509* certificate) {
    std::array<unsigned char, 32> digest{};
    unsigned length = 0;
    unsigned char* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    CHECK(size > 0);
    const int hashed = EVP_Digest(der, static_cast<std::size_t>(size), digest.data(), &length,
                                  EVP_sha256(), nullptr);
    OPENSSL_free(der);
    CHECK(hashed == 1 && length == digest.size());
    return to_hex(digest);
}

CertificateFacts facts_of(X509* certificate) {
    CertificateFacts facts;
    facts.common_name = common_name_of(certificate);
    read_names(certificate, facts);
    facts.not_before = time_from(X509_get0_notBefore(certificate));
    facts.not_after = time_from(X509_get0_notAfter(certificate));
    facts.authority = X509_check_ca(certificate) == 1;
    facts.serial = serial_of(certificate);
    facts.fingerprint = fingerprint_of(certificate);
    facts.key_fingerprint = key_fingerprint_of(certificate);
    return facts;
}

Error verify_error(const CertificateFacts& facts, int reason, WallTime at) {
    const std::string clock = "this machine's clock says " + to_rfc3339(at);
    switch (reason) {
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return error(ErrorCode::FailedPrecondition,
                         "certificate of '" + facts.common_name + "' is valid only from " +
                             to_rfc3339(facts.not_before) + " on, but " + clock);
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return error(ErrorCode::FailedPrecondition,
                         "certificate of '" + facts.common_name + "' expired at " +
                             to_rfc3339(facts.not_after) + ", and " + clock);
        default:
            return error(ErrorCode::PermissionDenied, "certificate of '" + facts.common_name +
                                                          "' is not from this authority: " +
                                                          X509_verify_cert_error_string(reason));
    }
}

}  // namespace

std::string node_uri(const NodeId& node) { return std::string(node_uri_prefix) + node.str(); }

std::optional<NodeId> node_of_uri(std::string_view uri) {
    if (!uri.starts_with(node_uri_prefix)) return std::nullopt;
    const std::string_view name = uri.substr(node_uri_prefix.size());
    if (!check_name("node", name).ok()) return std::nullopt;
    return NodeId(std::string(name));
}

Result<NodeId> node_of(const CertificateFacts& facts) {
    std::optional<NodeId> found;
    for (const std::string& uri : facts.uris) {
        const auto node = node_of_uri(uri);
        if (!node) continue;
        if (found) return error(ErrorCode::Unauthenticated, "certificate speaks for two nodes");
        found = node;
    }
    if (!found) return error(ErrorCode::Unauthenticated, "certificate speaks for no node");
    return *found;
}

Result<CertificateFacts> read_certificate(std::string_view pem) {
    return facts_of(TRY(parse_certificate(pem)).get());
}

Result<std::vector<std::string>> split_bundle(std::string_view pem) {
    const BioPtr bio = read_bio(pem);
    std::vector<std::string> parts;
    for (;;) {
        const CertificatePtr certificate(
            PEM_read_bio_X509(bio.get(), nullptr, refuse_password, nullptr));
        if (!certificate) break;
        if (parts.size() == bundle_certificates_max)
            return error(ErrorCode::InvalidArgument, "bundle holds too many certificates");
        parts.push_back(TRY(certificate_pem(certificate.get())));
    }
    ERR_clear_error();
    if (parts.empty()) return error(ErrorCode::InvalidArgument, "no certificate in PEM found");
    return parts;
}

Status verify_certificate(std::string_view pem, std::string_view roots_pem, WallTime at) {
    const CertificatePtr certificate = TRY(parse_certificate(pem));
    const StorePtr store(X509_STORE_new());
    for (const std::string& root_pem : TRY(split_bundle(roots_pem))) {
        const CertificatePtr root = TRY(parse_certificate(root_pem));
        if (X509_STORE_add_cert(store.get(), root.get()) != 1)
            return openssl_error(ErrorCode::InvalidArgument, "root is not usable");
    }
    const StoreContextPtr context(X509_STORE_CTX_new());
    if (!context ||
        X509_STORE_CTX_init(context.get(), store.get(), certificate.get(), nullptr) != 1) {
        return openssl_error(ErrorCode::Internal, "cannot verify certificate");
    }
    X509_STORE_CTX_set_time(context.get(), 0, static_cast<time_t>(at.unix_ms / 1000));
    if (X509_verify_cert(context.get()) == 1) return ok_status();
    const int reason = X509_STORE_CTX_get_error(context.get());
    ERR_clear_error();
    return verify_error(facts_of(certificate.get()), reason, at);
}

Status check_key_pair(std::string_view certificate_pem, const Secret<std::string>& key_pem) {
    const CertificatePtr certificate = TRY(parse_certificate(certificate_pem));
    const KeyPtr key = TRY(parse_key(key_pem.reveal()));
    if (X509_check_private_key(certificate.get(), key.get()) == 1) return ok_status();
    ERR_clear_error();
    return error(ErrorCode::InvalidArgument, "private key does not belong to the certificate");
}

}  // namespace foyer::tls
