// Percent-encoding (RFC 3986): all but letters, digits and -._~ as %XX. One segment of a path, one
// value of a query or of a form.
#pragma once

#include <string>
#include <string_view>

namespace foyer {

std::string percent_encoded(std::string_view text);

// Goes on with field=value, encoded; an empty value is nothing that is asked for.
void add_to_query(std::string& query, std::string_view field, std::string_view value);

}  // namespace foyer
