// The kernel's own encryption of folders (linux/fscrypt.h), policies of version 2.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace foyer::agent {

// The rule, among the details, of a refusal that no other try will change.
inline constexpr std::string_view no_fscrypt_rule = "no_fscrypt";

inline constexpr std::size_t fscrypt_key_bytes = 64;  // AES-256-XTS needs two of 32
using FscryptKey = std::array<std::uint8_t, 16>;      // a name for a key, which the kernel makes

// Gives the kernel a key for the file system that `folder` lies on, until it is unmounted. Safe to
// repeat. FailedPrecondition: this kernel or file system cannot encrypt
// (no_fscrypt_rule).
Result<FscryptKey> add_fscrypt_key(const std::string& folder, std::span<const std::uint8_t> key);

// What is made in this empty folder from now on is encrypted by that key.
Status encrypt_folder(const std::string& folder, const FscryptKey& key);

// By which key the folder is encrypted. NotFound: it is not.
Result<FscryptKey> key_of_folder(const std::string& folder);

}  // namespace foyer::agent
