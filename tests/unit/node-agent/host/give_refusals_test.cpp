#include "node-agent/host/give_refusals.h"

#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

constexpr const char* nothing = R"({"countries": [], "kinds": [], "now": false, "here": {}})";
constexpr const char* russia =
    R"({"countries": ["RU"], "kinds": ["mail"], "now": false,
        "here": {"acme-0": "takes no tenants of RU"}})";

std::string status(const std::string& refuses, const std::string& phase = "running") {
    return R"({"refuses": )" + refuses +
           R"(, "partitions": [{"partition": "acme-0", "role": "standby", "phase": ")" + phase +
           R"("}, {"partition": "b-2", "role": "standby", "phase": "running"}]})";
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

std::string problem(const RefusalsEdit& edit) {
    const auto done = edited({}, edit);
    return done.ok() ? "" : done.failure().message;
}

}  // namespace

TEST_CASE("an option changes its own list and nothing else") {
    HostRefusals set{{{CountryCode("RU")}, {ReleaseKind::Mail}}, true};
    RefusalsEdit edit;
    edit.countries = {"US", "CN"};
    HostRefusals made = edited(set, edit).value();
    CHECK(made.what.countries == std::set{CountryCode("CN"), CountryCode("US")});
    CHECK(made.what.kinds == std::set{ReleaseKind::Mail});
    CHECK_FALSE(made.now);  // said of the order before
    edit = {};
    edit.kinds = {"none"};
    CHECK(edited(set, edit).value().what.kinds.empty());
    edit = {};
    edit.now = true;
    CHECK(edited(set, edit).value() == set);
    edit = {};
    edit.clear = true;
    CHECK(edited(set, edit).value() == HostRefusals{});
}

TEST_CASE("nonsense is refused as a whole, each mistake with what to write instead") {
    RefusalsEdit edit;
    edit.countries = {"RU", "Russia"};
    edit.kinds = {"exec", "mail"};
    CHECK(problem(edit).find("kind: 'exec' is no kind of releases; there are erp, database, web, "
                             "mail and other, or none") == 0);
    CHECK(problem(edit).find("\ncountry: 'Russia' is no country") != std::string::npos);
    edit = {};
    edit.now = true;
    CHECK(problem(edit).find("nothing is refused") != std::string::npos);
    Box box{{status(nothing)}};
    CHECK(give_refusals(edit, box.ports()).failure().code == ErrorCode::InvalidArgument);
    CHECK(box.asked.size() == 1);  // only how it was
}

TEST_CASE("what is refused is told to the agent, and shown with what of it is still here") {
    Box box{{status(nothing), status(russia)}};
    RefusalsEdit edit;
    edit.countries = {"RU"};
    edit.kinds = {"mail"};
    const auto done = give_refusals(edit, box.ports());
    REQUIRE(done.ok());
    CHECK(box.asked.back() ==
          R"({"do":"refuse","refuses":{"countries":["RU"],"kinds":["mail"],"now":false}})");
    CHECK(refusals_page(done.value()).value() ==
          "refused  tenants of RU; kinds mail\n"
          "here     acme-0, served until another box has it: this host takes no tenants of RU\n"
          "         it ends with: foyer-node refuse clear\n");
    CHECK(refusals_page(status(nothing)).value() == "refused  nothing\n");
}

TEST_CASE("what is to stop now is watched until it has") {
    RefusalsEdit edit;
    edit.countries = {"RU"};
    edit.now = true;
    Box box{
        {status(nothing), status(russia), status(russia, "stopping"), status(russia, "failed")}};
    const auto done = give_refusals(edit, box.ports());
    REQUIRE(done.ok());
    CHECK(refusals_page(done.value()).value().find("acme-0, stopped: this host") !=
          std::string::npos);
    Box stuck{{status(nothing), status(russia, "stopping")}};
    const auto late = give_refusals(edit, stuck.ports());
    REQUIRE_FALSE(late.ok());
    CHECK(late.failure().code == ErrorCode::DeadlineExceeded);
    CHECK(late.failure().message.find("acme-0 (stopping)") != std::string::npos);
    CHECK(late.failure().message.find("b-2") == std::string::npos);
}

TEST_CASE("an agent that refuses it, or knows nothing of it, is told of") {
    RefusalsEdit edit;
    edit.countries = {"RU"};
    Box full{
        {status(nothing), refusal_json(error(ErrorCode::ResourceExhausted, "the disk is full"))}};
    CHECK(give_refusals(edit, full.ports()).failure().message == "the disk is full");
    Box old{{R"({"partitions": []})"}};
    CHECK(give_refusals(edit, old.ports()).failure().message.find("older than this command") !=
          std::string::npos);
}
