// The protos of the public API as the program carries them: every descriptor with its comment.
#pragma once

#include <google/protobuf/descriptor.h>
#include <memory>
#include <string>
#include <string_view>

namespace foyer::master {

// A pool of its own, apart from the generated one, which forgets comments.
std::unique_ptr<google::protobuf::DescriptorPool> api_protos();

// "foyer.api.v1.FleetService/GetIsp" in that pool; an unknown one is a bug.
const google::protobuf::MethodDescriptor& method_of(const google::protobuf::DescriptorPool& pool,
                                                    std::string_view rpc);

// The comment above it, its lines joined by spaces. Empty: none.
template <class Descriptor>
std::string comment_of(const Descriptor& described);
std::string joined_comment(std::string_view raw);

template <class Descriptor>
std::string comment_of(const Descriptor& described) {
    google::protobuf::SourceLocation place;
    if (!described.GetSourceLocation(&place)) return {};
    return joined_comment(place.leading_comments);
}

}  // namespace foyer::master
