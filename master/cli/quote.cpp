#include "master/cli/quote.h"

#include "common/base/percent.h"
#include "master/cli/release_name.h"

namespace foyer::cli {

std::string quote_path(const QuoteQuestion& question) {
    const ReleaseName release = parse_release_name(question.release);
    const auto some = [](int count) { return count > 0 ? std::to_string(count) : std::string(); };
    std::string query = "release=" + percent_encoded(release.name);
    add_to_query(query, "version", release.version);
    add_to_query(query, "size", question.size);
    add_to_query(query, "mode", question.mode);
    add_to_query(query, "replicas", some(question.replicas));
    add_to_query(query, "min_countries", some(question.min_countries));
    return "/v1/quote?" + query;
}

}  // namespace foyer::cli
