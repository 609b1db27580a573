// A release's folder: release.json and an OCI image layout, read and verified before a byte of it
// is sent.
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"

namespace foyer::cli {

struct Blob {
    std::string what;    // "manifest", "config", "layer 1"
    std::string digest;  // "sha256:<64 hex>"
    std::string file;
    std::int64_t bytes = 0;
};

struct ReleaseFolder {
    std::string document;  // exact bytes of release.json: what is signed
    std::string name;
    std::string version;
    std::vector<Blob> blobs;  // manifest, config, layers
};

// InvalidArgument: release.json or the layout is malformed, its image is not the one release.json
// names, or a blob's size or SHA-256 is not what its digest says. NotFound: a file is missing.
Result<ReleaseFolder> read_release_folder(const std::string& folder);

}  // namespace foyer::cli
