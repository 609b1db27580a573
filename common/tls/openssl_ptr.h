// Owners of OpenSSL's objects. Included only by the .cpp files of this folder.
#pragma once

#include <memory>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace foyer::tls {

template <auto Free>
struct FreeWith {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};

using BioPtr = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using KeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;
using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using CipherContextPtr = std::unique_ptr<EVP_CIPHER_CTX, FreeWith<EVP_CIPHER_CTX_free>>;
using CertificatePtr = std::unique_ptr<X509, FreeWith<X509_free>>;
using RequestPtr = std::unique_ptr<X509_REQ, FreeWith<X509_REQ_free>>;
using StorePtr = std::unique_ptr<X509_STORE, FreeWith<X509_STORE_free>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, FreeWith<X509_STORE_CTX_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
using NamesPtr = std::unique_ptr<GENERAL_NAMES, FreeWith<GENERAL_NAMES_free>>;
using TlsContextPtr = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;
using TlsPtr = std::unique_ptr<SSL, FreeWith<SSL_free>>;

// What OpenSSL says of its last failure, as an error of ours; empties its queue.
Error openssl_error(ErrorCode code, std::string_view what);

BioPtr read_bio(std::string_view text);
std::string bio_text(BIO* bio);

// For every PEM reader: text from outside may claim to be encrypted, and OpenSSL would then ask for
// a password on the terminal, or wait for one on standard input for ever.
int refuse_password(char*, int, int, void*);

Result<KeyPtr> parse_key(std::string_view pem);
Result<CertificatePtr> parse_certificate(std::string_view pem);
Result<std::string> certificate_pem(X509* certificate);
// SHA-256 over the DER form, lower-case hex.
std::string fingerprint_of(X509* certificate);

}  // namespace foyer::tls
