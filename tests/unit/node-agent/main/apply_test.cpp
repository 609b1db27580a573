#include "node-agent/apply.h"

#include <deque>

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

const Resources offered{Millicores(2000), gibibytes(3), gibibytes(50), KbitPerSecond(20'000)};
const std::string fingerprint(64, 'A');

ApplyWish wish() {
    return {.master = "master.example:7443",
            .ca_sha256 = fingerprint,
            .site = "lille",
            .isp = "orange",
            .country = "FR",
            .contact = "ann@example.org"};
}

ApplicationAnswer answer(ApplicationFate fate) {
    ApplicationAnswer one;
    one.id = "q4n8w1z7kp";
    one.fate = fate;
    one.site = "lille";
    one.node = fate == ApplicationFate::Approved ? "lille-1" : "";
    one.until = WallTime{1'772'366'400'000};
    one.ask_again = Duration(7'000);
    return one;
}

struct Story {
    std::deque<Result<ApplicationAnswer>> answers;
    std::vector<Duration> slept;
    std::vector<std::string> said;
    WaitPorts ports() {
        return {[this] {
                    auto next = answers.front();
                    answers.pop_front();
                    return next;
                },
                [this](Duration span) { slept.push_back(span); },
                [this](const std::string& line) { said.push_back(line); }};
    }
};

}  // namespace

TEST_CASE("all that is missing is named at once") {
    ApplyWish bare;
    bare.site = "lille";
    const auto refused = order_of(bare, offered, {});
    REQUIRE(!refused.ok());
    for (const char* flag : {"--master", "--ca-sha256", "--isp", "--country", "--contact"})
        CHECK(refused.failure().message.find(flag) != std::string::npos);
    CHECK(refused.failure().message.find("--site") == std::string::npos);
}

TEST_CASE("an order holds what the host said, and his check only if he wants it") {
    const auto order = order_of(wish(), offered, {{"memory", "8 GiB", Verdict::Good, ""}});
    REQUIRE(order.ok());
    CHECK(order.value().applied.ca_sha256 == std::string(64, 'a'));
    CHECK(order.value().findings.at(0).verdict == "good");
    const std::string page = order_page(order.value());
    CHECK(page.find("2000 millicores, 3072 MiB of memory, 50 GiB of disk") != std::string::npos);
    CHECK(page.find("Nothing was sent.") != std::string::npos);
    ApplyWish odd = wish();
    odd.ca_sha256 = "abc";
    CHECK_FALSE(order_of(odd, offered, {}).ok());
    odd = wish();
    odd.master = "master.example";
    CHECK_FALSE(order_of(odd, offered, {}).ok());
    odd = wish();
    odd.site = "My Home";
    CHECK_FALSE(order_of(odd, offered, {}).ok());
}

TEST_CASE("each answer says what to do next") {
    const auto page = [](ApplicationFate fate) { return application_page(answer(fate)); };
    CHECK(page(ApplicationFate::Open).value().find("foyer-node apply --wait") != std::string::npos);
    CHECK(page(ApplicationFate::Approved).value().find("approved as lille-1") != std::string::npos);
    CHECK(page(ApplicationFate::Withdrawn).ok());
    CHECK_FALSE(page(ApplicationFate::Lapsed).ok());
    ApplicationAnswer rejected = answer(ApplicationFate::Rejected);
    CHECK(application_page(rejected).failure().message.find("no reason") != std::string::npos);
    rejected.reason = "no edge near you yet";
    CHECK(application_page(rejected).failure().message.find("rejected: no edge near you yet") !=
          std::string::npos);
}

TEST_CASE("a box waits at the master's pace, and more slowly while it is away") {
    Story story;
    const Error away = error(ErrorCode::Unavailable, "nobody is there");
    story.answers = {
        answer(ApplicationFate::Open),    away, away, away, answer(ApplicationFate::Open),
        answer(ApplicationFate::Approved)};
    const auto decided = await_decision(story.ports());
    REQUIRE(decided.ok());
    CHECK(decided.value().fate == ApplicationFate::Approved);
    CHECK(story.slept == std::vector{Duration(7'000), Duration(5'000), Duration(10'000),
                                     Duration(20'000), Duration(7'000)});
    CHECK(story.said.size() == 2);  // away, and there again; not each time
}

TEST_CASE("a refusal that stays one ends the wait") {
    Story story;
    story.answers = {error(ErrorCode::NotFound, "forgotten")};
    CHECK(await_decision(story.ports()).failure().code == ErrorCode::NotFound);
    CHECK(story.slept.empty());
}

TEST_CASE("a box enrols with no more than it applied with") {
    Resources measured = offered;
    measured.memory = gibibytes(64);
    measured.disk = gibibytes(20);
    const Resources now = bounded(measured, offered);
    CHECK(now.memory == gibibytes(3));
    CHECK(now.disk == gibibytes(20));
}
