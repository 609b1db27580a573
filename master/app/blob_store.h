// Image blobs by digest: data_dir/blobs/sha256/<hex>. A blob is there completely and with the right
// content, or not at all.
//
// Uploads go to a temporary file, are hashed on the way, fsynced and renamed. What a crash leaves
// behind is removed at the next start.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "common/base/random.h"
#include "common/base/result.h"
#include "common/model/ids.h"
#include "common/os/unique_fd.h"
#include "common/tls/sha256.h"

namespace foyer::master {

struct BlobLimits {
    std::int64_t blob_bytes_max = std::int64_t{4} << 30;
    std::int64_t quota_bytes = std::int64_t{64}
                               << 30;  // all blobs together, uploads under way included
};

// InvalidArgument unless "sha256:" and 64 lower-case hex digits.
Status check_digest(const std::string& digest);

struct OpenBlob {
    os::UniqueFd file;
    std::int64_t size = 0;
};

class BlobStore;

// One upload. Not finished: leaves nothing. Used by one thread at a time.
class BlobUpload {
public:
    ~BlobUpload();
    BlobUpload(const BlobUpload&) = delete;
    BlobUpload& operator=(const BlobUpload&) = delete;

    // ResourceExhausted: too large, over the quota, or the disk is full.
    Status append(std::span<const std::uint8_t> bytes);
    // Slow (fsync). InvalidArgument: the content has another digest.
    Status finish();
    std::int64_t size() const { return size_; }

private:
    friend class BlobStore;
    BlobUpload(BlobStore& store, Digest digest, std::string path, os::UniqueFd file);

    BlobStore& store_;
    Digest digest_;
    std::string path_;  // of the temporary file
    os::UniqueFd file_;
    tls::Sha256 hash_;
    std::int64_t size_ = 0;
    bool kept_ = false;
};

class BlobStore {
public:
    // Makes the folders and removes unfinished uploads. `rng` names temporary files and outlives
    // the store.
    static Result<std::unique_ptr<BlobStore>> open(const std::string& folder, BlobLimits limits,
                                                   Rng& rng);

    // InvalidArgument: not a digest. AlreadyExists: it is there. ResourceExhausted: `size` (when
    // known) is beyond a limit.
    Result<std::unique_ptr<BlobUpload>> begin(const Digest& digest,
                                              std::optional<std::int64_t> size);
    // Size in bytes, or NotFound.
    Result<std::int64_t> find(const Digest& digest) const;
    Result<OpenBlob> open_blob(const Digest& digest) const;
    // A small blob (manifest, config), whole. ResourceExhausted beyond `bytes_max`.
    Result<std::string> read(const Digest& digest, std::int64_t bytes_max) const;

    std::int64_t used_bytes() const { return used_.load(); }
    const BlobLimits& limits() const { return limits_; }

private:
    friend class BlobUpload;
    BlobStore(std::string folder, BlobLimits limits, Rng& rng)
        : folder_(std::move(folder)), limits_(limits), rng_(rng) {}
    std::string path_of(const Digest& digest) const;
    // Takes room within the quota; false: there is none.
    bool reserve(std::int64_t bytes);

    std::string folder_;
    BlobLimits limits_;
    Rng& rng_;
    std::atomic<std::int64_t> used_{0};
};

}  // namespace foyer::master
