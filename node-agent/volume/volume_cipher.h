// In which way a partition's new volume is encrypted: what the host chose, and what his machine
// has.
#pragma once

#include <optional>
#include <string>

#include "common/base/result.h"

namespace foyer::agent {

// One that is there tells by itself in which way it was made.
enum class VolumeCipher {
    Fscrypt,   // the kernel encrypts the folder within
    Luks,      // the kernel encrypts the whole file (dm-crypt), also what the file system is like
    Gocryptfs  // a program encrypts the folder within, where the kernel does neither
};

// What the host wants of new volumes.
enum class CipherChoice {
    Auto,  // fscrypt; gocryptfs where the kernel has neither fscrypt nor dm-crypt
    Fscrypt,
    Luks,
    Gocryptfs
};

// What this machine has for it. Absent: not known.
struct CipherMeans {
    std::optional<bool> fscrypt;   // ext4 can encrypt folders; not known before ext4 is loaded
    std::optional<bool> dm_crypt;  // in the kernel, or a module of it
    std::optional<bool> fuse;      // likewise
    bool cryptsetup = false;       // the program that LUKS needs
    bool gocryptfs = false;        // that and fusermount3
};

// The kernel's part alone; `root` is as for os::KernelModules.
CipherMeans kernel_means(const std::string& root);
// The same with the programs that this machine has.
CipherMeans with_programs(CipherMeans kernel);
CipherMeans machine_means();

// What is not known is tried: whoever tries tells what is missing. FailedPrecondition, with the
// rule of that cipher (no_fscrypt_rule …): it cannot be here; the message says what to type.
Result<VolumeCipher> choose_cipher(CipherChoice choice, const CipherMeans& means);

}  // namespace foyer::agent
