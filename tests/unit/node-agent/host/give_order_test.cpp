#include "node-agent/host/give_order.h"

#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

std::string status(const char* phase, const char* wish = "paused") {
    return std::string(R"({"node": "n", "host": {"wish": ")") + wish +
           R"("}, "partitions": [{"partition": "acme-0", "role": "standby", "phase": ")" + phase +
           R"("}, {"partition": "b-2", "role": "witness", "phase": "running"}]})";
}

// Answers one after another; the last for ever.
struct Box {
    std::vector<std::string> answers;
    std::vector<std::string> asked = {};
    test::FakeClock clock{};

    OrderPorts ports() {
        return {[this](const std::string& line) -> Result<std::string> {
                    asked.push_back(line);
                    const std::string answer = answers.front();
                    if (answers.size() > 1) answers.erase(answers.begin());
                    return answer;
                },
                [this](Duration span) { clock.advance(span); }, clock};
    }
};

}  // namespace

TEST_CASE("a pause is told once nothing runs; a witness runs nothing") {
    Box box{{status("assigned"), status("stopping"), status("stopped")}};
    const auto said = give_order({HostWish::Paused, std::nullopt}, box.ports());
    REQUIRE(said.ok());
    CHECK(said.value() ==
          "paused after 0.4 s: nothing of a customer runs here (2 copies kept on the disk). It "
          "serves again with: foyer-node resume");
    REQUIRE(box.asked.size() == 3);
    CHECK(box.asked[0].find("paused") != std::string::npos);
    CHECK(box.asked[2] == to_line({}));
}

TEST_CASE("what does not stop is named after half a minute") {
    Box box{{status("stopping")}};
    const auto said = give_order({HostWish::Paused, std::nullopt}, box.ports());
    REQUIRE_FALSE(said.ok());
    CHECK(said.failure().code == ErrorCode::DeadlineExceeded);
    CHECK(said.failure().message.find("acme-0 (stopping)") != std::string::npos);
}

TEST_CASE("a drain tells what is left, a refusal why") {
    Box box{{status("running", "draining")}};
    const auto said = give_order({HostWish::Draining, WallTime{1'780'000'000'000}}, box.ports());
    REQUIRE(said.ok());
    CHECK(said.value().find("2 copies move to other boxes") == 0);
    CHECK(said.value().find("at 2026-05-28T20:26:40.000Z") != std::string::npos);
    Box full{{refusal_json(error(ErrorCode::ResourceExhausted, "the disk is full"))}};
    CHECK(give_order({HostWish::Paused, std::nullopt}, full.ports()).failure().message ==
          "the disk is full");
}

TEST_CASE("who leaves is told what is left, or that he has left") {
    Box full{{status("running", "leaving")}};
    CHECK(give_order({HostWish::Leaving, std::nullopt}, full.ports())
              .value()
              .find("2 copies move to other boxes") == 0);
    const std::string empty =
        R"({"host": {"wish": "leaving"}, "partitions": [], "master": {"left": false}})";
    const std::string gone =
        R"({"host": {"wish": "leaving"}, "partitions": [], "master": {"left": true}})";
    Box going{{empty, empty, gone}};
    CHECK(give_order({HostWish::Leaving, std::nullopt}, going.ports())
              .value()
              .find("this box has left the cloud") == 0);
    CHECK(going.asked.size() == 3);
    Box waiting{{empty}};  // its master is away
    CHECK(give_order({HostWish::Leaving, std::nullopt}, waiting.ports())
              .value()
              .find("leaves as soon as its master lets it go") != std::string::npos);
}

TEST_CASE("an agent that is older than the command, and does nothing, is found out") {
    Box old{{R"({"node": "n", "partitions": []})"}};
    for (const HostWish wish : all_host_wishes) {
        const auto said = give_order({wish, std::nullopt}, old.ports());
        REQUIRE_FALSE(said.ok());
        CHECK(said.failure().message.find("systemctl restart foyer-node") != std::string::npos);
    }
}

TEST_CASE("a box that its limits keep paused does not serve after resume, and says so") {
    Box box{{R"({"host": {"wish": "serving"}, "partitions": [], "limits": {"pause":
                 {"why": "quiet-hours", "until": "2026-05-02T04:30:00.000Z"}}})"}};
    const auto said = give_order({HostWish::Serving, std::nullopt}, box.ports());
    REQUIRE(said.ok());
    CHECK(said.value().find("paused until 2026-05-02T04:30:00.000Z: foyer-node limits") !=
          std::string::npos);
    Box free{{R"({"host": {"wish": "serving"}, "partitions": [], "limits": 5})"}};
    CHECK(give_order({HostWish::Serving, std::nullopt}, free.ports()).value() == "this box serves");
}
