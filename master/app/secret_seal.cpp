#include "master/app/secret_seal.h"

#include "common/base/text.h"

namespace foyer::master {

Sealed SecretSeal::seal(const Secret<std::string>& plain, std::string_view place) const {
    return Sealed(to_base64url(seal_.seal(plain, place, rng_)));
}

Result<Secret<std::string>> SecretSeal::open(const Sealed& sealed, std::string_view place) const {
    const auto bytes = from_base64url(sealed.str());
    if (!bytes) return error(ErrorCode::InvalidArgument, "a sealed secret is not base64url");
    return seal_.open(*bytes, place);
}

std::string secret_place(const InstanceName& instance, std::string_view secret) {
    return "instance/" + instance.str() + "/" + std::string(secret);
}

}  // namespace foyer::master
