#include "node-agent/net/edge_table.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

EdgeRoute route(const std::string& backend, std::uint64_t epoch, std::uint64_t generation = 1) {
    EdgeRoute made;
    made.backend = backend;
    made.fence = {Generation(generation), Epoch(epoch)};
    return made;
}

const std::string a = "[fd50::a]:8000";
const std::string b = "[fd50::b]:8000";

}  // namespace

TEST_CASE("a name keeps its slot while its leader changes") {
    EdgeTable table = merge_routes({}, {{"x.z", route(a, 1)}, {"y.z", route(b, 1)}}, 5).value();
    const int slot = table.at("y.z").slot;
    table = merge_routes(table, {{"x.z", route(a, 1)}, {"y.z", route(a, 2)}}, 5).value();
    CHECK(table.at("y.z").slot == slot);
    CHECK(table.at("y.z").backend == a);
    CHECK(table.at("x.z").slot != slot);
}

TEST_CASE("an older fence never wins, a newer generation does") {
    EdgeTable table = merge_routes({}, {{"x.z", route(a, 5)}}, 5).value();
    table = merge_routes(table, {{"x.z", route(b, 4)}}, 5).value();
    CHECK(table.at("x.z").backend == a);
    CHECK(fence_text(table.at("x.z").fence) == "1.5");
    table = merge_routes(table, {{"x.z", route(b, 1, 2)}}, 5).value();
    CHECK(table.at("x.z").backend == b);
}

TEST_CASE("a name that is gone frees its slot") {
    EdgeTable table = merge_routes({}, {{"x.z", route(a, 1)}}, 1).value();
    CHECK(merge_routes(table, {{"x.z", route(a, 1)}, {"y.z", route(b, 1)}}, 1).failure().code ==
          ErrorCode::ResourceExhausted);
    table = merge_routes(table, {{"y.z", route(b, 1)}}, 1).value();
    CHECK(table.size() == 1);
    CHECK(table.at("y.z").slot == 0);
}

TEST_CASE("names and backends that could say something else to the proxy are refused") {
    for (const char* name : {"", "x y", "x;y", "X.z", "-x", "x\n"})
        CHECK_FALSE(merge_routes({}, {{name, route(a, 1)}}, 5).ok());
    for (const char* backend :
         {"fd50::a:1", "[fd50::a]", "[fd50::a]:0", "[fd50::a]:99999", "[x]:1", "[fd50::a]:80;x"})
        CHECK_FALSE(merge_routes({}, {{"x.z", route(backend, 1)}}, 5).ok());
}

TEST_CASE("while nobody leads the address is a closed port of the box itself") {
    CHECK(parse_backend("").value().address == "::1");
    CHECK(parse_backend(a).value().port == 8000);
}

TEST_CASE("the table survives the disk, and a damaged one is told") {
    const EdgeTable table =
        merge_routes({}, {{"x.z", route(a, 7, 3)}, {"y.z", route("", 1)}}, 5).value();
    CHECK(edge_table_from(to_json(table)).value() == table);
    CHECK_FALSE(edge_table_from("{\"x.z\": {}}").ok());
    CHECK_FALSE(edge_table_from("").ok());
}

TEST_CASE("a table whose slots or backends the proxy cannot have is damaged") {
    const auto read = [](const std::string& slot, const std::string& backend) {
        return edge_table_from(R"({"x.z":{"slot":)" + slot + R"(,"backend":")" + backend +
                               R"(","generation":1,"epoch":1}})");
    };
    CHECK(read("3", a).ok());
    for (const char* slot : {"-1", "65536", "2147483648", "4294967295", "18446744073709551615"})
        CHECK_FALSE(read(slot, a).ok());
    CHECK_FALSE(read("3", "[fd50::a\\u0000;]:80").ok());
}

TEST_CASE("another order of a name begins with fences of its own, also over a restart") {
    EdgeRoute old = route(a, 5);
    old.ordered_at = WallTime{1'000};
    EdgeTable table = merge_routes({}, {{"x.z", old}}, 5).value();
    table = edge_table_from(to_json(table)).value();
    EdgeRoute anew = route(b, 1);
    CHECK(merge_routes(table, {{"x.z", anew}}, 5).value().at("x.z").backend == a);
    anew.ordered_at = WallTime{2'000};
    table = merge_routes(table, {{"x.z", anew}}, 5).value();
    CHECK(table.at("x.z").backend == b);
    CHECK(fence_text(table.at("x.z").fence) == "1.1");
}
