#include "master/notices/webhook_body.h"

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

TEST_CASE("a body is the event as the API shows it, with its number") {
    Letter letter;
    letter.number = 7;
    letter.event = {41,
                    Revision(90),
                    WallTime{1'772'366'400'250},
                    "serving",
                    EventAbout::Instance,
                    "acme",
                    AccountId("carl"),
                    "it \"serves\""};
    CHECK(webhook_id(letter) == "evt_41");
    const auto body = nlohmann::json::parse(webhook_body(letter));
    CHECK(body["type"] == "serving");
    CHECK(body["delivery"] == 7);
    CHECK(body["timestamp"] == "2026-03-01T12:00:00.250Z");
    CHECK(body["data"]["sequence"] == 41);
    CHECK(body["data"]["revision"] == 90);
    CHECK(body["data"]["about"] == "instance");
    CHECK(body["data"]["subject"] == "acme");
    CHECK(body["data"]["owner"] == "carl");
    CHECK(body["data"]["message"] == "it \"serves\"");
}
