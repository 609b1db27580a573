// Two encrypted folders in a partition's file system, shown in plain by gocryptfs(1), for kernels
// that encrypt nothing themselves. Keys go to it by standard input alone.
//
//   <ciphers>/keeper ── a program ── <plain>/keeper    the log, for root alone
//   <ciphers>/tenant ── a program ── <plain>/volume    the volume
//
// Two, since a program writes with its own rights, not with those of who asked it: only the first
// may use the blocks that are kept for the log.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/os/process_id.h"

namespace foyer::agent {

// The rule, among the details, of a refusal that no other try will change.
inline constexpr std::string_view no_gocryptfs_rule = "no_gocryptfs";

inline constexpr std::size_t gocryptfs_key_bytes = 32;

// Of the file system, by which an image tells that it was made for this.
inline constexpr std::string_view gocryptfs_label = "foyer-gocryptfs";
// Group whose processes may use the blocks that the file system keeps, and its user.
inline constexpr unsigned kept_blocks_owner = 65'534;

struct ViewPlaces {
    std::string ciphers;  // made whole, or not at all
    std::string plain;
    std::string notes;  // beside the store, "<notes>keeper.pid": who shows the views
};

struct ViewKey {
    std::span<const std::uint8_t> key;   // of gocryptfs_key_bytes
    std::span<const std::uint8_t> name;  // tells keys apart; nothing follows from it
};

struct View {
    std::string cipher;
    std::string plain;
    bool is_keepers = false;
};

// gocryptfs, and fusermount3 that it calls.
bool has_gocryptfs();
// Told by the label of the ext4 within. Missing, or too short to tell: no.
bool is_gocryptfs(const std::string& image);

// What is called. The key is random, so making it slow to guess would only cost time.
std::vector<std::string> gocryptfs_init_arguments(const std::string& cipher);
std::vector<std::string> gocryptfs_view_arguments(const View& view);

// Makes what is missing, and both views: safe to repeat. A view whose program ended is made anew;
// who still has the old one open finds nothing there any more. FailedPrecondition: made with
// another key (other_volume_key); damaged (volume_damaged); no gocryptfs here (no_gocryptfs_rule).
Status open_views(const ViewPlaces& places, const ViewKey& key);

// Programs that show the views now.
std::vector<os::ProcessId> programs_of_views(const ViewPlaces& places);
// Each view is mounted, and has its program.
bool are_shown(const ViewPlaces& places);

// Unmounts both and ends their programs, which forget the key. Unavailable: something still uses
// one. Closed, or none at all, is fine.
Status close_views(const ViewPlaces& places);

}  // namespace foyer::agent
