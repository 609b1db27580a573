#include "master/http/api_protos.h"

#include <google/protobuf/descriptor.pb.h>

#include "common/base/check.h"

namespace foyer::master {

namespace pb = google::protobuf;

extern const std::string_view api_descriptor_bytes;  // made by the build

std::unique_ptr<pb::DescriptorPool> api_protos() {
    pb::FileDescriptorSet files;
    CHECK(files.ParseFromArray(api_descriptor_bytes.data(),
                               static_cast<int>(api_descriptor_bytes.size())));
    auto pool = std::make_unique<pb::DescriptorPool>();
    // Imports stand before those that need them.
    for (const pb::FileDescriptorProto& file : files.file())
        CHECK(pool->BuildFile(file) != nullptr);
    return pool;
}

const pb::MethodDescriptor& method_of(const pb::DescriptorPool& pool, std::string_view rpc) {
    const std::size_t slash = rpc.find('/');
    CHECK(slash != std::string_view::npos);
    const pb::ServiceDescriptor* service =
        pool.FindServiceByName(std::string(rpc.substr(0, slash)));
    CHECK(service != nullptr);
    const pb::MethodDescriptor* method =
        service->FindMethodByName(std::string(rpc.substr(slash + 1)));
    CHECK(method != nullptr);
    return *method;
}

std::string joined_comment(std::string_view raw) {
    std::string joined;
    for (const char letter : raw) {
        const bool space = letter == ' ' || letter == '\n';
        if (space && (joined.empty() || joined.back() == ' ')) continue;
        joined += space ? ' ' : letter;
    }
    while (joined.ends_with(' ')) joined.pop_back();
    return joined;
}

}  // namespace foyer::master
