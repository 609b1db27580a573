// What a field of a request must be beyond its type, and an example of it: stated in the OpenAPI
// document. The core refuses what breaks a rule; tests/api holds the two together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace foyer::master {

struct FieldRule {
    bool required = false;
    std::optional<std::int64_t> least = {};  // of a number; entries of a list; bytes of a text
    std::optional<std::int64_t> most = {};
    std::string_view pattern = {};  // ECMA 262; empty: any text
};

// Limits that each master chooses.
struct ToldLimits {
    std::int64_t page_size_max = 500;
    std::int64_t wait_ms_max = 60'000;
    std::int64_t header_bytes_max = 16 << 10;
    std::int64_t body_bytes_max = 1 << 20;
    std::int64_t json_depth_max = 32;
    std::int64_t json_values_max = 100'000;
    std::int64_t blob_bytes_max = std::int64_t{4} << 30;
    std::int64_t body_timeout_ms = 30'000;
    std::int64_t answer_ms_max = 30'000;
};

// Of "CreateIspRequest" and "name". A field without a line may be anything of its type.
FieldRule rule_of(std::string_view message, std::string_view field, const ToldLimits& told);

// 1 to 40 of a-z 0-9 and inner dashes, beginning with a letter: what check_name() takes.
std::string_view name_pattern();

// A good request body as JSON; empty: there is none to show. The examples are one story: each needs
// only what those before it made.
std::string_view body_example(std::string_view message);

// What stands in an address as {name}, below "/v1/<collection>".
std::string_view path_example(std::string_view collection, std::string_view parameter);

}  // namespace foyer::master
