#include "master/app/release_document.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "common/tls/ed25519.h"
#include "common/tls/sha256.h"
#include "master/app/json_schema.h"
#include "master/app/parameters.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::master;
using Json = nlohmann::json;

namespace {

Json document() {
    return Json::parse(R"({
      "schema": 1, "name": "echo", "version": "1-1", "title": "Echo",
      "image": {
        "digest": "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "os": "linux", "architecture": "amd64", "compressed_bytes": 10, "unpacked_bytes": 20},
      "command": ["/bin/serve"], "user": {"uid": 1000, "gid": 1000},
      "sizes": {
        "m": {"cpu_millicores": 200, "memory_bytes": 20000000, "disk_bytes": 2000000,
              "uplink_kbit": 700, "pids": 32},
        "s": {"cpu_millicores": 100, "memory_bytes": 10000000, "disk_bytes": 2000000, "pids": 32}},
      "parameters": {
        "type": "object", "additionalProperties": false, "required": ["company"],
        "properties": {
          "company": {"type": "string", "title": "Company", "minLength": 1, "maxLength": 40},
          "country": {"type": "string", "title": "Country", "enum": ["FR", "BE"], "default": "FR"},
          "users": {"type": "integer", "title": "Users", "minimum": 1, "maximum": 50,
                    "default": 5}}},
      "secrets": ["admin_password"], "login": {"user": "admin", "path": "/#x"}, "hooks": {},
      "ports": {"web": 8000}, "stop_timeout_s": 10, "health_period_s": 5, "position_period_s": 5,
      "egress": [],
      "data": {"copies": {"min": 1, "max": 3, "default": 3}, "modes": ["synchronous"]}})");
}

std::string raw(const std::string& base64url) {
    const auto bytes = from_base64url(base64url);
    return {bytes->begin(), bytes->end()};
}

SignedRelease sign(const std::string& text) {
    SystemRng rng;
    const tls::SigningKey key = tls::make_signing_key(rng);
    return {text, raw(tls::ed25519_sign(key.seed, text).value()), raw(key.public_key)};
}

Error refusal(const Json& json) {
    const auto release = read_release(sign(json.dump()));
    REQUIRE(!release.ok());
    return release.failure();
}

}  // namespace

TEST_CASE("a release says what it is for, or is another one") {
    CHECK(read_release(sign(document().dump())).value().kind == ReleaseKind::Other);
    for (const ReleaseKind kind : all_release_kinds) {
        Json json = document();
        json["kind"] = to_text(kind);
        CHECK(read_release(sign(json.dump())).value().kind == kind);
    }
    Json odd = document();
    odd["kind"] = "exec";
    CHECK(refusal(odd).code == ErrorCode::InvalidArgument);
}

TEST_CASE("a signed document becomes a row, smallest size first") {
    const SignedRelease published = sign(document().dump());
    const auto release = read_release(published);
    REQUIRE(release.ok());
    CHECK(release.value().name == ReleaseName("echo"));
    CHECK(release.value().sizes.front().name == SizeName("s"));
    CHECK(release.value().sizes.front().resources.uplink == KbitPerSecond(0));
    CHECK(release.value().sizes.back().resources.uplink == KbitPerSecond(700));
    CHECK(release.value().copies_default == 3);
    CHECK(release.value().web_port == 8000);
    CHECK(release.value().release_json == published.release_json);
    CHECK(login_of(published.release_json).user == "admin");
    CHECK(wants_secret(published.release_json, "admin_password"));
    CHECK(!wants_secret(published.release_json, "replication_password"));
}

TEST_CASE("a document that was touched, or signed by another, is refused") {
    SignedRelease published = sign(document().dump());
    SignedRelease touched = published;
    touched.release_json += " ";
    CHECK(!read_release(touched).ok());
    SignedRelease other = published;
    other.publisher_key = sign("x").publisher_key;
    CHECK(!read_release(other).ok());
    published.signature.resize(10);
    CHECK(!read_release(published).ok());
}

TEST_CASE("what the schema forbids is refused with its path") {
    Json json = document();
    json["surprise"] = 1;
    CHECK(refusal(json).code == ErrorCode::InvalidArgument);
    json = document();
    json["sizes"]["s"]["pids"] = 0;
    CHECK(refusal(json).message.find("/sizes/s") != std::string::npos);
    json = document();
    json["data"]["copies"]["min"] = 4;
    CHECK(refusal(json).message.find("/data/copies") != std::string::npos);
    json = document();
    json["parameters"]["required"].push_back("ghost");
    CHECK(refusal(json).message.find("ghost") != std::string::npos);
    json = document();
    json["parameters"]["properties"]["users"]["default"] = 99;
    CHECK(refusal(json).message.find("default") != std::string::npos);
    json = document();
    json["schema"] = 1.0;
    CHECK(refusal(json).message.find("/schema") != std::string::npos);
    json = document();
    json["title"] = std::string("a\0b", 3);
    CHECK(refusal(json).message.find("/title") != std::string::npos);
    CHECK(!read_release(sign("not json")).ok());
    CHECK(!read_release(sign("[]")).ok());
}

TEST_CASE(
    "a release lists the edges' mail relay or nothing; what else it lists is refused with why") {
    Json json = document();
    json["egress"] = Json::array({"mail-relay"});
    CHECK(read_release(sign(json.dump())).ok());
    json["egress"] = Json::array({"mail-relay", "internet"});
    const std::string why = refusal(json).message;
    CHECK(why.find("'/egress/1': can only be 'mail-relay'") != std::string::npos);
    CHECK(why.find("no way leads out of a home") != std::string::npos);
    json.erase("egress");
    CHECK(refusal(json).message.find("egress") != std::string::npos);
}

TEST_CASE("an image is complete only with every blob in its size") {
    test::TempFolder folder;
    SystemRng rng;
    const auto store = BlobStore::open(folder.path(), {}, rng).value();
    const auto put = [&](const std::string& text) {
        const Digest digest("sha256:" + tls::sha256_hex(text));
        auto upload = store->begin(digest, std::nullopt).value();
        REQUIRE(upload->append(as_bytes(text)).ok());
        REQUIRE(upload->finish().ok());
        return digest;
    };
    const Digest config = put("{}");
    const std::string layer_text = "layer";
    const std::string layer = "sha256:" + tls::sha256_hex(layer_text);
    const Json manifest = {{"config", {{"digest", config.str()}, {"size", 2}}},
                           {"layers", Json::array({{{"digest", layer}, {"size", 5}}})}};
    const Digest manifest_digest = put(manifest.dump());
    const auto missing = image_size(*store, manifest_digest);
    REQUIRE(!missing.ok());
    CHECK(missing.failure().code == ErrorCode::FailedPrecondition);
    CHECK(missing.failure().details.back().value == layer);
    put(layer_text);
    CHECK(image_size(*store, manifest_digest).value().count() ==
          static_cast<std::int64_t>(manifest.dump().size()) + 7);
    Json lying = manifest;
    lying["config"]["size"] = 3;
    CHECK(image_size(*store, put(lying.dump())).failure().code == ErrorCode::InvalidArgument);
    CHECK(image_size(*store, config).failure().code == ErrorCode::InvalidArgument);
    CHECK(image_size(*store, Digest(layer)).failure().code == ErrorCode::InvalidArgument);
}

TEST_CASE("parameters are completed by defaults and refused with what is allowed") {
    const std::string schema = document()["parameters"].dump();
    CHECK(complete_parameters(schema, R"({"company":"Acme"})").value() ==
          R"({"company":"Acme","country":"FR","users":5})");
    const auto refused = complete_parameters(schema, R"({"country":"DE","users":0,"colour":1})");
    REQUIRE(!refused.ok());
    const std::string& message = refused.failure().message;
    CHECK(message.find("'/parameters/country': allowed: string, one of FR, BE") !=
          std::string::npos);
    CHECK(message.find("'/parameters/users': allowed: integer, at least 1, at most 50") !=
          std::string::npos);
    CHECK(message.find(
              "'/parameters/colour': is not a parameter; allowed: company, country, users") !=
          std::string::npos);
    CHECK(message.find("'/parameters/company': is required") != std::string::npos);
    CHECK(!complete_parameters(schema, "[]").ok());
    CHECK(!complete_parameters(schema, "{").ok());
}

TEST_CASE("a customer's text is held against a publisher's pattern, however long the text") {
    Json json = document();
    json["parameters"]["properties"]["company"] = {
        {"type", "string"}, {"title", "Company"}, {"pattern", "^[a-z]*$"}};
    REQUIRE(read_release(sign(json.dump())).ok());
    const std::string schema = json["parameters"].dump();
    const auto order = [&](const std::string& company) {
        return complete_parameters(schema, Json{{"company", company}}.dump()).ok();
    };
    CHECK(order("acme"));
    CHECK_FALSE(order("Acme"));
    // std::regex recurses once a character.
    CHECK(order(std::string(1'000'000, 'a')));
    CHECK_FALSE(order(std::string(1'000'000, 'a') + "!"));
}

TEST_CASE("a pattern cannot be made to take for ever, and one that cannot be used is refused") {
    Json json = document();
    Json& rule = json["parameters"]["properties"]["company"];
    rule = {{"type", "string"}, {"title", "Company"}, {"pattern", "^(a+)+$"}};
    REQUIRE(read_release(sign(json.dump())).ok());
    CHECK_FALSE(complete_parameters(json["parameters"].dump(),
                                    Json{{"company", std::string(60, 'a') + "!"}}.dump())
                    .ok());
    for (const char* pattern : {"(", "a{2,1}", "(?=a)b", "((a{900}){900}){900}"}) {
        rule["pattern"] = pattern;
        CHECK(refusal(json).message.find("/parameters/properties/company/pattern") !=
              std::string::npos);
    }
    rule["pattern"] = "^[0-9]+$";
    rule["default"] = "abc";
    CHECK(refusal(json).message.find("/company/default") != std::string::npos);
}

TEST_CASE("a document nested as deep as its size allows is refused") {
    const std::string deep = std::string(60'000, '[') + std::string(60'000, ']');
    const std::string text = document().dump();
    const std::string twice = "[" + deep + "," + deep + "]";
    const std::size_t at = text.find(R"(["admin_password"])");
    REQUIRE(at != std::string::npos);
    const auto refused = read_release(sign(std::string(text).replace(at, 18, twice)));
    REQUIRE(!refused.ok());
    CHECK(refused.failure().message.find("deeper") != std::string::npos);
}

TEST_CASE("sizes that no box could be told of are refused") {
    for (const char* field : {"memory_bytes", "disk_bytes"}) {
        Json json = document();
        json["sizes"]["s"][field] = (std::int64_t{1} << 50) + 1;
        CHECK(refusal(json).message.find(field) != std::string::npos);
        json["sizes"]["s"][field] = std::numeric_limits<std::uint64_t>::max();
        CHECK(refusal(json).message.find(field) != std::string::npos);
    }
}

TEST_CASE("what is wrong in a login is read as absent") {
    CHECK(login_of(R"({"login":{"user":-1,"database":{},"path":"/x"}})").path == "/x");
    CHECK(login_of(R"({"login":{"user":-1}})").user.empty());
    CHECK(login_of(R"({"login":7})").user.empty());
}

TEST_CASE("what is no schema is refused, and ends nothing") {
    for (const char* schema :
         {R"({"type":"arrai"})", R"({"minLength":"x"})", R"({"properties":[]})",
          R"({"$ref":"#/nowhere"})", R"({"pattern":"("})"})
        CHECK_FALSE(check_schema(schema, R"("text")").ok());
}
