#include "node-agent/runtime/image_store.h"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "common/os/atomic_file.h"
#include "common/os/child_process.h"
#include "common/os/files.h"
#include "common/os/sys.h"
#include "node-agent/runtime/digest.h"
#include "node-agent/runtime/disk_room.h"

namespace foyer::agent {

namespace fs = std::filesystem;

namespace {

constexpr Duration unpack_timeout{1'800'000};

Error disk_full(std::int64_t needed, std::int64_t free) {
    return error(ErrorCode::ResourceExhausted,
                 "disk full: the image needs " + std::to_string(needed) + " bytes, " +
                     std::to_string(free) + " are free",
                 {{"needed_bytes", std::to_string(needed)}, {"free_bytes", std::to_string(free)}});
}

Status disarm(const fs::path& path) {
    struct stat facts = {};
    if (::lstat(path.c_str(), &facts) != 0)
        return os::errno_error("cannot look at '" + path.string() + "'");
    if (S_ISBLK(facts.st_mode) || S_ISCHR(facts.st_mode))
        return error(ErrorCode::InvalidArgument,
                     "the image holds the device '" + path.filename().string() + "': refused");
    if (facts.st_uid != 0 || facts.st_gid != 0) TRY(os::change_owner(path, 0, 0));
    if (!S_ISLNK(facts.st_mode) && (facts.st_mode & (S_ISUID | S_ISGID)) != 0)
        TRY(os::change_mode(path,
                            facts.st_mode & static_cast<mode_t>(~(S_ISUID | S_ISGID)) & 07777));
    return ok_status();
}

// Whatever has its name is taken for complete, so the name goes first.
Status remove_whole(const std::string& path) {
    const std::string going = path.ends_with(".tmp") ? path : path + ".tmp";
    if (going != path && ::rename(path.c_str(), going.c_str()) != 0)
        return os::errno_error("cannot remove '" + path + "'");
    return os::remove_tree(going);
}

// umoci wants a layout of its own to read from: links to the blobs that were just verified.
Status lay_out(const std::string& folder, const BoxPaths& paths, const Digest& image,
               std::int64_t manifest_bytes) {
    TRY(os::make_dirs(folder + "/blobs", 0700));
    if (::symlink(paths.blobs().c_str(), (folder + "/blobs/sha256").c_str()) != 0)
        return os::errno_error("cannot lay out the image");
    TRY(os::write_atomically(folder + "/oci-layout", R"({"imageLayoutVersion":"1.0.0"})"));
    return os::write_atomically(folder + "/index.json", index_json(image, manifest_bytes));
}

}  // namespace

Status disarm_tree(const std::string& root) {
    TRY(disarm(root));
    std::error_code failure;
    for (fs::recursive_directory_iterator entry(root, failure), end; !failure && entry != end;
         entry.increment(failure))
        TRY(disarm(entry->path()));
    if (failure) return os::errno_error("cannot walk '" + root + "'", failure.value());
    return os::change_mode(root, 0755);
}

Result<std::int64_t> gzip_unpacked_bytes(const std::string& file) {
    const os::UniqueFd fd = TRY(os::open_file(file, O_RDONLY));
    std::uint8_t head[2] = {};
    std::uint8_t tail[4] = {};
    const off_t end = ::lseek(fd.get(), 0, SEEK_END);
    if (end < 18 || ::pread(fd.get(), head, 2, 0) != 2 || ::pread(fd.get(), tail, 4, end - 4) != 4)
        return std::int64_t{0};
    if (head[0] != 0x1f || head[1] != 0x8b) return std::int64_t{0};
    return std::int64_t{tail[0]} | std::int64_t{tail[1]} << 8 | std::int64_t{tail[2]} << 16 |
           std::int64_t{tail[3]} << 24;
}

Result<std::unique_ptr<DiskImageStore>> DiskImageStore::open(BoxPaths paths, BlobSource& blobs) {
    for (const std::string& folder : {paths.blobs(), paths.partial()})
        TRY(os::make_dirs(folder, 0700));
    TRY(os::make_dirs(paths.data + "/images", 0711));
    TRY(os::make_dirs(paths.roots(), 0711));
    for (const std::string& name : TRY(os::list_dir(paths.roots())))
        if (name.ends_with(".tmp")) TRY(os::remove_tree(paths.roots() + "/" + name));
    return std::unique_ptr<DiskImageStore>(new DiskImageStore(std::move(paths), blobs));
}

Status DiskImageStore::ensure(const Digest& image, const BlobSource::Progress& progress,
                              std::stop_token stop) {
    const std::string root = paths_.root_of(TRY(hex_of(image)));
    {
        std::unique_lock lock(mutex_);
        finished_.wait(lock, stop, [&] { return !busy_.contains(image); });
        if (stop.stop_requested())
            return error(ErrorCode::Unavailable, "stopped while waiting for the image");
        // A caller that failed leaves it unmade, and the next one tries: a stop of one is no
        // failure of others.
        if (os::exists(root)) return ok_status();
        busy_.insert(image);
    }
    const Status made = make(image, progress, stop);
    const std::lock_guard lock(mutex_);
    busy_.erase(image);
    finished_.notify_all();
    return made;
}

Status DiskImageStore::make(const Digest& image, const BlobSource::Progress& progress,
                            std::stop_token stop) {
    const BlobSource::Progress quiet = [](std::int64_t, std::int64_t) {};
    TRY(fetch(image, quiet, stop));
    const ImageManifest manifest = TRY(read_manifest(image));
    TRY(fetch(manifest.config.digest, quiet, stop));
    TRY(check_room(manifest));
    std::int64_t total = 0, done = 0;
    for (const BlobRef& layer : manifest.layers) total += layer.size_bytes;
    for (const BlobRef& layer : manifest.layers) {
        const auto report = [&](std::int64_t bytes, std::int64_t) {
            if (progress) progress(done + bytes, total);
        };
        TRY(fetch(layer.digest, report, stop));
        done += layer.size_bytes;
    }
    return unpack(image, manifest, stop);
}

Status DiskImageStore::fetch(const Digest& digest, const BlobSource::Progress& progress,
                             std::stop_token stop) {
    const std::string hex = TRY(hex_of(digest));
    std::unique_lock lock(mutex_);
    finished_.wait(lock, stop, [&] { return !fetching_.contains(digest); });
    if (stop.stop_requested())
        return error(ErrorCode::Unavailable, "stopped while waiting for a layer of the image");
    fetching_.insert(digest);
    lock.unlock();
    const Status fetched = fetch_alone(digest, hex, progress, stop);
    lock.lock();
    fetching_.erase(digest);
    finished_.notify_all();
    return fetched;
}

Status DiskImageStore::fetch_alone(const Digest& digest, const std::string& hex,
                                   const BlobSource::Progress& progress, std::stop_token stop) {
    const std::string file = blob_file(hex);
    if (os::exists(file)) {
        if (TRY(sha256_of_file(file, stop)) == hex) return ok_status();
        TRY(os::remove_file(file));  // the disk lied; fetch it again
    }
    const std::string partial = paths_.partial() + "/" + hex;
    const Status fetched = blobs_.fetch(digest, partial, progress, stop);
    if (!fetched.ok()) {
        if (fetched.failure().code == ErrorCode::InvalidArgument)
            discard(os::remove_file(partial), "the master cannot go on from it: begun anew");
        const std::int64_t free = TRY(os::disk_space(paths_.partial())).free_bytes;
        const bool full =
            fetched.failure().code == ErrorCode::ResourceExhausted || free < disk_low_water_bytes;
        if (!full) return fetched;
        discard(os::remove_file(partial), "the disk is needed for others");
        return in_context(fetched.failure().message, disk_full(disk_low_water_bytes, free));
    }
    if (TRY(sha256_of_file(partial, stop)) != hex) {
        TRY(os::remove_file(partial));
        return error(
            ErrorCode::FailedPrecondition,
            "blob '" + digest.str() + "' does not have the hash it was ordered by: refused");
    }
    const os::UniqueFd fd = TRY(os::open_file(partial, O_RDONLY));
    if (::fsync(fd.get()) != 0) return os::errno_error("cannot sync '" + partial + "'");
    if (::rename(partial.c_str(), file.c_str()) != 0)
        return os::errno_error("cannot keep '" + file + "'");
    return os::sync_dir(paths_.blobs());
}

Status DiskImageStore::check_room(const ImageManifest& manifest) {
    std::int64_t needed = 0;
    for (const BlobRef& layer : manifest.layers) {
        const std::string hex = TRY(hex_of(layer.digest));
        struct stat facts = {};
        const std::int64_t here =
            ::stat((paths_.partial() + "/" + hex).c_str(), &facts) == 0 ? facts.st_size : 0;
        if (!os::exists(blob_file(hex)))
            needed += std::max<std::int64_t>(0, layer.size_bytes - here);
    }
    const std::int64_t free = TRY(os::disk_space(paths_.data)).free_bytes;
    if (needed <= free) return ok_status();
    for (const BlobRef& layer : manifest.layers)
        discard(os::remove_file(paths_.partial() + "/" + layer.digest.str().substr(7)),
                "half a layer only takes room");
    return disk_full(needed, free);
}

Status DiskImageStore::unpack(const Digest& image, const ImageManifest& manifest,
                              std::stop_token stop) {
    const std::string image_hex = TRY(hex_of(image));
    const std::string root = paths_.root_of(image_hex);
    const std::string scratch = root + ".tmp";
    std::int64_t needed = 0;
    for (const BlobRef& layer : manifest.layers) {
        const std::string hex = TRY(hex_of(layer.digest));
        needed += TRY(gzip_unpacked_bytes(blob_file(hex)));
    }
    const std::int64_t free = TRY(os::disk_space(paths_.roots())).free_bytes;
    const auto work = [&]() -> Status {
        if (needed > free) return disk_full(needed, free);
        TRY(os::make_dirs(scratch, 0700));
        const std::string manifest_text = TRY(os::read_file(blob_file(image_hex)));
        TRY(lay_out(scratch + "/layout", paths_, image,
                    static_cast<std::int64_t>(manifest_text.size())));
        TRY(os::run_checked({.argv = {"umoci", "raw", "unpack", "--image",
                                      scratch + "/layout:release", scratch + "/root"},
                             .timeout = unpack_timeout},
                            stop));
        TRY(disarm_tree(scratch + "/root"));
        const os::UniqueFd disk = TRY(os::open_file(scratch, O_RDONLY | O_DIRECTORY));
        if (::syncfs(disk.get()) != 0) return os::errno_error("cannot sync the image");
        if (::rename((scratch + "/root").c_str(), root.c_str()) != 0)
            return os::errno_error("cannot keep the image");
        return os::sync_dir(paths_.roots());
    };
    Status done = work();
    const std::int64_t left = TRY(os::disk_space(paths_.roots())).free_bytes;
    discard(os::remove_tree(scratch), "a restart removes it too");
    if (done.ok()) return done;
    const bool full =
        done.failure().code == ErrorCode::ResourceExhausted || left < disk_low_water_bytes;
    if (!full) return in_context("cannot unpack the image", done.failure());
    // What cannot be unpacked must not go on taking the room others need.
    for (const BlobRef& layer : manifest.layers)
        discard(os::remove_file(blob_file(layer.digest.str().substr(7))), "collected later");
    return disk_full(needed, free);
}

Result<ImageManifest> DiskImageStore::read_manifest(const Digest& image) const {
    const std::string hex = TRY(hex_of(image));
    return parse_manifest(TRY(os::read_file(blob_file(hex))));
}

Status DiskImageStore::collect(const std::vector<Digest>& keep) {
    std::set<std::string> needed;
    for (const Digest& image : keep) {
        needed.insert(TRY(hex_of(image)));
        const auto manifest = read_manifest(image);
        if (!manifest.ok()) continue;
        needed.insert(TRY(hex_of(manifest.value().config.digest)));
        for (const BlobRef& layer : manifest.value().layers)
            needed.insert(TRY(hex_of(layer.digest)));
    }
    const std::lock_guard lock(mutex_);
    if (!busy_.empty())
        return error(ErrorCode::Unavailable, "an image is being fetched: collect later");
    for (const std::string& folder : {paths_.roots(), paths_.blobs(), paths_.partial()})
        for (const std::string& name : TRY(os::list_dir(folder)))
            if (!needed.contains(name)) TRY(remove_whole(folder + "/" + name));
    return ok_status();
}

}  // namespace foyer::agent
