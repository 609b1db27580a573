#include "node-agent/runtime/image_store.h"

#include <atomic>
#include <fstream>
#include <map>
#include <thread>

#include "common/os/files.h"
#include "node-agent/runtime/digest.h"
#include "tests/support/catch.h"
#include "tests/support/eventually.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

// Blobs in memory; writes half of each, waits a moment, writes the rest, as a slow line would.
class SlowBlobs final : public BlobSource {
public:
    Digest put(const std::string& content) {
        const Digest digest("sha256:" + sha256_of_text(content));
        blobs_[digest] = content;
        return digest;
    }
    Status fetch(const Digest& digest, const std::string& file, const Progress&,
                 std::stop_token stop) override {
        if (refusal) return *std::exchange(refusal, std::nullopt);
        const int inside = ++inside_[digest];
        most_inside = std::max(most_inside.load(), inside);
        ++fetches;
        const std::string& content = blobs_.at(digest);
        std::ofstream out(file, std::ios::app | std::ios::binary);
        out << content.substr(0, content.size() / 2) << std::flush;
        test::eventually([&] { return stop.stop_requested() || inside_[digest] > 1; },
                         Duration(100));
        out << content.substr(content.size() / 2) << std::flush;
        --inside_[digest];
        return ok_status();
    }
    std::optional<Error> refusal;  // of the next fetch
    std::atomic<int> most_inside = 0;
    std::atomic<int> fetches = 0;

    // No further blob from here on: threads may ask.
    void close() {
        for (const auto& [digest, content] : blobs_) inside_[digest] = 0;
    }

private:
    std::map<Digest, std::string> blobs_;
    std::map<Digest, std::atomic<int>> inside_;
};

std::string reference(const Digest& digest, std::size_t size) {
    return R"({"digest":")" + digest.str() + R"(","size":)" + std::to_string(size) + "}";
}

// The manifest of an image with this configuration and layer.
Digest image_of(SlowBlobs& blobs, const std::string& configuration, const std::string& layer) {
    return blobs.put(R"({"config":)" + reference(blobs.put(configuration), configuration.size()) +
                     R"(,"layers":[)" + reference(blobs.put(layer), layer.size()) + "]}");
}

struct Box {
    test::TempFolder disk;
    SlowBlobs blobs;
    BoxPaths paths{disk.path() + "/data", disk.path() + "/run"};
    std::unique_ptr<DiskImageStore> store;

    void open() {
        blobs.close();
        store = DiskImageStore::open(paths, blobs).value();
    }
    bool holds(const Digest& digest) const {
        return os::exists(paths.blobs() + "/" + digest.str().substr(7));
    }
};

const std::string layer = "no archive at all, so that nothing is unpacked";

}  // namespace

TEST_CASE("two images that share a layer fetch it once, into one file, one after the other") {
    Box box;
    const Digest first = image_of(box.blobs, R"({"a":1})", layer);
    const Digest second = image_of(box.blobs, R"({"b":1})", layer);
    box.open();
    {
        const std::jthread one([&] { CHECK_FALSE(box.store->ensure(first, {}, {}).ok()); });
        const std::jthread two([&] { CHECK_FALSE(box.store->ensure(second, {}, {}).ok()); });
    }
    CHECK(box.blobs.most_inside == 1);
    CHECK(box.blobs.fetches == 5);  // two manifests, two configurations, one layer
    CHECK(box.holds(Digest("sha256:" + sha256_of_text(layer))));
}

TEST_CASE("a partial file from which the master cannot go on is begun anew") {
    Box box;
    const Digest image = image_of(box.blobs, "{}", layer);
    box.open();
    const std::string partial = box.paths.partial() + "/" + image.str().substr(7);
    std::ofstream(partial) << std::string(10'000, 'x');
    box.blobs.refusal = error(ErrorCode::InvalidArgument, "the offset is beyond the end");
    CHECK_FALSE(box.store->ensure(image, {}, {}).ok());
    CHECK_FALSE(os::exists(partial));
}

TEST_CASE("what is collected loses its name first, and its rest goes with the next start") {
    Box box;
    box.open();
    const std::string root = box.paths.root_of(std::string(64, 'a'));
    REQUIRE(os::make_dirs(root + "/usr", 0700).ok());
    REQUIRE(os::make_dirs(root + "x.tmp/usr", 0700).ok());
    REQUIRE(box.store->collect({}).ok());
    CHECK_FALSE(os::exists(root));
    CHECK_FALSE(os::exists(root + ".tmp"));
    CHECK_FALSE(os::exists(root + "x.tmp"));
}
