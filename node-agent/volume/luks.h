// LUKS2 over a partition's image file: the whole file is encrypted by the kernel's dm-crypt, so
// that a disk shows not even the shape of the tree. Done by cryptsetup; keys go to it by standard
// input alone.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "node-agent/volume/loop_device.h"

namespace foyer::agent {

// The rule, among the details, of a refusal that no other try will change.
inline constexpr std::string_view no_luks_rule = "no_luks";

inline constexpr std::size_t luks_key_bytes = 64;
inline constexpr std::size_t luks_name_bytes = 16;

struct LuksKey {
    std::span<const std::uint8_t> key;   // of luks_key_bytes
    std::span<const std::uint8_t> name;  // of luks_name_bytes: tells keys apart; nothing follows
                                         // from it
};

// What of an image can be mounted: its loop device, or what dm-crypt shows of that.
struct BlockDevice {
    std::string path;    // "/dev/loop7", "/dev/mapper/foyer-loop7-…"
    bool fresh = false;  // nobody else can have mounted it
};

// Told by the file's first bytes. Missing, or too short to tell: no.
bool is_luks(const std::string& image);

// What cryptsetup is told. The key is random, so making it slow to guess would only cost time.
std::vector<std::string> luks_format_arguments(const std::string& image);
std::vector<std::string> luks_open_arguments(const std::string& device, const std::string& name);

// What the open one on "/dev/loop7" is called: by the device, for one file is one loop device, and
// by the key that opened it, which is proved by that name from then on.
std::string luks_mapping_name(const std::string& device, std::span<const std::uint8_t> key_name);

// Makes `image` a LUKS2 container; all that it held is lost. FailedPrecondition: this machine has
// no cryptsetup (no_luks_rule).
Status format_luks(const std::string& image, std::span<const std::uint8_t> key);

// The image's device, opened where it is not yet. FailedPrecondition: another key than it was made
// with (other_volume_key); this machine has no cryptsetup or no dm-crypt (no_luks_rule).
Result<BlockDevice> open_luks(const LoopDevice& device, const LuksKey& key);

// Closes what is open of the image; the kernel forgets the key. Unavailable: something still has it
// mounted or open. Closed, or no LUKS at all, is fine.
Status close_luks(const std::string& image);

}  // namespace foyer::agent
