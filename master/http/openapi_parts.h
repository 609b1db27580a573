// The parts of the OpenAPI document that all routes share: errors, headers, the prose. Included
// only by .cpp files.
#pragma once

#include <string>
#include <vector>

#include "master/http/openapi_schema.h"

namespace foyer::master {

// {"$ref": …} of the answer every route gives with this status of an error.
Tree refusal(int status);
// What that status means, for people.
std::string meaning_of(int status);
// What each answer tells of the token's rate, where there is one.
void add_rate_headers(Tree& headers);

Tree refusal_components();
Tree header_components();
Tree parameter_components(SchemaMaker& schemas, const google::protobuf::DescriptorPool& pool);
// The one shape of errors, and the answers of routes that are not an rpc.
void add_plain_schemas(Tree& schemas);
Tree security_schemes();
// How a caller shows who he is: one of these. A write by cookie says more than a read.
Tree security(bool write);

Tree info(const ToldLimits& told);
Tree told_limits(const ToldLimits& told);

}  // namespace foyer::master
