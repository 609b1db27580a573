// The parts of an OCI image manifest and configuration that matter here. Pure text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/model/ids.h"

namespace foyer::agent {

struct BlobRef {
    Digest digest;
    std::int64_t size_bytes = 0;
};

struct ImageManifest {
    BlobRef config;
    std::vector<BlobRef> layers;  // lowest first
};

Result<ImageManifest> parse_manifest(const std::string& json);
// Environment of the image's configuration, "NAME=value".
Result<std::vector<std::string>> parse_image_env(const std::string& json);
// index.json of a layout whose only image is this manifest, named "release".
std::string index_json(const Digest& manifest, std::int64_t size_bytes);

}  // namespace foyer::agent
