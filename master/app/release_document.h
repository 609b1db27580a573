// release.json, from the publisher's bytes to the row the catalogue keeps.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"
#include "master/app/blob_store.h"
#include "master/domain/rows.h"

namespace foyer::master {

struct SignedRelease {
    std::string release_json;   // the exact bytes
    std::string signature;      // raw, 64 bytes
    std::string publisher_key;  // raw, 32 bytes
};

// Checks signature, schema and the two rules a schema cannot say. The row's publisher and image
// size are left to the caller. PermissionDenied: the signature is not by this key. InvalidArgument:
// the rest, each problem with its path.
Result<Release> read_release(const SignedRelease& published);

// Size of the image: manifest, config and layers, all of which are in the store with the sizes the
// manifest says. FailedPrecondition names the missing blobs; InvalidArgument: the manifest is not
// an OCI image manifest.
Result<Bytes> image_size(const BlobStore& blobs, const Digest& manifest);

// What opens the door of a release for people. Empty fields: none.
struct ReleaseLogin {
    std::string user;
    std::string database;
    std::string path;
};
ReleaseLogin login_of(std::string_view release_json);
// Secrets made for each instance ("admin_password", …).
bool wants_secret(std::string_view release_json, std::string_view secret);

// The text of schemas/software/release.schema.json, embedded when this program was built.
std::string_view release_schema();

}  // namespace foyer::master
