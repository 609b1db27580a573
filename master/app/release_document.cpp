#include "master/app/release_document.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <tuple>

#include "common/base/text.h"
#include "common/base/utf8.h"
#include "common/tls/ed25519.h"
#include "master/app/json_schema.h"
#include "master/app/parameters.h"
#include "master/app/release_schema_text.h"

namespace foyer::master {
namespace {

using Json = nlohmann::json;
constexpr std::size_t release_json_bytes_max = 256 * 1024;
constexpr std::int64_t manifest_bytes_max = 1024 * 1024;
constexpr std::size_t layers_max = 128;

Json parse(std::string_view text) {
    return Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
}

Status check_rules(const Json& document) {
    std::vector<SchemaProblem> problems;
    const Json& copies = document["data"]["copies"];
    if (copies["min"] > copies["default"] || copies["default"] > copies["max"]) {
        problems.push_back({"/data/copies", "must be min <= default <= max"});
    }
    // A box counts in integers only; "const" takes 1.0 for 1.
    if (!document["schema"].is_number_integer()) problems.push_back({"/schema", "must be 1"});
    if (!is_plain_text(document["title"].get_ref<const std::string&>()))
        problems.push_back({"/title", "holds a zero byte"});
    const Json& parameters = document["parameters"];
    for (const Json& name : parameters["required"]) {
        if (!parameters["properties"].contains(name.get<std::string>())) {
            problems.push_back({"/parameters/required", "names '" + name.get<std::string>() +
                                                            "', which is not in properties"});
        }
    }
    for (const auto& [name, rule] : parameters["properties"].items()) {
        for (SchemaProblem& problem :
             parameter_rule_problems(rule.dump(), "/parameters/properties/" + name))
            problems.push_back(std::move(problem));
    }
    if (problems.empty()) return ok_status();
    return schema_error("release.json", problems);
}

// Of a destination the schema says no more than that it is not among its words.
std::vector<SchemaProblem> explained(std::vector<SchemaProblem> problems) {
    for (SchemaProblem& problem : problems)
        if (problem.path.starts_with("/egress/"))
            problem.what =
                "can only be 'mail-relay': a copy reaches its group, and no way leads out of a "
                "home to anything else";
    return problems;
}

std::vector<ReleaseSize> sizes_of(const Json& document) {
    std::vector<ReleaseSize> sizes;
    for (const auto& [name, size] : document["sizes"].items()) {
        sizes.push_back({SizeName(name),
                         {Millicores(size["cpu_millicores"].get<std::int64_t>()),
                          Bytes(size["memory_bytes"].get<std::int64_t>()),
                          Bytes(size["disk_bytes"].get<std::int64_t>()),
                          KbitPerSecond(size.value("uplink_kbit", std::int64_t{0}))}});
    }
    std::sort(sizes.begin(), sizes.end(), [](const ReleaseSize& a, const ReleaseSize& b) {
        return std::tuple(a.resources.memory, a.resources.cpu, a.resources.disk,
                          a.resources.uplink) < std::tuple(b.resources.memory, b.resources.cpu,
                                                           b.resources.disk, b.resources.uplink);
    });
    return sizes;
}

Release row_of(const Json& document) {
    Release release;
    release.name = ReleaseName(document["name"].get<std::string>());
    release.version = ReleaseVersion(document["version"].get<std::string>());
    release.title = document["title"].get<std::string>();
    release.image = Digest(document["image"]["digest"].get<std::string>());
    release.sizes = sizes_of(document);
    release.parameters_schema_json = document["parameters"].dump();
    const Json& copies = document["data"]["copies"];
    release.copies_min = copies["min"].get<int>();
    release.copies_max = copies["max"].get<int>();
    release.copies_default = copies["default"].get<int>();
    release.web_port = document["ports"].value("web", 0);
    const auto kind = release_kind_from(document.value("kind", std::string("other")));
    CHECK(kind.has_value());  // the schema has the same words
    release.kind = *kind;
    return release;
}

// A descriptor of an OCI manifest: {"digest": …, "size": …}.
struct Part {
    Digest digest;
    std::int64_t size = 0;
};

std::optional<Part> part_of(const Json& descriptor) {
    if (!descriptor.is_object() || !descriptor.contains("digest") ||
        !descriptor["digest"].is_string() || !descriptor.contains("size") ||
        !descriptor["size"].is_number_integer()) {
        return std::nullopt;
    }
    Part part{Digest(descriptor["digest"].get<std::string>()),
              descriptor["size"].get<std::int64_t>()};
    if (!check_digest(part.digest.str()).ok() || part.size < 0) return std::nullopt;
    return part;
}

Error not_a_manifest(const Digest& digest) {
    return error(ErrorCode::InvalidArgument,
                 "blob '" + digest.str() + "' is not an OCI image manifest with config and layers",
                 {{"rule", "manifest"}});
}

Result<std::vector<Part>> parts_of(const Json& manifest, const Digest& digest) {
    if (!manifest.is_object() || !manifest.contains("config") || !manifest.contains("layers") ||
        !manifest["layers"].is_array() || manifest["layers"].empty() ||
        manifest["layers"].size() > layers_max) {
        return not_a_manifest(digest);
    }
    std::vector<Part> parts;
    const auto config = part_of(manifest["config"]);
    if (!config) return not_a_manifest(digest);
    parts.push_back(*config);
    for (const Json& layer : manifest["layers"]) {
        const auto part = part_of(layer);
        if (!part) return not_a_manifest(digest);
        parts.push_back(*part);
    }
    return parts;
}

}  // namespace

Result<Release> read_release(const SignedRelease& published) {
    if (published.release_json.size() > release_json_bytes_max) {
        return error(
            ErrorCode::InvalidArgument,
            "release.json may have at most " + std::to_string(release_json_bytes_max) + " bytes",
            {{"path", ""}});
    }
    const std::string key = to_base64url(as_bytes(published.publisher_key));
    const std::string signature = to_base64url(as_bytes(published.signature));
    TRY(tls::ed25519_verify(key, published.release_json, signature));
    const auto problems = check_schema(release_schema(), published.release_json);
    if (!problems.ok()) return in_context("release.json", problems.failure());
    if (!problems.value().empty()) return schema_error("release.json", explained(problems.value()));
    const Json document = parse(published.release_json);
    TRY(check_rules(document));
    Release release = row_of(document);
    release.release_json = published.release_json;
    release.signature = signature;
    release.publisher_key = key;
    return release;
}

Result<Bytes> image_size(const BlobStore& blobs, const Digest& manifest) {
    const auto text = blobs.read(manifest, manifest_bytes_max);
    if (!text.ok() && text.failure().code == ErrorCode::NotFound) {
        return error(ErrorCode::FailedPrecondition,
                     "the image's manifest '" + manifest.str() + "' is not uploaded",
                     {{"rule", "blobs_missing"}, {"digest", manifest.str()}});
    }
    if (!text.ok()) return text.failure();
    const auto parts = TRY(parts_of(parse(text.value()), manifest));
    Bytes total(static_cast<std::int64_t>(text.value().size()));
    Error missing = error(ErrorCode::FailedPrecondition, "blobs of the image are not uploaded",
                          {{"rule", "blobs_missing"}});
    std::set<Digest> counted;
    for (const Part& part : parts) {
        if (!counted.insert(part.digest).second) continue;
        const auto size = blobs.find(part.digest);
        if (!size.ok()) {
            missing.details.push_back({"digest", part.digest.str()});
            continue;
        }
        if (size.value() != part.size) {
            return error(ErrorCode::InvalidArgument,
                         "blob '" + part.digest.str() + "' has " + std::to_string(size.value()) +
                             " bytes, its manifest says " + std::to_string(part.size),
                         {{"rule", "blob_size"}, {"digest", part.digest.str()}});
        }
        total += Bytes(part.size);
    }
    if (missing.details.size() > 1) return missing;
    return total;
}

ReleaseLogin login_of(std::string_view release_json) {
    const Json document = parse(release_json);
    if (!document.is_object() || !document.contains("login") || !document["login"].is_object())
        return {};
    const auto text = [&login = document["login"]](const char* key) {
        const auto found = login.find(key);
        return found != login.end() && found->is_string() ? found->get<std::string>()
                                                          : std::string();
    };
    return {text("user"), text("database"), text("path")};
}

bool wants_secret(std::string_view release_json, std::string_view secret) {
    const Json document = parse(release_json);
    if (!document.is_object() || !document.contains("secrets") || !document["secrets"].is_array())
        return false;
    return std::any_of(document["secrets"].begin(), document["secrets"].end(),
                       [&](const Json& name) {
                           return name.is_string() && name.get_ref<const std::string&>() == secret;
                       });
}

std::string_view release_schema() { return release_schema_text; }

}  // namespace foyer::master
