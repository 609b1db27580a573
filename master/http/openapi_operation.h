// One route of the table as an operation of the OpenAPI document. Included only by .cpp files.
#pragma once

#include <set>

#include "master/app/route_table.h"
#include "master/http/openapi_schema.h"

namespace foyer::master {

// Every status but that of success the route may answer with.
std::set<int> refusals_of(const Route& route);

Tree operation_of(const Route& route, const google::protobuf::DescriptorPool& pool,
                  SchemaMaker& schemas);

// "InstanceActionRequest.name": the fields of requests that addresses give.
std::set<std::string> fields_in_paths(const google::protobuf::DescriptorPool& pool);

// "Fleet" of "FleetService"; the routes that are no rpc have tags of their own.
std::string tag_of(const Route& route);

// What an rpc's comment says beside its route: "Adds an ISP." of "Adds an ISP. POST /v1/isps".
std::string without_route(const std::string& comment, const Route& route);

}  // namespace foyer::master
