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

TEST_CASE("what people are written of says in a call too what it means and what to do") {
    Letter letter;
    letter.event.kind = "copy_failed";
    letter.event.about = EventAbout::Instance;
    letter.event.subject = "acme";
    letter.event.message = "disk\nfull";
    const auto notice = nlohmann::json::parse(webhook_body(letter))["notice"];
    CHECK(notice["topic"] == "health");
    CHECK(notice["weight"] == "warning");
    CHECK(notice["en"]["title"] == "a copy fails");
    CHECK(notice["en"]["what"] == "One copy of acme fails: disk full");
    CHECK(notice["en"]["todo"].get<std::string>().find("\n  foyer instance show acme") !=
          std::string::npos);
    for (const char* part : {"title", "what", "means", "todo"}) {
        const auto french = notice["fr"][part].get<std::string>();
        CHECK(!french.empty());
        CHECK(french != notice["en"][part]);
        CHECK(french.find('{') == std::string::npos);
    }
    letter.event.kind = "domain_proven";  // of which nobody is written to
    CHECK_FALSE(nlohmann::json::parse(webhook_body(letter)).contains("notice"));
}
