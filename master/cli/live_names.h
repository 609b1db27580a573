// Names completion offers that only the API (or the user's configuration) knows.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "master/cli/completion.h"
#include "master/cli/session.h"

namespace foyer::cli {

// Nothing where nobody knows, or where asking failed: completion is no place for errors.
std::vector<Candidate> live_names(Session& session, const LiveQuestion& question,
                                  const std::map<std::string, std::string, std::less<>>& given);

// Of the path of a thing that is not there: "; did you mean 'acme'?", or nothing.
std::string name_meant(Session& session, const std::string& path);

}  // namespace foyer::cli
