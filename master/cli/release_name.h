// A release as users name it: "tryton", or "tryton@7.0.30-1" for one version.
#pragma once

#include <string>
#include <string_view>

namespace foyer::cli {

struct ReleaseName {
    std::string name;
    std::string version;  // empty: the newest
};

ReleaseName parse_release_name(std::string_view text);

// Where the API has that version.
std::string path_of_release(std::string_view text);

}  // namespace foyer::cli
