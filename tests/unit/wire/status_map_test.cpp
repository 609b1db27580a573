#include "common/wire/status_map.h"

#include <grpcpp/support/status.h>

#include "tests/support/catch.h"

using namespace foyer;

TEST_CASE("every code goes there and back, with message and details") {
    using enum ErrorCode;
    for (const ErrorCode code : {InvalidArgument, NotFound, AlreadyExists, PermissionDenied,
                                 Unauthenticated, FailedPrecondition, ResourceExhausted, Aborted,
                                 Unavailable, DeadlineExceeded, Unknown, Internal}) {
        const Error sent =
            error(code, "name 'acme' is taken", {{"rule", "unique_name"}, {"field", "name"}});
        const grpc::Status status = wire::to_grpc(sent);
        CHECK_FALSE(status.ok());
        CHECK(wire::from_grpc(status) == sent);
    }
}

TEST_CASE("foreign codes and details are read as the nearest of ours") {
    CHECK(wire::from_grpc({grpc::StatusCode::CANCELLED, ""}).code == ErrorCode::Unavailable);
    CHECK(wire::from_grpc({grpc::StatusCode::UNIMPLEMENTED, ""}).code ==
          ErrorCode::FailedPrecondition);
    CHECK(wire::from_grpc({grpc::StatusCode::DATA_LOSS, ""}).code == ErrorCode::Internal);
    CHECK(wire::from_grpc({grpc::StatusCode::NOT_FOUND, "m", "\x08\x05 not json"}).details.empty());
    CHECK(wire::from_grpc({grpc::StatusCode::NOT_FOUND, "m", "[{\"key\":1}]"}).details.empty());
}

TEST_CASE("details are bounded") {
    Error big = error(ErrorCode::Internal, std::string(100'000, 'x'));
    for (int i = 0; i < 1000; ++i) big.details.push_back({"key", std::string(50, 'y')});
    const auto status = wire::to_grpc(big);
    CHECK(status.error_details().size() <= 4096);
    CHECK(status.error_message().size() <= 2048);
    CHECK_FALSE(wire::from_grpc(status).details.empty());
}
