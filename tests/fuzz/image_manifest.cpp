// The manifest and the configuration of an image that a box fetched.
#include "node-agent/runtime/image_manifest.h"

#include <nlohmann/json.hpp>

#include "common/base/check.h"
#include "node-agent/runtime/bundle.h"
#include "node-agent/runtime/digest.h"
#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

void feed(std::string_view bytes) {
    const auto manifest = agent::parse_manifest(std::string(bytes));
    if (manifest.ok()) {
        CHECK(!manifest.value().layers.empty());
        std::int64_t total = 0;
        for (const agent::BlobRef& layer : manifest.value().layers) {
            CHECK(layer.size_bytes >= 0 && agent::hex_of(layer.digest).ok());
            CHECK(!__builtin_add_overflow(total, layer.size_bytes, &total));
        }
    }
    const auto env = agent::parse_image_env(std::string(bytes));
    if (!env.ok()) return;
    agent::BundleSpec spec;
    spec.command = {"/bin/true"};
    spec.env = env.value();
    const std::string bundle = agent::bundle_json(spec);
    CHECK(agent::process_for_hook(bundle, {"/bin/false"}).ok());
}

std::vector<std::string> seeds() {
    const std::string digest = "sha256:" + std::string(64, 'a');
    return {R"({"schemaVersion":2,"config":{"digest":")" + digest +
                R"(","size":10},"layers":[{"digest":")" + digest + R"(","size":100},{"digest":")" +
                digest + R"(","size":9}]})",
            R"({"config":{"Env":["PATH=/usr/bin","LANG=C.UTF-8","A=","B"]},"rootfs":{}})"};
}

}  // namespace

const Target image_manifest{"image_manifest", feed, seeds};

}  // namespace foyer::fuzz
