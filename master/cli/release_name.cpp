#include "master/cli/release_name.h"

#include "master/cli/api_client.h"
#include "master/cli/session.h"

namespace foyer::cli {

ReleaseName parse_release_name(std::string_view text) {
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos) return {std::string(text), ""};
    return {std::string(text.substr(0, at)), std::string(text.substr(at + 1))};
}

std::string path_of_release(std::string_view text) {
    const ReleaseName wanted = parse_release_name(text);
    return path_of("software-releases", wanted.name) + "/versions/" +
           percent_encoded(wanted.version.empty() ? "latest" : wanted.version);
}

}  // namespace foyer::cli
