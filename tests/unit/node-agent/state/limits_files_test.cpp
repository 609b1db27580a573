#include "node-agent/state/limits_files.h"

#include <fcntl.h>
#include <nlohmann/json.hpp>

#include "common/os/files.h"
#include "common/os/sys.h"
#include "node-agent/state/limits_json.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

struct Disk {
    test::TempFolder folder{};
    CapturingSink sink{};
    test::FakeClock clock{};
    Log log{sink, clock};

    FileLimits files() { return {folder.path(), log}; }
    std::string path(const char* name) const { return folder.path() + "/" + name; }
    void damage(const char* name) {
        const std::string content = os::read_file(path(name)).value();
        const os::UniqueFd file = os::open_file(path(name), O_WRONLY | O_TRUNC).value();
        REQUIRE(os::write_all(file.get(), content.substr(0, content.size() / 2)).ok());
    }
};

HostLimits ours() {
    HostLimits limits;
    limits.caps.upload = KbitPerSecond(20'000);
    limits.active_caps.download = KbitPerSecond(5'000);
    limits.month = Bytes(500'000'000'000);
    limits.quiet = {{22 * 60 + 30, 6 * 60 + 30, QuietAct::LowerCaps}};
    return limits;
}

TrafficBook book(std::int64_t bytes) {
    TrafficBook made;
    made.months[{2026, 5}] = {Bytes(bytes), Bytes(7)};
    made.devices["wg1"] = {3, {Bytes(bytes), Bytes(1)}};
    return made;
}

}  // namespace

TEST_CASE("limits and the count outlive the agent") {
    Disk disk;
    CHECK(disk.files().load().limits == HostLimits{});
    CHECK_FALSE(disk.files().load().lost);
    FileLimits files = disk.files();
    REQUIRE(files.keep(ours()).ok());
    for (int i = 1; i <= 5; ++i) {
        REQUIRE(files.keep(book(i)).ok());
        const KeptLimits kept = disk.files().load();
        CHECK(kept.limits == ours());
        CHECK(kept.book == book(i));
    }
    FileLimits next = disk.files();
    next.load();
    REQUIRE(next.keep(book(9)).ok());
    CHECK(disk.files().load().book == book(9));
}

TEST_CASE("a torn count costs a minute, not the month") {
    Disk disk;
    FileLimits files = disk.files();
    REQUIRE(files.keep(book(100)).ok());
    REQUIRE(files.keep(book(200)).ok());
    disk.damage("traffic-1.json");
    CHECK(disk.files().load().book == book(100));
    CHECK(os::exists(disk.path("traffic-1.json.damaged")));
    FileLimits again = disk.files();
    again.load();
    REQUIRE(again.keep(book(300)).ok());
    CHECK(disk.files().load().book == book(300));
}

TEST_CASE("limits that cannot be read stay lost until the host sets some") {
    Disk disk;
    FileLimits files = disk.files();
    REQUIRE(files.keep(ours()).ok());
    disk.damage("limits.json");
    CHECK(disk.files().load().lost);
    CHECK(disk.files().load().lost);  // the next agent too
    REQUIRE(files.keep(HostLimits{}).ok());
    CHECK_FALSE(disk.files().load().lost);
    disk.damage("limits.json");
    CHECK(disk.files().load().lost);
    REQUIRE(forget_limits(disk.folder.path()).ok());
    CHECK_FALSE(disk.files().load().lost);
}

TEST_CASE("what has another form is none of ours") {
    using Json = nlohmann::json;
    for (const char* text :
         {"[]", "{}", R"({"months": [], "devices": 7})",
          R"({"months": [{"year": 2026, "month": 13, "up_bytes": 1, "down_bytes": 1}],
              "devices": []})",
          R"({"months": [{"year": 2026, "month": 5, "up_bytes": -1, "down_bytes": 1}],
              "devices": []})"}) {
        CAPTURE(text);
        CHECK_FALSE(traffic_from_json(Json::parse(text)));
        CHECK_FALSE(limits_from_json(Json::parse(text)));
    }
    Json limits = to_json(ours());
    CHECK(limits_from_json(limits) == ours());
    limits["quiet"][0]["from"] = "24:00";
    CHECK_FALSE(limits_from_json(limits));
    limits["quiet"] = Json::array({7});
    CHECK_FALSE(limits_from_json(limits));
}
