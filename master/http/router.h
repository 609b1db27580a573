// Which route a request line means. Pure; safe on hostile input.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/result.h"
#include "master/app/route_table.h"

namespace foyer::master {

using TextPairs = std::vector<std::pair<std::string, std::string>>;

struct Matched {
    const Route* route = nullptr;
    TextPairs path;   // {name} of the pattern and what stood there, decoded
    TextPairs query;  // decoded, in order
};

// What became of a target that has no route.
enum class NoRoute { UnknownPath, WrongMethod, Malformed };

struct RouteAnswer {
    std::optional<Matched> matched;
    NoRoute why = NoRoute::UnknownPath;
    std::string allowed;  // WrongMethod: "GET, POST"
};

// `target` as in the request line: an absolute path, perhaps with a query. Malformed: longer than 4
// KiB, bad percent escapes, control characters, "." or ".." segments.
RouteAnswer find_route(HttpMethod method, std::string_view target);

std::string_view to_text(HttpMethod method);
std::optional<HttpMethod> http_method_from(std::string_view text);

// Percent decoding; nothing when an escape is not two hex digits or makes a control character.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace foyer::master
