#include "master/app/if_match.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

namespace {

const Route& stop = *find_rpc_route("foyer.api.v1.InstanceService/StopInstance");

std::optional<Precondition> parsed(std::string_view text) {
    auto made = parse_if_match(stop, text);
    if (!made.ok()) FAIL(made.failure().message);
    return made.value();
}

Precondition any_of(std::vector<Revision> revisions) { return {std::move(revisions)}; }

}  // namespace

TEST_CASE("a tag means the revision before its dot") {
    const std::string tag = entity_tag(17, "what is shown");
    CHECK(tag.starts_with("\"17."));
    CHECK(tag == entity_tag(17, "what is shown"));
    CHECK(tag != entity_tag(17, "something else"));
    CHECK(parsed(tag) == any_of({Revision(17)}));
    CHECK(parsed("\"17\"") == any_of({Revision(17)}));
    CHECK(parsed(" \"1\" ,\t\"2.ab\"") == any_of({Revision(1), Revision(2)}));
    CHECK(parsed("*") == Precondition{});
    CHECK_FALSE(parse_if_match(stop, std::nullopt).value());
}

TEST_CASE("foreign and weak tags match nothing, and say so by being looked at") {
    CHECK(parsed("\"abc\"") == any_of({}));
    CHECK(parsed("\"\"") == any_of({}));
    CHECK(parsed("\"-1\"") == any_of({}));
    CHECK(parsed("\"99999999999999999999\"") == any_of({}));
    CHECK(parsed("W/\"17\"") == any_of({}));
    CHECK(parsed("W/\"17\", \"18\"") == any_of({Revision(18)}));
}

TEST_CASE("what is no list of tags is refused, not passed over") {
    std::string many = "\"1\"";
    for (int i = 0; i < 16; ++i) many += ",\"1\"";
    for (const std::string& text :
         {std::string(), std::string(" "), std::string("17"), std::string("\"17"),
          std::string("\"17\","), std::string("\"17\" \"18\""), std::string("*,\"17\""),
          std::string("w/\"17\""), std::string(2'000, 'x'), many}) {
        INFO(text);
        const auto made = parse_if_match(stop, text);
        REQUIRE_FALSE(made.ok());
        CHECK(made.failure().code == ErrorCode::InvalidArgument);
    }
}

TEST_CASE("a route without a thing to compare refuses it") {
    for (const Route& route : routes::table) {
        INFO(route.path);
        const std::string_view last = route.path.substr(route.path.rfind('/') + 1);
        const bool named = route.write && !route.rpc.empty() && last.starts_with('{');
        CHECK(takes_if_match(route) == named);
        CHECK(parse_if_match(route, "*").ok() == named);
        CHECK(parse_if_match(route, std::nullopt).ok());
    }
}
