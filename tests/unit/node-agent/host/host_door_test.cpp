#include "node-agent/host/host_door.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>

#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

void serve_once(const HostDoor& door, const std::string& answer, std::string* heard = nullptr) {
    pollfd waiting{door.descriptor(), POLLIN, 0};
    ::poll(&waiting, 1, 30'000);
    door.serve([&](const std::string& line) {
        if (heard != nullptr) *heard = line;
        return answer;
    });
}

}  // namespace

TEST_CASE("the socket answers its owner, whatever the length of its path") {
    const test::TempFolder folder;
    const std::string deep = folder.path() + "/" + std::string(150, 'd');
    REQUIRE(::mkdir(deep.c_str(), 0711) == 0);
    CHECK(knock(deep, "{}").failure().code == ErrorCode::Unavailable);
    const auto door = HostDoor::listen(deep).value();
    struct stat facts{};
    REQUIRE(::stat((deep + "/agent.sock").c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777U) == 0600U);
    const std::string big(300'000, 'x');
    std::string heard;
    std::thread answering([&] { serve_once(door, big, &heard); });
    CHECK(knock(deep, "hello").value() == big);
    answering.join();
    CHECK(heard == "hello");
    CHECK(HostDoor::listen(deep).ok());
}

TEST_CASE("a caller that sends too much, or hangs up, is dropped, and the next one served") {
    const test::TempFolder folder;
    const auto door = HostDoor::listen(folder.path()).value();
    std::thread answering([&] {
        for (int caller = 0; caller < 3; ++caller) serve_once(door, "answer");
    });
    CHECK_FALSE(knock(folder.path(), std::string(100'000, 'x')).ok());
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string path = folder.path() + "/agent.sock";
        REQUIRE(path.size() < sizeof address.sun_path);
        path.copy(address.sun_path, path.size());
        const os::UniqueFd silent(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        REQUIRE(::connect(silent.get(), reinterpret_cast<const sockaddr*>(&address),
                          sizeof address) == 0);
    }
    CHECK(knock(folder.path(), "third").value() == "answer");
    answering.join();
}
