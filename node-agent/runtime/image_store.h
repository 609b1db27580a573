// Images on the disk of a box.
//
//   partial/<hex>          being fetched, resumed after an interruption
//   blobs/sha256/<hex>     manifest, configuration, layers; each has the hash in its name
//   roots/<hex>.tmp        being unpacked; removed at the next start
//   roots/<hex>            complete: what partitions run from, read-only, owned by root, no device
//   and no set-user-id file
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>

#include "node-agent/app/ports.h"
#include "node-agent/runtime/box_paths.h"
#include "node-agent/runtime/image_manifest.h"

namespace foyer::agent {

class DiskImageStore final : public ImageStore {
public:
    // Makes the folders and removes what an interrupted unpacking left.
    static Result<std::unique_ptr<DiskImageStore>> open(BoxPaths paths, BlobSource& blobs);

    Status ensure(const Digest& image, const BlobSource::Progress& progress,
                  std::stop_token stop) override;
    Status collect(const std::vector<Digest>& keep) override;

private:
    DiskImageStore(BoxPaths paths, BlobSource& blobs) : paths_(std::move(paths)), blobs_(blobs) {}

    Status make(const Digest& image, const BlobSource::Progress& progress, std::stop_token stop);
    Status fetch(const Digest& digest, const BlobSource::Progress& progress, std::stop_token stop);
    Status fetch_alone(const Digest& digest, const std::string& hex,
                       const BlobSource::Progress& progress, std::stop_token stop);
    Status check_room(const ImageManifest& manifest);
    Status unpack(const Digest& image, const ImageManifest& manifest, std::stop_token stop);
    Result<ImageManifest> read_manifest(const Digest& image) const;
    std::string blob_file(const std::string& hex) const { return paths_.blobs() + "/" + hex; }

    const BoxPaths paths_;
    BlobSource& blobs_;
    std::mutex mutex_;
    std::condition_variable_any finished_;
    std::set<Digest> busy_;      // being made by one caller, awaited by others
    std::set<Digest> fetching_;  // blobs: images share layers, and a layer has one partial file
};

// Makes an unpacked tree safe to lie on the host: everything root's, no set-user-id bits.
// InvalidArgument: it holds a device.
Status disarm_tree(const std::string& root);
// Bytes a gzip file unpacks to, by its trailer (modulo 4 GiB); 0 when it is no gzip file.
Result<std::int64_t> gzip_unpacked_bytes(const std::string& file);

}  // namespace foyer::agent
