#include "common/tls/dkim_key.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "common/base/base64.h"
#include "common/tls/openssl_ptr.h"

namespace foyer::tls {

constexpr unsigned int key_bits = 2048;

Result<DkimPair> make_dkim_pair() {
    const KeyPtr key(EVP_RSA_gen(key_bits));
    if (!key) return openssl_error(ErrorCode::Internal, "cannot make a key for mail");
    const BioPtr pem(BIO_new(BIO_s_mem()));
    if (!pem ||
        PEM_write_bio_PrivateKey(pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
        return openssl_error(ErrorCode::Internal, "cannot write a key for mail");
    const BioPtr der(BIO_new(BIO_s_mem()));
    if (!der || i2d_PUBKEY_bio(der.get(), key.get()) != 1)
        return openssl_error(ErrorCode::Internal, "cannot write the public half of a key for mail");
    return DkimPair{Secret<std::string>(bio_text(pem.get())), to_base64(bio_text(der.get()))};
}

}  // namespace foyer::tls
