#include "node-agent/care/bounded_log.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "common/os/sys.h"

namespace foyer::agent::care {

Result<bool> bound_log(const std::string& file) {
    const auto log = os::open_file(file, O_RDWR | O_NOFOLLOW);
    if (!log.ok() && log.failure().code == ErrorCode::NotFound) return false;
    if (!log.ok()) return log.failure();
    struct stat facts = {};
    if (::fstat(log.value().get(), &facts) != 0) return os::errno_error("cannot look at " + file);
    if (!S_ISREG(facts.st_mode) || facts.st_size <= log_bytes_max) return false;
    std::string end(static_cast<std::size_t>(log_bytes_kept), '\0');
    const ssize_t count =
        ::pread(log.value().get(), end.data(), end.size(), facts.st_size - log_bytes_kept);
    if (count < 0) return os::errno_error("cannot read " + file);
    end.resize(static_cast<std::size_t>(count));
    const std::size_t line = end.find('\n');
    if (line != std::string::npos) end.erase(0, line + 1);
    TRY(os::write_atomically(file + ".1", end, {.mode = 0640}));
    if (::ftruncate(log.value().get(), 0) != 0) return os::errno_error("cannot cut " + file);
    return true;
}

Result<std::vector<std::string>> bound_logs_in(const std::string& folder) {
    std::vector<std::string> cut;
    for (const std::string& name : TRY(os::list_dir(folder))) {
        if (!name.ends_with(".log")) continue;
        std::string file = folder;
        file.append("/").append(name);
        if (TRY(bound_log(file))) cut.push_back(std::move(file));
    }
    return cut;
}

}  // namespace foyer::agent::care
