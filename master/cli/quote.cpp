#include "master/cli/quote.h"

#include <fmt/format.h>

#include "common/base/percent.h"
#include "master/cli/release_name.h"

namespace foyer::cli {

std::string quote_path(const QuoteQuestion& question) {
    const ReleaseName release = parse_release_name(question.release);
    std::string path = "/v1/quote?release=" + percent_encoded(release.name);
    if (!release.version.empty()) path += "&version=" + percent_encoded(release.version);
    if (!question.size.empty()) path += "&size=" + percent_encoded(question.size);
    if (!question.mode.empty()) path += "&mode=" + question.mode;
    if (question.replicas > 0) path += fmt::format("&replicas={}", question.replicas);
    if (question.min_countries > 0)
        path += fmt::format("&min_countries={}", question.min_countries);
    return path;
}

}  // namespace foyer::cli
