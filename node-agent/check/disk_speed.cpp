#include "node-agent/check/disk_speed.h"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

#include "common/os/sys.h"

namespace foyer::agent {
namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr std::size_t page = 8192;  // of PostgreSQL's log
constexpr int safe_writes_max = 101;
constexpr std::size_t piece = std::size_t{1} << 20;
constexpr int pieces_max = 40;
constexpr std::chrono::milliseconds patience{1'000};  // for each of the two

microseconds since(steady_clock::time_point start) {
    return std::chrono::duration_cast<microseconds>(steady_clock::now() - start);
}

Status write_safely(int file, const std::string& content) {
    TRY(os::write_all(file, content));
    if (::fdatasync(file) != 0) return os::errno_error("cannot make a write safe");
    return ok_status();
}

Result<microseconds> median_safe_write(int file) {
    std::vector<microseconds> took;
    const std::string content(page, 'x');
    const auto start = steady_clock::now();
    while (took.size() < safe_writes_max && (took.empty() || since(start) < patience)) {
        const auto began = steady_clock::now();
        TRY(write_safely(file, content));
        took.push_back(since(began));
    }
    const auto middle = took.begin() + static_cast<std::ptrdiff_t>(took.size() / 2);
    std::nth_element(took.begin(), middle, took.end());
    return *middle;
}

Result<std::int64_t> bytes_per_second(int file) {
    const std::string content(piece, 'y');
    const auto start = steady_clock::now();
    std::int64_t bytes = 0;
    for (int i = 0; i < pieces_max && (i == 0 || since(start) < patience); ++i) {
        TRY(os::write_all(file, content));
        bytes += static_cast<std::int64_t>(piece);
    }
    if (::fdatasync(file) != 0) return os::errno_error("cannot make a write safe");
    return bytes * 1'000'000 / std::max<std::int64_t>(since(start).count(), 1);
}

}  // namespace

Result<DiskSpeed> measure_disk(const std::string& folder) {
    const os::UniqueFd file = TRY(os::open_file(folder, O_TMPFILE | O_WRONLY, 0600));
    DiskSpeed speed;
    speed.safe_write = TRY(median_safe_write(file.get()));
    speed.bytes_per_second = TRY(bytes_per_second(file.get()));
    return speed;
}

}  // namespace foyer::agent
