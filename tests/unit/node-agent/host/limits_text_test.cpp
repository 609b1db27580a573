#include "node-agent/host/limits_text.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

const char* const file = R"(
# of our home
upload_mbit = 20
download_mbit = 100
upload_active_mbit = 0.5
download_active_mbit = 30
month_gb = 500
quiet = ["22:30-06:30=pause", "18:00-22:00=lower"]
)";

HostLimits ours() { return parse_limits(file, "limits.toml").value(); }

std::string mistake(const char* text) {
    const auto read = parse_limits(text, "l.toml");
    return read.ok() ? "" : read.failure().message;
}

}  // namespace

TEST_CASE("a file says what a host wants, and is written as it is read") {
    const HostLimits limits = ours();
    CHECK(limits.caps == LineCaps{KbitPerSecond(20'000), KbitPerSecond(100'000)});
    CHECK(limits.active_caps == LineCaps{KbitPerSecond(500), KbitPerSecond(30'000)});
    CHECK(limits.month == Bytes(500'000'000'000));
    REQUIRE(limits.quiet.size() == 2);
    CHECK(limits.quiet[0] == QuietHours{22 * 60 + 30, 6 * 60 + 30, QuietAct::Pause});
    CHECK(parse_limits(limits_toml(limits), "again").value() == limits);
    CHECK(parse_limits("", "empty").value() == HostLimits{});
    CHECK(limits_toml({}).empty());
}

TEST_CASE("options change what they name, and nothing else") {
    LimitsEdit edit;
    edit.upload_active = "5";
    edit.month_gb = "none";
    edit.quiet = {"23:00-07:00=pause"};
    CHECK(edit.any());
    HostLimits wanted = ours();
    wanted.active_caps.upload = KbitPerSecond(5'000);
    wanted.month.reset();
    wanted.quiet = {{23 * 60, 7 * 60, QuietAct::Pause}};
    CHECK(edited(ours(), edit).value() == wanted);
    edit.quiet = {"none"};
    CHECK(edited(ours(), edit).value().quiet.empty());
    CHECK_FALSE(LimitsEdit{}.any());
    CHECK(edited(ours(), {}).value() == ours());
}

TEST_CASE("every mistake of the options is told, with what to write") {
    LimitsEdit edit;
    edit.upload = "fast";
    edit.download = "-3";
    edit.month_gb = "1e9";
    edit.quiet = {"22:30-6:30=pause", "25:00-06:30=pause", "22:30-06:30=sleep", "22:30", "none"};
    const auto refused = edited({}, edit);
    REQUIRE_FALSE(refused.ok());
    for (const char* part :
         {"upload: 'fast' is no number of Mbit/s; write one like 20 or 0.5", "download: '-3'",
          "month-gb: '1e9' is no number of GB", "'22:30-6:30=pause'", "'25:00-06:30=pause'",
          "'22:30-06:30=sleep'", "'22:30'", "'none'", "18:00-22:00=lower"}) {
        CAPTURE(part);
        CHECK(refused.failure().message.find(part) != std::string::npos);
    }
    for (const char* number : {"", ".5", "5.", "0.0001", "1.2.3", "99999999999", " 5", "5 "}) {
        CAPTURE(number);
        LimitsEdit one;
        one.upload = number;
        CHECK(edited({}, one).ok() == std::string(number).empty());
    }
}

TEST_CASE("every mistake of a file is told with its line") {
    const std::string said = mistake(
        "upload_mbit = \"20\"\ndownload_mbit = -5\nmonth_gb = nan\nspeed = 3\nquiet = \"22:00\"\n");
    for (const char* part :
         {"l.toml:1: upload_mbit has to be a number", "l.toml:2: download_mbit",
          "l.toml:3: month_gb", "l.toml:4: speed is not a limit", "l.toml:5: quiet has to be a "}) {
        CAPTURE(part);
        CHECK(said.find(part) != std::string::npos);
    }
    CHECK(mistake("upload_mbit = ").find("l.toml:1") == 0);
    CHECK(
        mistake("upload_mbit = 5\nupload_active_mbit = 6").find("l.toml: upload-active is above") ==
        0);
    CHECK(mistake("quiet = [\"22:00-23:00=pause\", 7]").find("list of texts") != std::string::npos);
    CHECK_FALSE(mistake("upload_mbit = 0.12345").empty());
    CHECK_FALSE(mistake("upload_mbit = 1e300").empty());
}

TEST_CASE("rates and amounts are shown with the digits they have") {
    CHECK(mbit_text(KbitPerSecond(20'000)) == "20");
    CHECK(mbit_text(KbitPerSecond(1'050)) == "1.05");
    CHECK(gigabytes_text(Bytes(123'456'789'012)) == "123.4 GB");
    CHECK(gigabytes_text(Bytes(0)) == "0 GB");
}
