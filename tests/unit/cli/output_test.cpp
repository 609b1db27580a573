// Forms of output for programs.
#include <nlohmann/json.hpp>

#include "master/cli/csv.h"
#include "master/cli/output_format.h"
#include "master/cli/yaml.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::cli;

TEST_CASE("a form may be asked for with its version, and no other version is taken") {
    CHECK(parse_format("table").value() == Format::AsTable);
    CHECK(parse_format("json").value() == Format::AsJson);
    CHECK(parse_format("yaml/1").value() == Format::AsYaml);
    CHECK(parse_format("csv/1").value() == Format::AsCsv);
    for (const char* text : {"", "/", "/1", "json/", "json/2", "json/1/1", "JSON", "table/1"}) {
        INFO(text);
        CHECK_FALSE(parse_format(text).ok());
    }
}

TEST_CASE("YAML keeps the order, nests by two spaces and quotes what could be misread") {
    const auto tree = OrderedJson::parse(
        R"({"b": 1, "a": {"on": "yes", "x": [1, {"k": "v", "l": []}, [true, null]]}, "e": {}})");
    CHECK(to_yaml(tree) ==
          "b: 1\n"
          "a:\n"
          "  \"on\": \"yes\"\n"
          "  x:\n"
          "    - 1\n"
          "    - k: v\n"
          "      l: []\n"
          "    - - true\n"
          "      - null\n"
          "e: {}\n");
    CHECK(to_yaml(OrderedJson("7")) == "\"7\"\n");
    CHECK(to_yaml(OrderedJson(1e22)) == "1.0e+22\n");
    CHECK(to_yaml(OrderedJson::array()) == "[]\n");
}

TEST_CASE("CSV quotes what holds its own marks, and knows its columns") {
    const auto rows = OrderedJson::parse(
        R"([{"name": "a,b", "family": "say \"x\"", "created_at": null, "more": 1},
            {"name": ["x"], "family": {"k": 1}}, 7])");
    CHECK(to_csv(rows, csv_columns("isps")) ==
          "name,family,created_at,asns,terms\r\n"
          "\"a,b\",\"say \"\"x\"\"\",,,\r\n"
          "\"[\"\"x\"\"]\",\"{\"\"k\"\":1}\",,,\r\n"
          ",,,,\r\n");
    CHECK(csv_columns("nothing").empty());
}
