// Progress as a function of the operation and the time.
#include "master/cli/progress.h"

#include <nlohmann/json.hpp>

#include "master/cli/text_width.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::cli;

namespace {

constexpr WallTime noon{1'772'366'400'000};  // 2026-03-01T12:00:00Z

Json order_with(const Json& steps) {
    return {{"id", "op-1"},  {"kind", "order"},    {"instance", "acme"},
            {"revision", 4}, {"state", "running"}, {"created_at", "2026-03-01T12:00:00Z"},
            {"steps", steps}};
}

Json step(const char* name, const char* state, const char* detail = "") {
    return {{"name", name},
            {"state", state},
            {"detail", detail},
            {"started_at", "2026-03-01T12:00:00Z"}};
}

}  // namespace

TEST_CASE("the line shows done steps, the current one, and the time") {
    Json placed = step("place", "succeeded");
    placed["finished_at"] = "2026-03-01T12:00:00.100Z";
    const Json operation = order_with(
        {placed, step("prepare acme-0", "running", "fetching image"), Json{{"name", "serve"}}});
    const std::string line = progress_line(operation, noon + Duration(12'400), {.width = 80});
    CHECK(line == "order acme  [██████░░░░░░░░░░░░░░]  1/3  prepare acme-0: fetching image  0:12");
}

TEST_CASE("the line never reaches the last column, whatever the steps are called") {
    const Json operation = order_with(
        Json::array({step("prepare \x1b[31mevil", "running", std::string(500, 'x').c_str())}));
    for (const int width : {20, 40, 80, 200}) {
        const std::string line = progress_line(operation, noon, {.width = width, .unicode = false});
        CHECK(display_width(line) < width);
        CHECK(line.find('\x1b') == std::string::npos);
    }
}

TEST_CASE("an operation with no steps, strange fields or a clock before it is still shown") {
    CHECK(progress_line(Json::object(), noon, {}).find("0/0") != std::string::npos);
    CHECK(progress_line(Json{{"steps", 7}, {"created_at", 3}}, noon, {}).find("0:00") !=
          std::string::npos);
    const Json early = order_with(Json::array());
    CHECK(progress_line(early, noon + Duration(-60'000), {}).ends_with("0:00"));
}

TEST_CASE("news are what changed between two looks, once each") {
    const Json first = order_with(Json::array({step("place", "running")}));
    Json placed = step("place", "succeeded");
    placed["finished_at"] = "2026-03-01T12:00:01.500Z";
    const Json second = order_with({placed, step("prepare acme-0", "running", "fetching image")});
    using Lines = std::vector<std::string>;
    CHECK(progress_news(Json(), first, noon, News::All) == Lines{"place: begun"});
    CHECK(progress_news(first, second, noon, News::All) ==
          Lines{"place: done (1.5 s)", "prepare acme-0: fetching image"});
    CHECK(progress_news(first, second, noon, News::EndedOnly) == Lines{"place: done (1.5 s)"});
    CHECK(progress_news(second, second, noon, News::All).empty());
}

TEST_CASE("a failed step says why") {
    const Json failed = order_with(Json::array({step("serve", "failed", "no copy answered")}));
    CHECK(progress_news(Json(), failed, noon, News::EndedOnly) ==
          std::vector<std::string>{"serve: failed: no copy answered"});
}

TEST_CASE("a transfer shows its share and its speed") {
    const Transfer half{"tryton layer 1", 20 * 1024 * 1024, 40 * 1024 * 1024, Duration(2000)};
    CHECK(transfer_line(half, {.width = 100, .unicode = false}) ==
          "tryton layer 1  [############............]  20 MiB of 40 MiB  10 MiB/s  0:02");
    CHECK(transfer_line({"empty", 0, 0, Duration(0)}, {}).find("0 B/s") != std::string::npos);
}
