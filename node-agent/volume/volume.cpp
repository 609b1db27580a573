#include "node-agent/volume/volume.h"

#include <algorithm>
#include <string_view>
#include <sys/mount.h>

#include "common/base/text.h"
#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "common/os/sys.h"
#include "node-agent/volume/fscrypt.h"
#include "node-agent/volume/gocryptfs.h"
#include "node-agent/volume/loop_device.h"
#include "node-agent/volume/luks.h"

namespace foyer::agent {

namespace {

// Secrets' names become file names.
bool is_plain_name(const std::string& name) {
    return !name.empty() && name.size() <= 64 &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos;
}

Status write_if_changed(const std::string& path, const std::string& content,
                        const os::AtomicWrite& how) {
    const auto now = os::read_file(path);
    if (now.ok() && now.value() == content) return ok_status();
    return os::write_atomically(path, content, how);
}

Status write_secrets(const std::string& folder, const MappedUser& user,
                     const PartitionSecrets& secrets) {
    TRY(os::make_dirs(folder, 0500));
    TRY(os::change_owner(folder, user.uid, user.gid));
    if (!TRY(os::disk_space(folder)).in_memory)
        return error(ErrorCode::FailedPrecondition,
                     "'" + folder + "' is on a disk: secrets must stay in memory");
    for (const auto& [name, content] : secrets.by_name) {
        if (name == volume_key_name) continue;  // nothing in the partition needs to know it
        if (!is_plain_name(name))
            return error(ErrorCode::InvalidArgument,
                         "a secret has the impossible name '" + name + "'");
        TRY(write_if_changed(folder + "/" + name, content,
                             {.mode = 0400, .owner = os::FileOwner{user.uid, user.gid}}));
    }
    for (const std::string& name : TRY(os::list_dir(folder)))
        if (name == volume_key_name || !secrets.by_name.contains(name))
            TRY(os::remove_file(folder + "/" + name));
    return ok_status();
}

std::string order_file(const VolumePlaces& places) { return places.partition + "/ordered_at"; }

Status claim(const VolumePlaces& places, WallTime ordered_at) {
    if (is_other_order(order_of_volume(places), ordered_at))
        return error(ErrorCode::FailedPrecondition,
                     "'" + places.partition + "' holds the data of another order of that name");
    if (ordered_at.unix_ms == 0) return ok_status();  // an older master's: what is known stays
    return write_if_changed(order_file(places), std::to_string(ordered_at.unix_ms) + "\n",
                            {.mode = 0600});
}

// This machine has no loop devices, or nothing that encrypts.
bool cannot_encrypt(const Error& why) {
    return std::ranges::any_of(why.details, [](const ErrorDetail& detail) {
        return detail.value == no_loop_rule || detail.value == no_fscrypt_rule ||
               detail.value == no_luks_rule || detail.value == no_gocryptfs_rule;
    });
}

// One that is there is opened as what it is.
Status open_or_make(const StorePlaces& store, const Assignment& assignment, const std::string& key,
                    CipherChoice choice) {
    const auto open = [&](VolumeCipher cipher) {
        return open_store(store, assignment.reserved.disk, Secret(key), assignment.partition.str(),
                          cipher);
    };
    if (has_store(store)) return open(cipher_of_store(store));
    const VolumeCipher cipher = TRY(choose_cipher(choice, machine_means()));
    Status made = open(cipher);
    if (made.ok() || !cannot_encrypt(made.failure())) return made;
    TRY(remove_store(store));
    // The try has loaded ext4: only now its kernel tells what that can.
    const VolumeCipher other = TRY(choose_cipher(choice, machine_means()));
    return other == cipher ? made : open(other);
}

Status open_private(const VolumePlaces& places, const Assignment& assignment, VolumeRules rules) {
    const StorePlaces store = places.store();
    const auto key = assignment.secrets.by_name.find(std::string(volume_key_name));
    if (key == assignment.secrets.by_name.end()) {
        if (!has_store(store) || (is_open(store) && !is_cut_off(store))) return ok_status();
        return error(ErrorCode::FailedPrecondition,
                     "the volume is encrypted, and its key has not come yet",
                     {{"rule", "volume_key_missing"}});
    }
    // What was made before its order had a key stays as it is.
    if (!has_store(store) && os::exists(places.volume())) return ok_status();
    const bool made_before = has_store(store);
    Status opened = open_or_make(store, assignment, key->second, rules.cipher);
    if (opened.ok() || made_before || rules.plain == PlainVolumes::Refused ||
        !cannot_encrypt(opened.failure()))
        return opened;
    return remove_store(store);
}

}  // namespace

WallTime order_of_volume(const VolumePlaces& places) {
    const auto text = os::read_file(order_file(places));
    // A note without its end of line is torn.
    if (!text.ok() || !text.value().ends_with('\n')) return {};
    const std::string_view line(text.value());
    return WallTime{parse_int(line.substr(0, line.size() - 1)).value_or(0)};
}

Status write_volume(const VolumePlaces& places, const MappedUser& user,
                    const Assignment& assignment, const std::string& replica, VolumeRules rules) {
    TRY(os::make_dirs(places.partition, 0711));
    TRY(claim(places, assignment.ordered_at));
    TRY(open_private(places, assignment, rules));
    TRY(os::make_dirs(places.volume(), 0700));
    TRY(os::change_owner(places.volume(), user.uid, user.gid));
    TRY(os::make_dirs(places.config, 0755));
    TRY(write_if_changed(places.config + "/replica.json", replica, {.mode = 0644}));
    return write_secrets(places.secrets, user, assignment.secrets);
}

Status remove_volume(const VolumePlaces& places) {
    TRY(os::remove_tree(places.secrets));
    TRY(remove_store(places.store()));  // first: no tree is removed while it is mounted in there
    return os::remove_tree(places.partition);
}

Status keep_in_memory(const std::string& folder) {
    TRY(os::make_dirs(folder, 0711));
    if (TRY(os::disk_space(folder)).in_memory) return ok_status();
    if (::mount("tmpfs", folder.c_str(), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
                "mode=0711,size=64m") != 0)
        return os::errno_error("cannot keep '" + folder + "' in memory");
    return ok_status();
}

}  // namespace foyer::agent
