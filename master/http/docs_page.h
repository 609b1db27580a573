// The OpenAPI document as one page for people: no script, nothing from elsewhere. Included only by
// .cpp files.
#pragma once

#include <string>

#include "master/http/openapi_schema.h"

namespace foyer::master {

std::string docs_page(const Tree& document);

// Content-Security-Policy: the page's own style and nothing else.
std::string docs_policy();

}  // namespace foyer::master
