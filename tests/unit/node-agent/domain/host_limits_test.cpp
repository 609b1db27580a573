#include "node-agent/domain/host_limits.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

std::string mistake(const HostLimits& limits) {
    const Status checked = check(limits);
    return checked.ok() ? "" : checked.failure().message;
}

}  // namespace

TEST_CASE("limits that make sense are taken, none at all too") {
    CHECK(mistake({}).empty());
    HostLimits limits;
    limits.caps = {KbitPerSecond(20'000), KbitPerSecond(100'000)};
    limits.active_caps = {KbitPerSecond(5'000), KbitPerSecond(100'000)};
    limits.month = Bytes(500 * gigabyte.count());
    limits.quiet = {{22 * 60 + 30, 6 * 60 + 30, QuietAct::Pause},
                    {18 * 60, 22 * 60, QuietAct::LowerCaps}};
    CHECK(mistake(limits).empty());
    CHECK(limits.any());
    CHECK_FALSE(HostLimits{}.any());
}

TEST_CASE("nonsense is refused, each mistake with what to write instead") {
    HostLimits limits;
    limits.caps.upload = KbitPerSecond(0);
    limits.caps.download = KbitPerSecond(20'000);
    limits.active_caps.download = KbitPerSecond(30'000);
    limits.month = Bytes(5);
    limits.quiet = {{60, 60, QuietAct::Pause}};
    const std::string said = mistake(limits);
    for (const char* part :
         {"upload has to be from 0.25 to 100000 Mbit/s", "download-active is above download",
          "month-gb has to be from 1", "like 22:30-06:30", "foyer-node pause --now"}) {
        CAPTURE(part);
        CHECK(said.find(part) != std::string::npos);
    }
    limits = {};
    limits.quiet = {{60, 120, QuietAct::LowerCaps}};
    CHECK(mistake(limits).find("--upload-active") != std::string::npos);
    limits.quiet = {{-1, 120, QuietAct::Pause}};
    CHECK_FALSE(mistake(limits).empty());
    limits.quiet = {{1, 1440, QuietAct::Pause}};
    CHECK_FALSE(mistake(limits).empty());
    limits.quiet.assign(quiet_max + 1, {60, 120, QuietAct::Pause});
    CHECK(mistake(limits).find("at most 8") != std::string::npos);
}

TEST_CASE("where no lower cap is set the usual one holds") {
    HostLimits limits;
    limits.caps.upload = KbitPerSecond(20'000);
    limits.active_caps = {std::nullopt, KbitPerSecond(9'000)};
    CHECK(lower_caps(limits) == LineCaps{KbitPerSecond(20'000), KbitPerSecond(9'000)});
}
