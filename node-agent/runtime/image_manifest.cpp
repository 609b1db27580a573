#include "node-agent/runtime/image_manifest.h"

#include <nlohmann/json.hpp>

#include "node-agent/runtime/digest.h"

namespace foyer::agent {

namespace {

using nlohmann::json;

constexpr std::size_t layers_max = 64;
// No box holds so much; and the sizes of all layers can be added up.
constexpr std::int64_t blob_bytes_max = std::int64_t{1} << 50;

Error wrong(const std::string& what) {
    return error(ErrorCode::InvalidArgument, "image manifest: " + what);
}

Result<BlobRef> blob_ref(const json& object) {
    if (!object.is_object() || !object.contains("digest") || !object["digest"].is_string() ||
        !object.contains("size") || !object["size"].is_number_integer())
        return wrong("a blob without digest and size");
    BlobRef blob{.digest = Digest(object["digest"].get<std::string>()),
                 .size_bytes = object["size"].get<std::int64_t>()};
    if (blob.size_bytes < 0 || blob.size_bytes > blob_bytes_max)
        return wrong("a blob of impossible size");
    TRY(hex_of(blob.digest));
    return blob;
}

}  // namespace

Result<ImageManifest> parse_manifest(const std::string& text) {
    const json file = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!file.is_object() || !file.contains("config") || !file.contains("layers") ||
        !file["layers"].is_array())
        return wrong("not an OCI image manifest");
    if (file["layers"].empty() || file["layers"].size() > layers_max)
        return wrong("impossible number of layers");
    ImageManifest manifest{.config = TRY(blob_ref(file["config"])), .layers = {}};
    for (const json& layer : file["layers"]) manifest.layers.push_back(TRY(blob_ref(layer)));
    return manifest;
}

Result<std::vector<std::string>> parse_image_env(const std::string& text) {
    const json file = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!file.is_object()) return wrong("its configuration is not a JSON object");
    std::vector<std::string> env;
    const auto config = file.find("config");
    if (config == file.end() || !config->is_object() || !config->contains("Env")) return env;
    for (const json& variable : (*config)["Env"])
        if (variable.is_string() && variable.get<std::string>().find('=') != std::string::npos)
            env.push_back(variable);
    return env;
}

std::string index_json(const Digest& manifest, std::int64_t size_bytes) {
    const json index = {
        {"schemaVersion", 2},
        {"manifests",
         json::array({{{"mediaType", "application/vnd.oci.image.manifest.v1+json"},
                       {"digest", manifest.str()},
                       {"size", size_bytes},
                       {"annotations", {{"org.opencontainers.image.ref.name", "release"}}}}})}};
    return index.dump();
}

}  // namespace foyer::agent
