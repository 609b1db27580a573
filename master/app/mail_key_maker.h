// Makes a key that mail of a domain is signed with, its private half sealed.
#pragma once

#include <functional>
#include <string>

#include "common/base/random.h"
#include "common/base/result.h"
#include "master/app/secret_seal.h"
#include "master/domain/mail_keys.h"

namespace foyer::master {

// The selector is drawn: another cloud, or a later key, has another one. Takes a tenth of a second.
Result<MailKey> make_mail_key(const std::string& domain, const SecretSeal& seal, Rng& rng);
// The same, for whoever has neither. Borrows both.
std::function<Result<MailKey>(const std::string& domain)> mail_key_maker(const SecretSeal& seal,
                                                                         Rng& rng);

}  // namespace foyer::master
