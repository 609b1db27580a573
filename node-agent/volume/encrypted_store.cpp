#include "node-agent/volume/encrypted_store.h"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <linux/fs.h>
#include <openssl/crypto.h>
#include <span>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <vector>

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/os/child_process.h"
#include "common/os/files.h"
#include "common/os/sys.h"
#include "common/tls/key_derivation.h"
#include "node-agent/volume/fscrypt.h"
#include "node-agent/volume/gocryptfs.h"
#include "node-agent/volume/loop_device.h"
#include "node-agent/volume/luks.h"
#include "node-agent/volume/mount_point.h"

namespace foyer::agent {
namespace {

constexpr std::int64_t mib = 1024 * 1024;
constexpr Duration mkfs_timeout{120'000};
constexpr Duration fsck_timeout{600'000};

std::string unfinished(const std::string& path) { return path + ".new"; }

Error disk_full(Bytes size, std::int64_t free) {
    return error(ErrorCode::ResourceExhausted, "disk full: the volume needs " +
                                                   std::to_string(size.count() / mib) + " MiB, " +
                                                   std::to_string(free / mib) + " MiB are free");
}

// A file system that copies on write (btrfs) would need new room for each change of what is
// reserved; others do not know the word.
void keep_in_place(int file) {
    int flags = 0;
    if (::ioctl(file, FS_IOC_GETFLAGS, &flags) != 0) return;
    flags |= FS_NOCOW_FL;
    ::ioctl(file, FS_IOC_SETFLAGS, &flags);
}

Status fill(const std::string& file, Bytes size) {
    const std::int64_t free = TRY(os::disk_space(os::parent_of(file))).free_bytes;
    if (free < size.count()) return disk_full(size, free);
    const os::UniqueFd fd = TRY(os::open_file(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    keep_in_place(fd.get());
    const int code = ::posix_fallocate(fd.get(), 0, size.count());
    if (code == 0) return ok_status();
    if (code == ENOSPC) return disk_full(size, free);
    return os::errno_error("cannot make '" + file + "'", code);
}

std::string percent_kept(Bytes size) {
    char text[16];
    std::snprintf(text, sizeof text, "%.3f",
                  100.0 * static_cast<double>(kept_for_log(size).count()) /
                      static_cast<double>(size.count()));
    return text;
}

// A key of the partition's own, wiped when it goes.
class DerivedKey {
public:
    static Result<DerivedKey> make(const Secret<std::string>& key, const std::string& info,
                                   std::size_t bytes) {
        auto derived = tls::derive_key(as_bytes(key.reveal()), info, bytes);
        if (!derived) return error(ErrorCode::Internal, "no key could be derived for the volume");
        return DerivedKey(*std::move(derived));
    }
    DerivedKey(DerivedKey&&) = default;
    DerivedKey& operator=(DerivedKey&&) = delete;
    ~DerivedKey() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }
    std::span<const std::uint8_t> bytes() const { return bytes_; }

private:
    explicit DerivedKey(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}
    std::vector<std::uint8_t> bytes_;
};

// What opens a store. The ways never share a key.
struct StoreKey {
    const Secret<std::string>& key;
    const std::string& purpose;
    Result<DerivedKey> fscrypt() const {
        return DerivedKey::make(key, "foyer volume 1\n" + purpose, fscrypt_key_bytes);
    }
    Result<DerivedKey> luks() const {
        return DerivedKey::make(key, "foyer volume luks 1\n" + purpose, luks_key_bytes);
    }
    Result<DerivedKey> luks_name() const {
        return DerivedKey::make(key, "foyer volume luks name 1\n" + purpose, luks_name_bytes);
    }
    Result<DerivedKey> gocryptfs() const {
        return DerivedKey::make(key, "foyer volume gocryptfs 1\n" + purpose, gocryptfs_key_bytes);
    }
    Result<DerivedKey> gocryptfs_name() const {
        return DerivedKey::make(key, "foyer volume gocryptfs name 1\n" + purpose,
                                gocryptfs_key_bytes);
    }
};

Status make_file_system(const std::string& device, Bytes size, VolumeCipher cipher) {
    std::vector<std::string> argv{"mkfs.ext4", "-q", "-F", "-b", "4096", "-m", percent_kept(size)};
    switch (cipher) {
        case VolumeCipher::Fscrypt: argv.insert(argv.end(), {"-O", "encrypt"}); break;
        case VolumeCipher::Luks: break;
        case VolumeCipher::Gocryptfs:
            argv.insert(argv.end(), {"-L", std::string(gocryptfs_label)});
            break;
    }
    argv.insert(argv.end(), {"-E", "nodiscard,lazy_itable_init=1,lazy_journal_init=1", device});
    TRY(os::run_checked({.argv = std::move(argv), .timeout = mkfs_timeout}));
    return ok_status();
}

// The device goes before the draft gets its name.
Status make_luks(const std::string& draft, Bytes size, const StoreKey& key) {
    const DerivedKey derived = TRY(key.luks());
    const DerivedKey name = TRY(key.luks_name());
    TRY(format_luks(draft, derived.bytes()));
    const Status made = [&]() -> Status {
        const LoopDevice loop = TRY(attach_loop(draft));
        const BlockDevice device =
            TRY(open_luks(loop, {.key = derived.bytes(), .name = name.bytes()}));
        return make_file_system(device.path, size, VolumeCipher::Luks);
    }();
    const Status closed = close_luks(draft);
    return made.ok() ? closed : made;
}

// Also one that an agent which died left open.
Status remove_draft(const std::string& draft) {
    TRY(close_luks(draft));
    return os::remove_file(draft);
}

// A whole image appears at once, by its name.
Status make_image(const std::string& image, Bytes size, const StoreKey& key, VolumeCipher cipher) {
    const std::string draft = unfinished(image);
    TRY(remove_draft(draft));  // of a try that the power cut
    const Status done = [&]() -> Status {
        TRY(fill(draft, size));
        switch (cipher) {
            case VolumeCipher::Fscrypt:
            case VolumeCipher::Gocryptfs: TRY(make_file_system(draft, size, cipher)); break;
            case VolumeCipher::Luks: TRY(make_luks(draft, size, key)); break;
        }
        const os::UniqueFd fd = TRY(os::open_file(draft, O_RDWR | O_CLOEXEC));
        if (::fsync(fd.get()) != 0) return os::errno_error("cannot keep '" + draft + "'");
        if (::rename(draft.c_str(), image.c_str()) != 0)
            return os::errno_error("cannot name '" + image + "'");
        return os::sync_dir(os::parent_of(image));
    }();
    if (!done.ok()) discard(remove_draft(draft), "the first error is the one to tell");
    return done;
}

// After an error of the disk ext4 is read-only until it is mounted anew.
bool is_read_only(const std::string& folder) {
    struct statvfs facts{};
    return ::statvfs(folder.c_str(), &facts) == 0 && (facts.f_flag & ST_RDONLY) != 0;
}

// What a power cut or a bad disk left is mended, where that loses nothing.
Status check_file_system(const std::string& device) {
    const auto done = TRY(os::run({.argv = {"e2fsck", "-p", device}, .timeout = fsck_timeout}));
    constexpr int mended_max = 3;  // 1: mended; 2: and to be mounted anew, which follows
    if (!done.timed_out && done.exit_code <= mended_max) return ok_status();
    return error(ErrorCode::FailedPrecondition,
                 "the volume is damaged, and e2fsck does not mend it by itself: " + done.output +
                     done.messages,
                 {{"rule", "volume_damaged"}});
}

// What of the loop device is to be mounted: itself, or what dm-crypt shows of it.
Result<BlockDevice> device_to_mount(const LoopDevice& device, const StoreKey& key,
                                    VolumeCipher cipher) {
    if (cipher != VolumeCipher::Luks)
        return BlockDevice{.path = device.path, .fresh = device.fresh};
    const DerivedKey derived = TRY(key.luks());
    const DerivedKey name = TRY(key.luks_name());
    return open_luks(device, {.key = derived.bytes(), .name = name.bytes()});
}

// noinit_itable: what a new file holds are zeros; the kernel would zero tables in it once more, and
// the loop device do that by holes, room of ours that others fill.
// gocryptfs encrypts each block anew when a part of it changes, and its blocks lie across those of
// the disk: a power cut between two of them would take what was safe before. So data goes through
// the journal, too. Which of its programs may use the kept blocks, their group says.
std::string mount_options(VolumeCipher cipher) {
    const std::string owner = std::to_string(kept_blocks_owner);
    switch (cipher) {
        case VolumeCipher::Fscrypt: return "errors=remount-ro,noinit_itable";
        case VolumeCipher::Luks: return "errors=remount-ro";  // zeros of its file are none within
        case VolumeCipher::Gocryptfs:
            return "errors=remount-ro,noinit_itable,data=journal,resuid=" + owner +
                   ",resgid=" + owner;
    }
    CHECK(false);
}

Status mount_device(const BlockDevice& device, const StorePlaces& places, VolumeCipher cipher) {
    if (device.fresh) TRY(check_file_system(device.path));
    if (::mount(device.path.c_str(), places.mount.c_str(), "ext4",
                MS_NOSUID | MS_NODEV | MS_NOATIME, mount_options(cipher).c_str()) != 0)
        return os::errno_error("cannot mount '" + places.image + "'");
    return ok_status();
}

Status mount_image(const StorePlaces& places, const StoreKey& key, VolumeCipher cipher) {
    if (is_open(places) && is_read_only(places.mount)) TRY(close_store(places));
    const bool open = is_open(places);
    if (open && cipher != VolumeCipher::Luks) return ok_status();
    TRY(os::make_dirs(places.mount, 0700));
    const LoopDevice loop = TRY(attach_loop(places.image));
    const BlockDevice device = TRY(device_to_mount(loop, key, cipher));  // proves the key, too
    if (open) return ok_status();
    const Status mounted = mount_device(device, places, cipher);
    // What cannot be mounted stays closed, and its key forgotten.
    if (!mounted.ok()) discard(close_luks(places.image), "the first error is the one to tell");
    return mounted;
}

Result<FscryptKey> give_key(const StorePlaces& places, const StoreKey& key) {
    const DerivedKey derived = TRY(key.fscrypt());
    return add_fscrypt_key(places.mount, derived.bytes());
}

// The folder gets its name when it is encrypted.
Status ensure_private_folder(const StorePlaces& places, const StoreKey& own) {
    const FscryptKey key = TRY(give_key(places, own));
    const std::string inside = places.inside();
    if (!os::exists(inside)) {
        const std::string draft = unfinished(inside);
        TRY(os::remove_tree(draft));
        TRY(os::make_dirs(draft, 0711));
        TRY(encrypt_folder(draft, key));
        if (::rename(draft.c_str(), inside.c_str()) != 0)
            return os::errno_error("cannot name '" + inside + "'");
        return os::sync_dir(places.mount);
    }
    if (TRY(key_of_folder(inside)) == key) return ok_status();
    return error(ErrorCode::FailedPrecondition,
                 "'" + places.image + "' was made with another key than this copy's",
                 {{"rule", "other_volume_key"}});
}

ViewPlaces views_in(const StorePlaces& places) {
    return {.ciphers = places.mount + "/gocryptfs",
            .plain = places.inside(),
            .notes = places.mount + "."};
}

Status ensure_views(const StorePlaces& places, const StoreKey& own) {
    const DerivedKey key = TRY(own.gocryptfs());
    const DerivedKey name = TRY(own.gocryptfs_name());
    return open_views(views_in(places), {.key = key.bytes(), .name = name.bytes()});
}

}  // namespace

Bytes kept_for_log(Bytes size) {
    constexpr Bytes enough = mebibytes(9);  // a log of 8 MiB, and the one that takes its place
    return std::min(enough, Bytes(size.count() / 8));
}

std::optional<Bytes> size_of_store(const StorePlaces& places) {
    struct stat facts{};
    if (::stat(places.image.c_str(), &facts) != 0) return std::nullopt;
    return Bytes(facts.st_size);
}

bool has_store(const StorePlaces& places) { return os::exists(places.image); }

bool is_open(const StorePlaces& places) {
    struct stat here{};
    struct stat above{};
    return ::stat(places.mount.c_str(), &here) == 0 &&
           ::stat(os::parent_of(places.mount).c_str(), &above) == 0 && here.st_dev != above.st_dev;
}

VolumeCipher cipher_of_store(const StorePlaces& places) {
    if (is_luks(places.image)) return VolumeCipher::Luks;
    return is_gocryptfs(places.image) ? VolumeCipher::Gocryptfs : VolumeCipher::Fscrypt;
}

std::string log_folder_of(const StorePlaces& places) {
    const bool apart = cipher_of_store(places) == VolumeCipher::Gocryptfs;
    return places.inside() + (apart ? "/keeper" : "");
}

std::vector<os::ProcessId> programs_of_store(const StorePlaces& places) {
    return programs_of_views(views_in(places));
}

bool is_cut_off(const StorePlaces& places) {
    return has_store(places) && cipher_of_store(places) == VolumeCipher::Gocryptfs &&
           !are_shown(views_in(places));
}

Status open_store(const StorePlaces& places, Bytes size, const Secret<std::string>& key,
                  const std::string& purpose, VolumeCipher cipher) {
    const StoreKey own{key, purpose};
    if (!has_store(places)) TRY(make_image(places.image, size, own, cipher));
    const VolumeCipher made = cipher_of_store(places);
    TRY(mount_image(places, own, made));
    switch (made) {
        case VolumeCipher::Fscrypt: return ensure_private_folder(places, own);
        case VolumeCipher::Luks: return os::make_dirs(places.inside(), 0711);
        case VolumeCipher::Gocryptfs: return ensure_views(places, own);
    }
    return ok_status();
}

Status close_store(const StorePlaces& places) {
    TRY(close_views(views_in(places)));
    TRY(unmount(places.mount));
    TRY(close_luks(unfinished(places.image)));  // an agent died while it was made
    return close_luks(places.image);
}

Status remove_store(const StorePlaces& places) {
    TRY(close_store(places));  // with its draft
    TRY(os::remove_file(unfinished(places.image)));
    return os::remove_file(places.image);
}

}  // namespace foyer::agent
