// The small texts inside the API's JSON, and the same that the command reads back.
#include "master/http/json_text.h"

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/check.h"
#include "common/base/rfc3339.h"
#include "common/base/text.h"
#include "master/cli/human.h"
#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

void read_time(std::string_view text) {
    const auto time = parse_rfc3339(text);
    if (!time) return;
    const std::string printed = print_rfc3339(*time);
    CHECK(parse_rfc3339(printed) == time);
    const auto shown = cli::parse_rfc3339(printed);
    CHECK(shown && to_rfc3339(*shown).substr(0, 19) == printed.substr(0, 19));
}

void feed(std::string_view bytes) {
    read_time(bytes);
    discard(cli::parse_duration(bytes), "only that it returns");
    const auto raw = from_base64(bytes);
    CHECK(!raw || to_base64(*raw) == bytes);
    CHECK(from_base64(to_base64(bytes)) == bytes);
    const auto url = from_base64url(bytes);
    CHECK(!url || to_base64url(*url) == bytes);
    const auto hex = from_hex(bytes);
    CHECK(!hex || hex->size() * 2 == bytes.size());
    std::string quoted;
    master::append_json_string(quoted, bytes);
    CHECK(nlohmann::json::parse(quoted, nullptr, /*allow_exceptions=*/false).is_string());
}

std::vector<std::string> seeds() {
    return {"2026-03-01T12:30:00Z",
            "0001-01-01T00:00:00.000000001Z",
            "9999-12-31T23:59:59+00:00",
            "2026-02-29T23:59:59.5-23:59",
            "AAEC",
            "AA==",
            "_-8",
            "00ffAB",
            "1h30m",
            "2w",
            "caf\xc3\xa9 \xf0\x9f\x8f\xa0 \xed\xa0\x80\n\x01\x7f"};
}

}  // namespace

const Target json_text{"json_text", feed, seeds};

}  // namespace foyer::fuzz
