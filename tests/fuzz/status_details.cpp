// The details of a gRPC status, as any peer may send them.
#include <grpcpp/support/status.h>

#include "common/base/check.h"
#include "common/wire/status_map.h"
#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

void feed(std::string_view bytes) {
    const std::string text(bytes);
    const auto code = static_cast<grpc::StatusCode>(
        bytes.empty() ? 1 : 1 + static_cast<unsigned char>(bytes[0]) % 17);
    const Error failure = wire::from_grpc(grpc::Status(code, text, text));
    CHECK(failure.details.size() <= 32);
    const grpc::Status sent = wire::to_grpc(failure);
    CHECK(!sent.ok() && sent.error_details().size() <= 4096);
    CHECK(wire::from_grpc(sent).code == failure.code);
}

std::vector<std::string> seeds() {
    return {R"([{"key":"rule","value":"distinct_isp"},{"key":"path","value":"/a/0"}])", "[]"};
}

}  // namespace

const Target status_details{"status_details", feed, seeds};

}  // namespace foyer::fuzz
