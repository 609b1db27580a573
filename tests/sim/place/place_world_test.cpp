#include "tests/sim/place/place_world.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using nlohmann::json;

namespace {

// The exit status, and what was written.
std::pair<int, json> place(const std::string& world) {
    const foyer::test::TempFolder folder;
    const std::string in = folder.path() + "/world.json";
    const std::string out = folder.path() + "/answer.json";
    std::ofstream(in) << world;
    std::string words[] = {"place", in, "--json", out};
    char* argv[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data()};
    const int status = foyer::sim::place_world_main(4, argv);
    std::ifstream written(out);
    return {status, written ? json::parse(written) : json()};
}

}  // namespace

TEST_CASE("orders of a world are placed one after another, refusals with their certificate") {
    const auto [status, answer] = place(R"({
        "nodes": [
            {"name": "a", "isp": "alder", "capacity": {"slots": 2}},
            {"name": "b", "isp": "birch", "country": "BE", "capacity": {"slots": 2}},
            {"name": "c", "isp": "cedar", "capacity": {"slots": 1}}],
        "instances": [{"name": "old", "nodes": ["a", "b"], "replicas": 2}],
        "orders": [{"name": "x", "min_countries": 2}, {"name": "y"}]})");
    REQUIRE(status == 0);
    CHECK(answer["orders"][0]["nodes"].size() == 3);
    CHECK(answer["orders"][1]["placed"] == false);
    CHECK(answer["orders"][1]["certificate"]["rule"] == "distinct_isps");
    CHECK(answer["placed"] == 1);
    CHECK(answer["linear_bound"] == 1);
}

TEST_CASE("a world that cannot be is said to be one") {
    for (const char* world :
         {"", "[]", R"({"nodes": 1})", R"({"nodes": [{"name": "a"}]})",
          R"({"nodes": [{"name": "a", "isp": "i", "capacity": {"slots": -1}}]})",
          R"({"nodes": [{"name": "a", "isp": "i"}]})",
          R"({"nodes": [], "orders": [{"name": "x", "replicas": 1, "min_countries": 2}]})",
          R"({"nodes": [], "instances": [{"name": "x", "nodes": ["nowhere"]}]})"}) {
        INFO(world);
        CHECK(place(world).first == 2);
    }
}
