#include "master/cli/oci_layout.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <system_error>

#include "common/tls/private_file.h"
#include "common/tls/sha256.h"
#include "master/cli/json_fields.h"

namespace foyer::cli {
namespace {

constexpr std::size_t layers_max = 128;
constexpr std::string_view algorithm = "sha256:";

Error bad(std::string message) { return error(ErrorCode::InvalidArgument, std::move(message)); }

Result<Json> json_of(const std::string& file, const std::string& text) {
    Json value = Json::parse(text, nullptr, false);
    if (!value.is_object()) return bad(fmt::format("'{}' is not a JSON object", file));
    return value;
}

Result<Json> read_json(const std::string& file) {
    const std::string text = TRY(tls::read_small_file(file));
    return json_of(file, text);
}

bool is_digest(const std::string& text) {
    return text.size() == algorithm.size() + 64 && text.starts_with(algorithm) &&
           text.find_first_not_of("0123456789abcdef", algorithm.size()) == std::string::npos;
}

// The blob a descriptor speaks of, its bytes compared with it.
Result<Blob> read_blob(const std::string& layout, const Json& descriptor, std::string what) {
    const std::string digest = text_field(descriptor, "digest");
    if (!is_digest(digest)) {
        return bad(fmt::format("digest '{}' of the {} is not sha256:<64 hex>", digest, what));
    }
    Blob blob{std::move(what), digest, layout + "/blobs/sha256/" + digest.substr(algorithm.size())};
    std::error_code failure;
    const auto size = std::filesystem::file_size(blob.file, failure);
    if (failure) {
        return error(ErrorCode::NotFound, fmt::format("{} '{}' is missing: {}", blob.what,
                                                      blob.file, failure.message()));
    }
    blob.bytes = static_cast<std::int64_t>(size);
    if (blob.bytes != number_field(descriptor, "size")) {
        return bad(fmt::format("{} '{}' has {} bytes, its descriptor says {}", blob.what, digest,
                               blob.bytes, number_field(descriptor, "size")));
    }
    const std::string actual = TRY(tls::sha256_file(blob.file));
    if (algorithm.size() + actual.size() != digest.size() || !digest.ends_with(actual)) {
        return bad(
            fmt::format("{} '{}' is damaged: its bytes have sha256:{}", blob.what, digest, actual));
    }
    return blob;
}

Result<Json> manifest_descriptor(const std::string& layout, const std::string& digest) {
    const std::string marker = layout + "/oci-layout";
    TRY(read_json(marker));
    const std::string path = layout + "/index.json";
    const Json index = TRY(read_json(path));
    const Json& manifests = list_field(index, "manifests");
    const auto found = std::ranges::find_if(manifests, [&](const Json& descriptor) {
        return text_field(descriptor, "digest") == digest;
    });
    if (found == manifests.end()) {
        return bad(
            fmt::format("'{}' does not hold the image release.json names ({})", path, digest));
    }
    return *found;
}

}  // namespace

Result<ReleaseFolder> read_release_folder(const std::string& folder) {
    ReleaseFolder release;
    const std::string file = folder + "/release.json";
    release.document = TRY(tls::read_small_file(file));
    const Json document = TRY(json_of(file, release.document));
    release.name = text_field(document, "name");
    release.version = text_field(document, "version");
    const std::string digest = text_field(field(document, "image"), "digest");
    if (release.name.empty() || release.version.empty() || !is_digest(digest)) {
        return bad(fmt::format("'{}' lacks name, version or image.digest", file));
    }
    const std::string layout = folder + "/image";
    const Json descriptor = TRY(manifest_descriptor(layout, digest));
    release.blobs.push_back(TRY(read_blob(layout, descriptor, "manifest")));
    const std::string& manifest_file = release.blobs.front().file;
    const Json manifest = TRY(read_json(manifest_file));
    release.blobs.push_back(TRY(read_blob(layout, field(manifest, "config"), "config")));
    const Json& layers = list_field(manifest, "layers");
    if (layers.empty() || layers.size() > layers_max) {
        return bad(fmt::format("the image has {} layers; 1 to {} are possible", layers.size(),
                               layers_max));
    }
    for (std::size_t i = 0; i < layers.size(); ++i) {
        release.blobs.push_back(TRY(read_blob(layout, layers[i], fmt::format("layer {}", i + 1))));
    }
    return release;
}

}  // namespace foyer::cli
