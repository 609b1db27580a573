#include "node-agent/volume/volume_cipher.h"

#include <string_view>

#include "common/base/check.h"
#include "common/os/files.h"
#include "common/os/kernel_modules.h"
#include "node-agent/volume/fscrypt.h"
#include "node-agent/volume/gocryptfs.h"
#include "node-agent/volume/luks.h"

namespace foyer::agent {
namespace {

Error cannot(std::string_view rule, const std::string& why) {
    return error(ErrorCode::FailedPrecondition, "this machine cannot encrypt volumes: " + why,
                 {{"rule", std::string(rule)}});
}

Result<VolumeCipher> by_fscrypt(const CipherMeans& means) {
    if (means.fscrypt.value_or(true)) return VolumeCipher::Fscrypt;
    return cannot(no_fscrypt_rule,
                  "its kernel was built without CONFIG_FS_ENCRYPTION (fscrypt); set "
                  "volumes.encryption = \"auto\" in node.toml");
}

Result<VolumeCipher> by_luks(const CipherMeans& means) {
    if (!means.dm_crypt.value_or(true))
        return cannot(no_luks_rule,
                      "its kernel has no dm-crypt (LUKS); set volumes.encryption = \"auto\" in "
                      "node.toml");
    if (!means.cryptsetup)
        return cannot(no_luks_rule, "no cryptsetup (LUKS); type: apt install cryptsetup-bin");
    return VolumeCipher::Luks;
}

Result<VolumeCipher> by_gocryptfs(const CipherMeans& means) {
    if (!means.gocryptfs)
        return cannot(no_gocryptfs_rule,
                      "no gocryptfs or no fusermount3; type: apt install gocryptfs fuse3");
    if (!means.fuse.value_or(true))
        return cannot(no_gocryptfs_rule,
                      "its kernel has no FUSE, which gocryptfs needs; take Debian's own kernel");
    return VolumeCipher::Gocryptfs;
}

// Whoever could have LUKS is asked: no program stands between his tenants and the disk then, and he
// should know which one he depends on (decision 0030).
Result<VolumeCipher> by_itself(const CipherMeans& means) {
    if (means.fscrypt.value_or(true)) return VolumeCipher::Fscrypt;
    if (means.dm_crypt.value_or(false))
        return cannot(no_fscrypt_rule,
                      std::string("its kernel has no fscrypt, but dm-crypt: set "
                                  "volumes.encryption = \"luks\" in node.toml") +
                          (means.cryptsetup ? "" : ", and type: apt install cryptsetup-bin"));
    return by_gocryptfs(means);
}

}  // namespace

CipherMeans kernel_means(const std::string& root) {
    CipherMeans means;
    if (os::exists(root + "/sys/fs/ext4/features"))
        means.fscrypt = os::exists(root + "/sys/fs/ext4/features/encryption");
    const os::KernelModules modules(root);
    means.dm_crypt = modules.has("dm-crypt");
    means.fuse = modules.has("fuse");
    return means;
}

CipherMeans with_programs(CipherMeans kernel) {
    kernel.cryptsetup = os::find_program("cryptsetup").ok();
    kernel.gocryptfs = has_gocryptfs();
    return kernel;
}

CipherMeans machine_means() { return with_programs(kernel_means("")); }

Result<VolumeCipher> choose_cipher(CipherChoice choice, const CipherMeans& means) {
    switch (choice) {
        case CipherChoice::Auto: return by_itself(means);
        case CipherChoice::Fscrypt: return by_fscrypt(means);
        case CipherChoice::Luks: return by_luks(means);
        case CipherChoice::Gocryptfs: return by_gocryptfs(means);
    }
    CHECK(false);
}

}  // namespace foyer::agent
