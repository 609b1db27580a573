#include "master/app/mail_key_maker.h"

#include "common/tls/dkim_key.h"

namespace foyer::master {

Result<MailKey> make_mail_key(const std::string& domain, const SecretSeal& seal, Rng& rng) {
    constexpr std::size_t selector_letters = 8;
    const tls::DkimPair pair = TRY(tls::make_dkim_pair());
    MailKey key;
    key.selector = "foyer-" + rng.text(selector_letters);
    key.public_key = pair.public_key;
    key.private_key = seal.seal(pair.private_pem, mail_key_place(domain, key.selector));
    return key;
}

std::function<Result<MailKey>(const std::string& domain)> mail_key_maker(const SecretSeal& seal,
                                                                         Rng& rng) {
    return [&seal, &rng](const std::string& domain) { return make_mail_key(domain, seal, rng); };
}

}  // namespace foyer::master
