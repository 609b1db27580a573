#include "master/store/row_pipe.h"

#include <thread>

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

namespace {

Changes host(int number) { return {Put<Host>{{HostId("host-" + std::to_string(number)), {}, {}}}}; }

}  // namespace

TEST_CASE("rows come out in the order they went in, and then there are no more") {
    RowPipe pipe;
    const std::jthread reader([&] {
        for (int i = 0; i < 1'000; ++i) pipe.push(host(i));
        pipe.close();
    });
    const RowTaker taker(pipe);
    int taken = 0;
    while (const auto rows = pipe.pop()) {
        const bool is_next = *rows == host(taken++);
        CHECK(is_next);
    }
    CHECK(taken == 1'000);
}

TEST_CASE("who pushes hears that nobody takes any more") {
    RowPipe pipe;
    bool refused = false;
    {
        const std::jthread reader([&] {
            while (pipe.push(host(1))) {
            }
            refused = true;
            pipe.close();
        });
        const RowTaker taker(pipe);
        REQUIRE(pipe.pop().has_value());
    }
    CHECK(refused);
}
