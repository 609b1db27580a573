#include "node-agent/check/disk_speed.h"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

#include "common/os/sys.h"

namespace foyer::agent {
namespace {

constexpr std::size_t page = 8192;  // of PostgreSQL's log
constexpr int safe_writes_max = 500;
constexpr std::size_t piece = std::size_t{1} << 20;
constexpr int pieces_max = 40;
constexpr Duration patience{1'000};  // for each of the two

Status write_safely(int file, const std::string& content) {
    TRY(os::write_all(file, content));
    if (::fdatasync(file) != 0) return os::errno_error("cannot make a write safe");
    return ok_status();
}

// So many that a clock of milliseconds tells one of them well.
Result<std::chrono::microseconds> safe_write(int file, const Clock& clock) {
    const std::string content(page, 'x');
    const MonoTime start = clock.mono();
    std::int64_t writes = 0;
    Duration took{0};
    while (writes < safe_writes_max && took < patience) {
        TRY(write_safely(file, content));
        ++writes;
        took = clock.mono() - start;
    }
    return std::chrono::microseconds(took) / writes;
}

Result<std::int64_t> bytes_per_second(int file, const Clock& clock) {
    const std::string content(piece, 'y');
    const MonoTime start = clock.mono();
    std::int64_t bytes = 0;
    for (int i = 0; i < pieces_max && clock.mono() - start < patience; ++i) {
        TRY(os::write_all(file, content));
        bytes += static_cast<std::int64_t>(piece);
    }
    if (::fdatasync(file) != 0) return os::errno_error("cannot make a write safe");
    return bytes * 1'000 / std::max<std::int64_t>((clock.mono() - start).count(), 1);
}

}  // namespace

Result<DiskSpeed> measure_disk(const std::string& folder, const Clock& clock) {
    const os::UniqueFd file = TRY(os::open_file(folder, O_TMPFILE | O_WRONLY, 0600));
    DiskSpeed speed;
    speed.safe_write = TRY(safe_write(file.get(), clock));
    speed.bytes_per_second = TRY(bytes_per_second(file.get(), clock));
    return speed;
}

}  // namespace foyer::agent
