#include "node-agent/runtime/release_file.h"

#include <nlohmann/json.hpp>

#include "common/base/random.h"
#include "common/tls/ed25519.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;
using nlohmann::json;

namespace {

json valid() {
    return json::parse(
        R"({"schema": 1, "name": "echo", "version": "1-1", "command": ["/serve"],
      "user": {"uid": 1000, "gid": 1001}, "sizes": {"s": {"pids": 64}}, "ports": {"web": 8000},
      "hooks": {"init": {"argv": ["/init", "x"], "timeout_s": 10}},
      "stop_timeout_s": 5, "health_period_s": 2, "image": {"digest": "sha256:)" +
        std::string(64, '0') + R"("}})");
}

Assignment signed_assignment(Rng& rng) {
    const tls::SigningKey key = tls::make_signing_key(rng);
    Assignment assignment;
    assignment.size = SizeName("s");
    assignment.release_json = valid().dump();
    assignment.release_signature = tls::ed25519_sign(key.seed, assignment.release_json).value();
    assignment.publisher_key = key.public_key;
    return assignment;
}

}  // namespace

TEST_CASE("a signed release is read at the assigned size") {
    SeededRng rng(1);
    const auto release = read_release(signed_assignment(rng));
    REQUIRE(release.ok());
    CHECK(release.value().name == ReleaseName("echo"));
    CHECK(release.value().hooks.at("init").command == std::vector<std::string>{"/init", "x"});
    CHECK(release.value().hooks.at("init").timeout == Duration(10'000));
    CHECK(release.value().pids == Pids(64));
    CHECK(release.value().ports == std::map<std::string, int>{{"web", 8000}});
    CHECK(release.value().stop_timeout == Duration(5'000));
    CHECK(release.value().group_id == 1001);
}

TEST_CASE("one changed byte and nothing of it is used") {
    SeededRng rng(2);
    Assignment assignment = signed_assignment(rng);
    assignment.release_json += " ";
    CHECK(read_release(assignment).failure().code == ErrorCode::PermissionDenied);
}

TEST_CASE("a size the release does not have is refused by name") {
    const auto release = parse_release(valid().dump(), SizeName("xl"));
    CHECK(release.failure().message.find("'xl'") != std::string::npos);
}

TEST_CASE("each missing or wrong field is named") {
    for (const char* field : {"name", "version", "image", "command", "user", "sizes", "hooks",
                              "ports", "stop_timeout_s", "health_period_s"}) {
        json broken = valid();
        broken.erase(field);
        CHECK(parse_release(broken.dump(), SizeName("s")).failure().code ==
              ErrorCode::InvalidArgument);
        broken[field] = "x\n";
        const auto wrong = parse_release(broken.dump(), SizeName("s"));
        if (std::string(field) != "name" && std::string(field) != "version")
            CHECK_FALSE(wrong.ok());
    }
    json root = valid();
    root["user"]["uid"] = 0;
    CHECK_FALSE(parse_release(root.dump(), SizeName("s")).ok());
    CHECK_FALSE(parse_release("{\"schema\": 2}", SizeName("s")).ok());
    CHECK_FALSE(parse_release("nonsense", SizeName("s")).ok());
}

TEST_CASE(
    "the mail relay is for releases that list it, and whatever else is listed opens nothing") {
    json release = valid();
    Assignment ordered;
    ordered.mail_relay = "fd50:f0e:1::19";
    const auto relay = [&] {
        const Release read = parse_release(release.dump(), SizeName("s")).value();
        return within_egress(ordered, read).mail_relay;
    };
    CHECK(relay().empty());  // no list
    for (const json& none :
         {json::array(), json::array({"internet"}), json::array({"mail-relay2"})}) {
        release["egress"] = none;
        CHECK(relay().empty());
    }
    release["egress"] = json::array({"of-tomorrow", "mail-relay"});
    CHECK(relay() == ordered.mail_relay);
    ordered.mail_relay.clear();  // an older master
    CHECK(relay().empty());
    const json too_many(std::vector<std::string>(9, "x"));
    for (const json& odd : {json("mail-relay"), json::array({7}), json::object(), too_many}) {
        release["egress"] = odd;
        const auto refused = parse_release(release.dump(), SizeName("s"));
        REQUIRE_FALSE(refused.ok());
        CHECK(refused.failure().message.find("'egress'") != std::string::npos);
    }
}

TEST_CASE("what a release is for is its own word, another one where it says none or one unknown") {
    json release = valid();
    const auto kind = [&] { return parse_release(release.dump(), SizeName("s")); };
    CHECK(kind().value().kind == ReleaseKind::Other);
    release["kind"] = "mail";
    CHECK(kind().value().kind == ReleaseKind::Mail);
    release["kind"] = "of-tomorrow";
    CHECK(kind().value().kind == ReleaseKind::Other);
    release["kind"] = 7;
    CHECK_FALSE(kind().ok());
}
