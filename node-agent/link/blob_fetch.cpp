#include "node-agent/link/blob_fetch.h"

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <sys/stat.h>
#include <unistd.h>

#include "common/os/unique_fd.h"

namespace foyer::agent {
namespace {

Error disk_error(const std::string& file, int code) {
    const ErrorCode ours =
        code == ENOSPC || code == EDQUOT ? ErrorCode::ResourceExhausted : ErrorCode::Unavailable;
    return error(ours, "cannot write '" + file + "': " + std::strerror(code));
}

int write_all(int descriptor, std::string_view rest) {
    while (!rest.empty()) {
        const ssize_t done = ::write(descriptor, rest.data(), rest.size());
        if (done < 0 && errno != EINTR) return errno;
        if (done > 0) rest.remove_prefix(static_cast<std::size_t>(done));
    }
    return 0;
}

// Waits, or ends early when stopped.
void pause(Duration span, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, span, [] { return false; });
}

}  // namespace

Status BlobFetch::fetch(const Digest& digest, const std::string& file, const Progress& progress,
                        std::stop_token stop) {
    const os::UniqueFd descriptor(
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (descriptor.get() < 0) return disk_error(file, errno);
    struct stat facts{};
    if (::fstat(descriptor.get(), &facts) != 0) return disk_error(file, errno);
    std::int64_t done = facts.st_size;
    int fruitless = 0;
    for (;;) {
        const std::int64_t before = done;
        const Status tried = attempt(digest, descriptor.get(), done, progress, stop);
        if (tried.ok())
            return ::fdatasync(descriptor.get()) == 0 ? ok_status()
                                                      : Status(disk_error(file, errno));
        const ErrorCode code = tried.failure().code;
        if (code != ErrorCode::Unavailable && code != ErrorCode::DeadlineExceeded)
            return in_context(digest.str(), tried.failure());
        fruitless = done > before ? 1 : fruitless + 1;
        if (stop.stop_requested() || fruitless >= rules_.attempts_max)
            return in_context(digest.str(), tried.failure());
        pause(backoff_wait(rules_.backoff, fruitless, rng_), stop);
    }
}

Status BlobFetch::attempt(const Digest& digest, int descriptor, std::int64_t& done,
                          const Progress& progress, std::stop_token stop) {
    const auto keep = [&](std::string_view bytes, std::int64_t total) -> Status {
        if (const int failed = write_all(descriptor, bytes); failed != 0)
            return disk_error("blob of an image", failed);
        done += static_cast<std::int64_t>(bytes.size());
        progress(done, total);
        return ok_status();
    };
    return client_.fetch_blob(digest, done, keep, std::move(stop));
}

}  // namespace foyer::agent
