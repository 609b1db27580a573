#include "master/app/blob_store.h"

#include <sys/stat.h>

#include "common/base/text.h"
#include "common/os/files.h"
#include "common/tls/sha256.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::master;

namespace {

struct World {
    test::TempFolder folder;
    SystemRng rng;
    std::unique_ptr<BlobStore> store = open({});
    std::unique_ptr<BlobStore> open(BlobLimits limits) {
        return BlobStore::open(folder.path() + "/blobs", limits, rng).value();
    }
    std::size_t unfinished() const {
        return os::list_dir(folder.path() + "/blobs/tmp").value().size();
    }
};

Digest digest_of(const std::string& text) { return Digest("sha256:" + tls::sha256_hex(text)); }

Status put(BlobStore& store, const Digest& digest, const std::string& text) {
    auto upload = TRY(store.begin(digest, static_cast<std::int64_t>(text.size())));
    TRY(upload->append(as_bytes(text)));
    return upload->finish();
}

}  // namespace

TEST_CASE("a blob is kept under its digest, mode 0640") {
    World world;
    const Digest digest = digest_of("hello");
    REQUIRE(put(*world.store, digest, "hello").ok());
    CHECK(world.store->find(digest).value() == 5);
    CHECK(world.store->read(digest, 100).value() == "hello");
    CHECK(world.store->open_blob(digest).value().size == 5);
    CHECK(world.store->used_bytes() == 5);
    struct stat facts{};
    REQUIRE(::stat((world.folder.path() + "/blobs/sha256/" + digest.str().substr(7)).c_str(),
                   &facts) == 0);
    CHECK((facts.st_mode & 0777U) == 0640U);
    CHECK(put(*world.store, digest, "hello").failure().code == ErrorCode::AlreadyExists);
}

TEST_CASE("content with another digest is refused and leaves nothing") {
    World world;
    const Status status = put(*world.store, digest_of("hello"), "hullo");
    REQUIRE(!status.ok());
    CHECK(status.failure().code == ErrorCode::InvalidArgument);
    CHECK(status.failure().details.front().value == "digest");
    CHECK(world.store->find(digest_of("hello")).failure().code == ErrorCode::NotFound);
    CHECK(world.unfinished() == 0);
    CHECK(world.store->used_bytes() == 0);
}

TEST_CASE("an upload that is given up leaves nothing, nor does a crash after the next start") {
    World world;
    {
        auto upload = world.store->begin(digest_of("x"), std::nullopt).value();
        REQUIRE(upload->append(as_bytes("abc")).ok());
        CHECK(world.unfinished() == 1);
    }
    CHECK(world.unfinished() == 0);
    CHECK(world.store->used_bytes() == 0);
    REQUIRE(put(*world.store, digest_of("kept"), "kept").ok());
    auto crashed = world.store->begin(digest_of("y"), std::nullopt).value();
    const auto again = world.open({});
    CHECK(world.unfinished() == 0);
    CHECK(again->used_bytes() == 4);
}

TEST_CASE("sizes and the quota are limits") {
    World world;
    const auto store = world.open({.blob_bytes_max = 8, .quota_bytes = 10});
    CHECK(put(*store, digest_of("123456789"), "123456789").failure().code ==
          ErrorCode::ResourceExhausted);
    auto unannounced = store->begin(digest_of("123456789"), std::nullopt).value();
    CHECK(unannounced->append(as_bytes("123456789")).failure().details.front().value ==
          "blob_bytes_max");
    REQUIRE(put(*store, digest_of("123456"), "123456").ok());
    auto over = store->begin(digest_of("abcdef"), std::nullopt).value();
    CHECK(over->append(as_bytes("abcdef")).failure().details.front().value == "blob_quota");
}

TEST_CASE("a digest is a digest and never a path") {
    World world;
    for (const char* digest :
         {"", "sha256:", "sha256:../../etc/passwd", "md5:d41d8cd98f00b204e9800998ecf8427e"}) {
        CHECK(!check_digest(digest).ok());
        CHECK(!world.store->find(Digest(digest)).ok());
        CHECK(!world.store->begin(Digest(digest), std::nullopt).ok());
    }
    CHECK(!check_digest("sha256:" + std::string(64, 'A')).ok());
    CHECK(check_digest("sha256:" + std::string(64, 'a')).ok());
}
