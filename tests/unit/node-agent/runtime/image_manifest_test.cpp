#include "node-agent/runtime/image_manifest.h"

#include "node-agent/runtime/digest.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

std::string blob(char digit, std::int64_t size) {
    return R"({"digest":"sha256:)" + std::string(64, digit) + R"(","size":)" +
           std::to_string(size) + "}";
}

}  // namespace

TEST_CASE("a manifest names its configuration and its layers in order") {
    const auto manifest = parse_manifest(R"({"config":)" + blob('a', 1) + R"(,"layers":[)" +
                                         blob('b', 2) + "," + blob('c', 3) + "]}");
    REQUIRE(manifest.ok());
    CHECK(manifest.value().config.digest.str() == "sha256:" + std::string(64, 'a'));
    REQUIRE(manifest.value().layers.size() == 2);
    CHECK(manifest.value().layers[1].size_bytes == 3);
}

TEST_CASE("anything else is refused") {
    for (const std::string& text :
         {std::string(""), std::string("[]"), std::string("{"),
          std::string(R"({"config":{},"layers":[]})"),
          R"({"config":)" + blob('a', 1) + R"(,"layers":[]})",
          R"({"config":)" + blob('a', -1) + R"(,"layers":[)" + blob('b', 2) + "]}",
          R"({"config":)" + blob('/', 1) + R"(,"layers":[)" + blob('b', 2) + "]}"})
        CHECK(parse_manifest(text).failure().code == ErrorCode::InvalidArgument);
}

TEST_CASE("a digest that is no digest never becomes a file name") {
    CHECK(hex_of(Digest("sha256:" + std::string(64, '0'))).ok());
    for (const char* text : {"", "sha256:", "sha256:../../etc/passwd", "md5:00"})
        CHECK_FALSE(hex_of(Digest(text)).ok());
    CHECK_FALSE(hex_of(Digest("sha256:" + std::string(63, '0') + "G")).ok());
}

TEST_CASE("the image's environment is read, and absent when there is none") {
    CHECK(parse_image_env(R"({"config":{"Env":["A=1","broken",7]}})").value() ==
          std::vector<std::string>{"A=1"});
    CHECK(parse_image_env("{}").value().empty());
    CHECK_FALSE(parse_image_env("[]").ok());
}

TEST_CASE("sizes whose sum could not be counted are refused") {
    constexpr std::int64_t limit = std::int64_t{1} << 50;
    const auto sized = [](std::int64_t size) {
        return R"({"config":)" + blob('a', 1) + R"(,"layers":[)" + blob('b', size) + "]}";
    };
    CHECK(parse_manifest(sized(limit)).ok());
    CHECK_FALSE(parse_manifest(sized(limit + 1)).ok());
    CHECK_FALSE(parse_manifest(sized(INT64_MAX)).ok());
}
