#include "common/tls/webhook_signature.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::tls;

namespace {

constexpr WallTime now{1'674'087'231'000};

std::string rule_of(const Status& status) {
    REQUIRE(!status.ok());
    for (const auto& [key, value] : status.failure().details)
        if (key == "rule") return value;
    return "";
}

}  // namespace

TEST_CASE("a signature is the one that Standard Webhooks publishes as an example") {
    const auto made =
        sign_webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                     WallTime{1'614'265'330'000}, R"({"test": 2432232314})");
    REQUIRE(made.ok());
    CHECK(made.value().timestamp == "1614265330");
    CHECK(made.value().signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST_CASE("what was signed is believed, what was changed or comes again later is not") {
    SeededRng rng(1);
    const std::string secret = new_webhook_secret(rng);
    const WebhookHeaders made = sign_webhook(secret, "evt_1", now, "{}").value();
    CHECK(verify_webhook(secret, made, "{}", now).ok());
    CHECK(verify_webhook(secret, made, "{}", now + webhook_age_max).ok());
    CHECK(rule_of(verify_webhook(secret, made, "{}", now + webhook_age_max + Duration(1))) ==
          "replayed");
    CHECK(rule_of(verify_webhook(secret, made, "{}", now + -webhook_age_max + Duration(-1))) ==
          "replayed");
    CHECK(rule_of(verify_webhook(secret, made, "{ }", now)) == "signature");
    CHECK(rule_of(verify_webhook(new_webhook_secret(rng), made, "{}", now)) == "signature");
    WebhookHeaders other = made;
    other.id = "evt_2";
    CHECK(rule_of(verify_webhook(secret, other, "{}", now)) == "signature");
    // A replayed call with a fresh time is no better.
    other = made;
    other.timestamp = std::to_string((now + Duration(600'000)).unix_ms / 1000);
    CHECK(rule_of(verify_webhook(secret, other, "{}", now + Duration(600'000))) == "signature");
}

TEST_CASE("one of several signatures is enough, while a secret is changed") {
    SeededRng rng(1);
    const std::string secret = new_webhook_secret(rng);
    WebhookHeaders made = sign_webhook(secret, "evt_1", now, "{}").value();
    made.signature = "v1,AAAA " + made.signature;
    CHECK(verify_webhook(secret, made, "{}", now).ok());
    made.signature = "";
    CHECK_FALSE(verify_webhook(secret, made, "{}", now).ok());
}

TEST_CASE("a secret or a time that cannot be read is refused") {
    SeededRng rng(1);
    const std::string secret = new_webhook_secret(rng);
    CHECK(secret.starts_with("whsec_"));
    CHECK(secret.size() == 50);
    for (const std::string bad : {"", "whsec_", "secret", "whsec_????????????????????????????????"})
        CHECK_FALSE(sign_webhook(bad, "evt_1", now, "{}").ok());
    WebhookHeaders made = sign_webhook(secret, "evt_1", now, "{}").value();
    for (const std::string bad : {"", "soon", "-1", "99999999999999999"}) {
        made.timestamp = bad;
        CHECK_FALSE(verify_webhook(secret, made, "{}", now).ok());
    }
}
