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
#pragma once

#include <optional>
#include <string>

#include "common/base/result.h"
#include "common/base/units.h"
#include "common/log/secret.h"

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

// In which way new stores are encrypted. One that is there tells by itself in which it was.
enum class VolumeCipher {
    Fscrypt,  // the kernel encrypts the folder within
    Luks      // the kernel encrypts the whole file (dm-crypt), also what the file system is like
};

// Whether the partition has such a store, open or not.
bool has_store(const StorePlaces& places);
bool is_open(const StorePlaces& places);

// Makes what is missing and opens it: inside() is there then, and only root may enter. `purpose`
// tells the partition from others under the same key. Safe to repeat, also after a power cut in the
// midst: then the file system is checked, and mended where that loses nothing. ResourceExhausted:
// the disk has no room for `size`. FailedPrecondition: it was made with another key; it is damaged;
// or this kernel cannot do it, and why.
Status open_store(const StorePlaces& places, Bytes size, const Secret<std::string>& key,
                  const std::string& purpose, VolumeCipher cipher = VolumeCipher::Fscrypt);

// Unmounts it; the kernel forgets the key. Unavailable: something still runs on it. Missing or
// closed is fine.
Status close_store(const StorePlaces& places);

// Closed, and the file removed. What the disk may keep of it can be read by who has that disk and
// the order's key, which lives as long as the order.
Status remove_store(const StorePlaces& places);

}  // namespace foyer::agent
