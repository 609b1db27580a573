// What the API says about itself: the OpenAPI document, made of the route table and of the protos
// with their comments, and the same as a page for people.
#pragma once

#include <string>

#include "master/http/field_rules.h"

namespace foyer::master {

// OpenAPI 3.1 as indented JSON. The same limits give the same bytes.
std::string openapi_document(const ToldLimits& told);

// A text that is served as it is.
struct ServedText {
    std::string type;  // Content-Type
    std::string text;
    std::string etag;
    std::string policy = {};  // Content-Security-Policy; empty: none
};

struct ApiDocuments {
    ServedText openapi;
    ServedText page;
};
ApiDocuments api_documents(const ToldLimits& told);

}  // namespace foyer::master
