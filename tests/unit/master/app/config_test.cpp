#include "master/config.h"

#include "common/os/files.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

TEST_CASE("an empty file is the defaults") {
    const ParsedConfig parsed = parse_config("");
    CHECK(parsed.problems.empty());
    CHECK(parsed.config.agents.listen == ListenAddress{"0.0.0.0", 7443});
}

TEST_CASE("values are read") {
    const ParsedConfig parsed = parse_config(
        "zone = \"x.example\"\n[agents]\nlisten = \"[::1]:9000\"\naddresses = [\"a:1\", "
        "\"b:2\"]\n");
    REQUIRE(parsed.problems.empty());
    CHECK(parsed.config.zone == "x.example");
    CHECK(to_text(parsed.config.agents.listen) == "[::1]:9000");
    CHECK(parsed.config.agents.addresses.size() == 2);
}

TEST_CASE("all problems are told together, with key and line") {
    const ParsedConfig parsed = parse_config(
        "zonne = \"x\"\npublic_port = 70000\n[agents]\nlisten = \"nowhere\"\nhold_ms = "
        "\"long\"\naddresses = []\n[api]\nthreads = 0\n[colour]\n");
    REQUIRE(parsed.problems.size() == 7);
    CHECK(parsed.problems[0] == ConfigProblem{"zonne", 1, "is not a key of this configuration"});
    CHECK(parsed.problems[1].key == "public_port");
    CHECK(parsed.problems[1].line == 2);
    CHECK(parsed.problems[2].key == "agents.listen");
    CHECK(parsed.problems[5].key == "api.threads");
    CHECK(parsed.problems[6].key == "colour");
    CHECK(to_text(parsed.problems).find("line 4: agents.listen: ") != std::string::npos);
}

TEST_CASE("what is not TOML is one problem with its line") {
    const ParsedConfig parsed = parse_config("a = 1\nb = = 2\n");
    REQUIRE(parsed.problems.size() == 1);
    CHECK(parsed.problems[0].line == 2);
}

TEST_CASE("a hold longer than the silence time is refused") {
    CHECK(parse_config("[agents]\nhold_ms = 60000\n").problems.size() == 1);
}

TEST_CASE("a currency that is not three capitals is refused") {
    CHECK(parse_config("[hosts]\ncurrency = \"CHF\"\n").problems.empty());
    CHECK(parse_config("[hosts]\ncurrency = \"eur\"\n").problems.size() == 1);
}

TEST_CASE("applications are taken only if asked for, and kept as long as a box may enrol") {
    CHECK_FALSE(parse_config("").config.applications.accept);
    const ParsedConfig open = parse_config("[applications]\naccept = true\nkept_days = 31\n");
    CHECK(open.problems.empty());
    CHECK(open.config.applications.accept);
    CHECK(parse_config("[applications]\nkept_days = 30\n").problems.size() == 1);
    CHECK(parse_config("[applications]\nopen_max = 0\n").problems.size() == 1);
}

TEST_CASE("the example shows every key with its default") {
    const auto text = os::read_file(FOYER_SOURCE_DIR "/deploy/master.toml");
    REQUIRE(text.ok());
    const ParsedConfig parsed = parse_config(text.value());
    CHECK(to_text(parsed.problems).empty());
    Config expected;
    expected.database_url = parsed.config.database_url;  // has no default
    CHECK(parsed.config == expected);
}

TEST_CASE("a letter that the library could not pass over is told with its line") {
    const ParsedConfig parsed = parse_config("# caf\xc3\xa9\nz\xc3\xb4ne = \"x\"\n");
    REQUIRE(parsed.problems.size() == 1);
    CHECK(parsed.problems[0].line == 2);
    CHECK(parse_config("zone = \"caf\xc3\xa9.example\" # \xc3\xa9\n").problems.empty());
}
