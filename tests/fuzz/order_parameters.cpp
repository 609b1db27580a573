// The parameters of an order, under the schema of a release.
#include "common/base/check.h"
#include "master/app/json_schema.h"
#include "master/app/parameters.h"
#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

constexpr std::string_view schema =
    R"({"type":"object","additionalProperties":false,"required":["company"],"properties":{
    "company":{"type":"string","title":"Company","minLength":1,"maxLength":40},
    "code":{"type":"string","title":"Code","pattern":"^([a-z]+-?)*$"},
    "country":{"type":"string","title":"Country","enum":["FR","BE"],"default":"FR"},
    "demo":{"type":"boolean","title":"Demo","default":false},
    "users":{"type":"integer","title":"Users","minimum":1,"maximum":50,"default":5}}})";

void feed(std::string_view bytes) {
    const auto complete = master::complete_parameters(schema, bytes);
    if (complete.ok()) {
        CHECK(master::complete_parameters(schema, complete.value()).value() == complete.value());
    } else {
        CHECK(complete.failure().code == ErrorCode::InvalidArgument);
    }
    // The same bytes as a schema: what is none is refused, not thrown.
    discard(master::check_schema(bytes, R"({"a":[1,"x",{"b":null}]})"), "only that it returns");
}

std::vector<std::string> seeds() {
    return {R"({"company":"A","country":"BE","users":12,"demo":true,"code":"ab-c"})",
            R"({"company":"caf\u00e9"})",
            R"({"company":"A","code":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"})",
            R"({"type":"object","properties":{"a":{"type":"array","items":{"$ref":"#/d/x"}}},)"
            R"("d":{"x":{"anyOf":[{"const":1},{"pattern":"^x"}]}}})"};
}

}  // namespace

const Target order_parameters{"order_parameters", feed, seeds, 500};

}  // namespace foyer::fuzz
