// The folder of a release: its four documents, of which any may be anything.
#include "master/cli/oci_layout.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/base/check.h"
#include "common/tls/sha256.h"
#include "tests/fuzz/target.h"
#include "tests/support/temp_folder.h"

namespace foyer::fuzz {
namespace {

using Json = nlohmann::json;

void write(const std::string& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
}

Json descriptor_of(const std::string& text) {
    return {{"digest", "sha256:" + tls::sha256_hex(text)}, {"size", text.size()}};
}

// A good folder, made once.
struct Folder {
    test::TempFolder root;
    std::string blobs = root.path() + "/image/blobs/sha256/";
    std::string config = "{}";
    std::string manifest = Json{{"config", descriptor_of(config)},
                                {"layers", {descriptor_of(config), descriptor_of(config)}}}
                               .dump();
    std::string index = Json{{"manifests", {descriptor_of(manifest)}}}.dump();
    std::string release =
        Json{{"name", "echo"}, {"version", "1-1"}, {"image", descriptor_of(manifest)}}.dump();

    Folder() {
        std::filesystem::create_directories(blobs);
        write(blobs + tls::sha256_hex(config), config);
        write(root.path() + "/image/oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
    }
    // The manifest's own bytes may change: the documents above it follow.
    void put(const std::string& changed_manifest) const {
        const Json descriptor = descriptor_of(changed_manifest);
        write(blobs + tls::sha256_hex(changed_manifest), changed_manifest);
        write(root.path() + "/image/index.json", Json{{"manifests", {descriptor}}}.dump());
        write(root.path() + "/release.json",
              Json{{"name", "echo"}, {"version", "1-1"}, {"image", descriptor}}.dump());
    }
};

Folder& folder() {
    static Folder one;
    return one;
}

void read() {
    const auto found = cli::read_release_folder(folder().root.path());
    if (!found.ok()) return;
    CHECK(found.value().blobs.size() >= 3);
    for (const cli::Blob& blob : found.value().blobs)
        CHECK(blob.file.starts_with(folder().root.path()));
}

void feed(std::string_view bytes) {
    const std::string text(bytes);
    folder().put(text);
    read();
    std::filesystem::remove(folder().blobs + tls::sha256_hex(text));
    folder().put(folder().manifest);
    write(folder().root.path() + "/image/index.json", text);
    read();
    folder().put(folder().manifest);
    write(folder().root.path() + "/release.json", text);
    read();
}

std::vector<std::string> seeds() { return {folder().manifest, folder().index, folder().release}; }

}  // namespace

const Target oci_layout{"oci_layout", feed, seeds, 100};

}  // namespace foyer::fuzz
