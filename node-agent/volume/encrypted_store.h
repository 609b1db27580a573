// A partition's encrypted store: one file of the box's disk that holds a file system of its own,
// and in that one folder, names and contents of which the kernel encrypts (fscrypt, AES-256-XTS).
//
//   <partition>/store.img ── loop device ── ext4 on <partition>/store ── private/ (encrypted)
//
// The file has its whole size from the start: it is also the limit of what the partition may fill,
// and whatever else fills the disk cannot take its room away. The key is given to the kernel alone,
// which forgets it when the store is closed or the power goes; without it a disk shows how large
// the store is, the shape of its tree and the sizes of its files, and nothing else. Decision 0023.
//
// Or, where the host chose LUKS (decision 0030), dm-crypt lies between the loop device and ext4,
// and private/ is a plain folder: then a disk shows how large the store is, and no more.
//
// Or, where the kernel does neither (decision 0031), the folders in private/ are what two programs
// show in plain of encrypted folders beside it (gocryptfs): a disk shows as much as with fscrypt.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/units.h"
#include "common/log/secret.h"
#include "common/os/process_id.h"
#include "node-agent/volume/volume_cipher.h"

namespace foyer::agent {

struct StorePlaces {
    std::string image;  // the file
    std::string mount;  // folder on which it is mounted
    std::string inside() const { return mount + "/private"; }
};

// What of a store is for root alone: whoever writes the service's log (conmon) has room for it
// when the tenant has filled the rest, and would end without.
Bytes kept_for_log(Bytes size);
// Of a store that is there; nothing: there is none.
std::optional<Bytes> size_of_store(const StorePlaces& places);

// Whether the partition has such a store, open or not.
bool has_store(const StorePlaces& places);
bool is_open(const StorePlaces& places);
// The way in which a store that is there was made, as its file tells.
VolumeCipher cipher_of_store(const StorePlaces& places);

// Where in an open store its keeper's log goes, which has room there when the rest is full.
std::string log_folder_of(const StorePlaces& places);

// Programs that show an open store, which work as much as its tenant writes and reads. None where
// the kernel encrypts.
std::vector<os::ProcessId> programs_of_store(const StorePlaces& places);
// One of them ended, or what it showed is not mounted: who runs on the store reads and writes
// nothing any more, and it is to be opened anew. False where the kernel encrypts, or there is none.
bool is_cut_off(const StorePlaces& places);

// Makes what is missing and opens it: inside() is there then, and only root may enter. `purpose`
// tells the partition from others under the same key. Safe to repeat, also after a power cut in the
// midst: then the file system is checked, and mended where that loses nothing. ResourceExhausted:
// the disk has no room for `size`. FailedPrecondition: it was made with another key; it is damaged;
// or this machine cannot do it, and why. `cipher` counts for a store that is not there.
Status open_store(const StorePlaces& places, Bytes size, const Secret<std::string>& key,
                  const std::string& purpose, VolumeCipher cipher = VolumeCipher::Fscrypt);

// Unmounts it; the kernel forgets the key. Unavailable: something still runs on it. Missing or
// closed is fine.
Status close_store(const StorePlaces& places);

// Closed, and the file removed. What the disk may keep of it can be read by who has that disk and
// the order's key, which lives as long as the order.
Status remove_store(const StorePlaces& places);

}  // namespace foyer::agent
