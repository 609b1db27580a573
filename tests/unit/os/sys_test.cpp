#include "common/os/sys.h"

#include <sys/mman.h>

#include "common/base/text.h"
#include "common/os/files.h"
//
#include "tests/support/catch.h"

using namespace foyer;

namespace {

// Of this process, "VmLck:   1234 kB".
std::string locked() {
    const std::string status = os::read_file("/proc/self/status", 65'536).value();
    const std::size_t at = status.find("VmLck:");
    return status.substr(at, status.find('\n', at) - at);
}

}  // namespace

TEST_CASE("locked memory is that which was touched") {
    const std::string before = locked();
    const Status status = os::lock_memory();
    if (!status.ok()) {
        WARN("this user may lock no memory: " << status.failure().message);
        return;
    }
    CHECK(locked() != before);
    CHECK(::munlockall() == 0);
}
