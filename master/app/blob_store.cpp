#include "master/app/blob_store.h"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/os/files.h"
#include "common/os/sys.h"

namespace foyer::master {
namespace {

constexpr std::string_view digest_prefix = "sha256:";
constexpr std::size_t hex_digits = 64;
constexpr mode_t blob_mode = 0640;
constexpr mode_t folder_mode = 0750;

Result<std::int64_t> size_of(int fd, const std::string& path) {
    struct stat facts{};
    if (::fstat(fd, &facts) != 0) return os::errno_error("cannot look at " + path);
    return std::int64_t{facts.st_size};
}

}  // namespace

Status check_digest(const std::string& digest) {
    const auto is_hex = [](char letter) {
        return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
    };
    const bool good =
        digest.size() == digest_prefix.size() + hex_digits && digest.starts_with(digest_prefix) &&
        std::all_of(digest.begin() + static_cast<std::ptrdiff_t>(digest_prefix.size()),
                    digest.end(), is_hex);
    if (good) return ok_status();
    return error(ErrorCode::InvalidArgument, "a digest is 'sha256:' and 64 lower-case hex digits",
                 {{"field", "digest"}});
}

BlobUpload::BlobUpload(BlobStore& store, Digest digest, std::string path, os::UniqueFd file)
    : store_(store), digest_(std::move(digest)), path_(std::move(path)), file_(std::move(file)) {}

BlobUpload::~BlobUpload() {
    if (kept_) return;
    ::unlink(path_.c_str());
    store_.used_ -= size_;
}

Status BlobUpload::append(std::span<const std::uint8_t> bytes) {
    const auto count = static_cast<std::int64_t>(bytes.size());
    if (size_ + count > store_.limits_.blob_bytes_max) {
        return error(
            ErrorCode::ResourceExhausted,
            "a blob may have at most " + std::to_string(store_.limits_.blob_bytes_max) + " bytes",
            {{"rule", "blob_bytes_max"}});
    }
    if (!store_.reserve(count)) {
        return error(
            ErrorCode::ResourceExhausted,
            "the blob store is full (" + std::to_string(store_.limits_.quota_bytes) + " bytes)",
            {{"rule", "blob_quota"}});
    }
    size_ += count;
    TRY(os::write_all(file_.get(), {reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
    hash_.update(bytes);
    return ok_status();
}

Status BlobUpload::finish() {
    const std::string found = std::string(digest_prefix) + hash_.finish_hex();
    if (found != digest_.str()) {
        return error(ErrorCode::InvalidArgument,
                     "the content's digest is '" + found + "', not '" + digest_.str() +
                         "'; nothing was kept",
                     {{"rule", "digest"}, {"digest", found}});
    }
    if (::fsync(file_.get()) != 0) return os::errno_error("cannot make the blob durable");
    const std::string path = store_.path_of(digest_);
    const bool twin = os::exists(path);  // another upload of the same blob was faster
    if (::rename(path_.c_str(), path.c_str()) != 0) return os::errno_error("cannot keep the blob");
    kept_ = true;
    if (twin) store_.used_ -= size_;
    return os::sync_dir(os::parent_of(path));
}

Result<std::unique_ptr<BlobStore>> BlobStore::open(const std::string& folder, BlobLimits limits,
                                                   Rng& rng) {
    std::unique_ptr<BlobStore> store(new BlobStore(folder, limits, rng));
    TRY(os::make_dirs(folder + "/sha256", folder_mode));
    TRY(os::remove_tree(folder + "/tmp"));
    TRY(os::make_dirs(folder + "/tmp", folder_mode));
    for (const std::string& name : TRY(os::list_dir(folder + "/sha256"))) {
        struct stat facts{};
        if (::stat((folder + "/sha256/" + name).c_str(), &facts) == 0)
            store->used_ += facts.st_size;
    }
    return store;
}

Result<std::unique_ptr<BlobUpload>> BlobStore::begin(const Digest& digest,
                                                     std::optional<std::int64_t> size) {
    TRY(check_digest(digest.str()));
    if (os::exists(path_of(digest)))
        return error(ErrorCode::AlreadyExists, "blob '" + digest.str() + "' is there already");
    if (size && (*size > limits_.blob_bytes_max || used_.load() + *size > limits_.quota_bytes)) {
        return error(ErrorCode::ResourceExhausted,
                     "a blob of " + std::to_string(*size) + " bytes is beyond the limit of " +
                         std::to_string(limits_.blob_bytes_max) + " or what is left of " +
                         std::to_string(limits_.quota_bytes),
                     {{"rule", "blob_bytes_max"}});
    }
    std::string path = folder_ + "/tmp/" + rng_.text(20);
    os::UniqueFd file =
        TRY(os::open_file(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, blob_mode));
    return std::unique_ptr<BlobUpload>(
        new BlobUpload(*this, digest, std::move(path), std::move(file)));
}

Result<std::int64_t> BlobStore::find(const Digest& digest) const {
    TRY(check_digest(digest.str()));
    struct stat facts{};
    if (::stat(path_of(digest).c_str(), &facts) != 0)
        return error(ErrorCode::NotFound, "blob '" + digest.str() + "' is not there");
    return std::int64_t{facts.st_size};
}

Result<OpenBlob> BlobStore::open_blob(const Digest& digest) const {
    TRY(check_digest(digest.str()));
    const std::string path = path_of(digest);
    auto file = os::open_file(path, O_RDONLY | O_CLOEXEC);
    if (!file.ok()) {
        if (file.failure().code != ErrorCode::NotFound) return file.failure();
        return error(ErrorCode::NotFound, "blob '" + digest.str() + "' is not there");
    }
    const std::int64_t size = TRY(size_of(file.value().get(), path));
    return OpenBlob{std::move(file).value(), size};
}

Result<std::string> BlobStore::read(const Digest& digest, std::int64_t bytes_max) const {
    const std::int64_t size = TRY(find(digest));
    if (size > bytes_max) {
        return error(ErrorCode::ResourceExhausted,
                     "blob '" + digest.str() + "' has " + std::to_string(size) +
                         " bytes; a document may have " + std::to_string(bytes_max));
    }
    return os::read_file(path_of(digest), static_cast<std::size_t>(bytes_max));
}

std::string BlobStore::path_of(const Digest& digest) const {
    return folder_ + "/sha256/" + digest.str().substr(digest_prefix.size());
}

bool BlobStore::reserve(std::int64_t bytes) {
    if (used_.fetch_add(bytes) + bytes <= limits_.quota_bytes) return true;
    used_ -= bytes;
    return false;
}

}  // namespace foyer::master
