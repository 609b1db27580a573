#include "node-agent/volume/fscrypt.h"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <linux/fscrypt.h>
#include <openssl/crypto.h>
#include <sys/ioctl.h>
#include <vector>

#include "common/os/sys.h"

namespace foyer::agent {
namespace {

Error no_encryption(const std::string& folder, int code) {
    const bool missing = code == EOPNOTSUPP || code == ENOTTY;
    if (!missing) return os::errno_error("cannot encrypt '" + folder + "'", code);
    return error(
        ErrorCode::FailedPrecondition,
        "this kernel cannot encrypt '" + folder + "': it was built without CONFIG_FS_ENCRYPTION",
        {{"rule", std::string(no_fscrypt_rule)}});
}

// The request with the key behind it, wiped when it goes.
class KeyRequest {
public:
    explicit KeyRequest(std::span<const std::uint8_t> key)
        : bytes_(sizeof(fscrypt_add_key_arg) + key.size()) {
        argument().key_spec.type = FSCRYPT_KEY_SPEC_TYPE_IDENTIFIER;
        argument().raw_size = static_cast<std::uint32_t>(key.size());
        std::ranges::copy(key, bytes_.begin() + sizeof(fscrypt_add_key_arg));
    }
    KeyRequest(const KeyRequest&) = delete;
    KeyRequest& operator=(const KeyRequest&) = delete;
    ~KeyRequest() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }
    fscrypt_add_key_arg& argument() {
        return *reinterpret_cast<fscrypt_add_key_arg*>(bytes_.data());
    }

private:
    std::vector<std::uint8_t> bytes_;
};

FscryptKey name_in(const std::uint8_t (&identifier)[FSCRYPT_KEY_IDENTIFIER_SIZE]) {
    FscryptKey name{};
    static_assert(sizeof(name) == sizeof(identifier));
    std::memcpy(name.data(), identifier, name.size());
    return name;
}

}  // namespace

Result<FscryptKey> add_fscrypt_key(const std::string& folder, std::span<const std::uint8_t> key) {
    const os::UniqueFd fd =
        TRY(os::open_file(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    KeyRequest request(key);
    if (::ioctl(fd.get(), FS_IOC_ADD_ENCRYPTION_KEY, &request.argument()) != 0)
        return no_encryption(folder, errno);
    return name_in(request.argument().key_spec.u.identifier);
}

Status encrypt_folder(const std::string& folder, const FscryptKey& key) {
    const os::UniqueFd fd =
        TRY(os::open_file(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    fscrypt_policy_v2 policy{};
    policy.version = FSCRYPT_POLICY_V2;
    policy.contents_encryption_mode = FSCRYPT_MODE_AES_256_XTS;
    policy.filenames_encryption_mode = FSCRYPT_MODE_AES_256_CTS;
    policy.flags = FSCRYPT_POLICY_FLAGS_PAD_32;
    std::memcpy(policy.master_key_identifier, key.data(), key.size());
    if (::ioctl(fd.get(), FS_IOC_SET_ENCRYPTION_POLICY, &policy) != 0)
        return no_encryption(folder, errno);
    return ok_status();
}

Result<FscryptKey> key_of_folder(const std::string& folder) {
    const os::UniqueFd fd =
        TRY(os::open_file(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    fscrypt_get_policy_ex_arg found{};
    found.policy_size = sizeof(found.policy);
    if (::ioctl(fd.get(), FS_IOC_GET_ENCRYPTION_POLICY_EX, &found) != 0)
        return errno == ENODATA ? error(ErrorCode::NotFound, "'" + folder + "' is not encrypted")
                                : no_encryption(folder, errno);
    if (found.policy.version != FSCRYPT_POLICY_V2)
        return error(ErrorCode::FailedPrecondition,
                     "'" + folder + "' is encrypted in another way than ours");
    return name_in(found.policy.v2.master_key_identifier);
}

}  // namespace foyer::agent
