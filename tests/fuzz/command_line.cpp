// Parameters as a person types them: "key=value" lines under the schema of a release.
#include <nlohmann/json.hpp>

#include "common/base/check.h"
#include "common/base/text.h"
#include "master/cli/body_text.h"
#include "master/cli/order_parameters.h"
#include "master/cli/suggest.h"
#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

const cli::Json& schema() {
    static const cli::Json one = cli::Json::parse(R"({"properties":{
        "company":{"type":"string"},"users":{"type":"integer"},"demo":{"type":"boolean"},
        "country":{"type":"string","enum":["FR","BE"]}}})");
    return one;
}

// "file\ntyped\ntyped…": the parameters file, then one line an option.
void feed(std::string_view bytes) {
    auto lines = split(bytes, '\n');
    if (lines.empty()) return;
    const auto file = cli::Json::parse(lines.front(), nullptr, /*allow_exceptions=*/false);
    if (lines.size() > 1)
        static_cast<void>(cli::did_you_mean(lines[1].substr(0, 64), {"company", "users"}));
    lines.erase(lines.begin());
    const auto made =
        cli::order_parameters(schema(), file.is_discarded() ? cli::Json() : file, lines);
    if (made.ok()) discard(cli::body_text(made.value()), "only that it returns");
}

std::vector<std::string> seeds() {
    return {"{\"company\":\"A\",\"users\":3}\ncountry=FR\ndemo=yes", "null\ncompany=caf\xc3\xa9",
            "\nusers=12\ncompany=a=b"};
}

}  // namespace

const Target command_line{"command_line", feed, seeds};

}  // namespace foyer::fuzz
