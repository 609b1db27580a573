#include "common/tls/private_file.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace foyer::tls {
namespace {

constexpr std::size_t file_bytes_max = std::size_t{1024} * 1024;

Error file_error(std::string_view verb, const std::string& path, int code) {
    ErrorCode ours = ErrorCode::Unavailable;
    if (code == ENOENT) ours = ErrorCode::NotFound;
    if (code == EEXIST) ours = ErrorCode::AlreadyExists;
    if (code == EACCES || code == EPERM) ours = ErrorCode::PermissionDenied;
    if (code == ENOSPC || code == EDQUOT) ours = ErrorCode::ResourceExhausted;
    return error(ours, "cannot " + std::string(verb) + " '" + path + "': " + std::strerror(code));
}

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return number_; }

private:
    int number_;
};

Result<std::string> read_all(int file, const std::string& path) {
    std::string content;
    std::array<char, 8192> piece{};
    for (;;) {
        const ssize_t got = ::read(file, piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return file_error("read", path, errno);
        if (got == 0) return content;
        content.append(piece.data(), static_cast<std::size_t>(got));
        if (content.size() > file_bytes_max)
            return error(ErrorCode::ResourceExhausted, "'" + path + "' is over 1 MiB");
    }
}

int write_all(int file, std::string_view rest) {
    while (!rest.empty()) {
        const ssize_t done = ::write(file, rest.data(), rest.size());
        if (done < 0 && errno != EINTR) return errno;
        if (done > 0) rest.remove_prefix(static_cast<std::size_t>(done));
    }
    return ::fsync(file) == 0 ? 0 : errno;
}

int sync_folder(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.get() < 0) return errno;
    return ::fsync(opened.get()) == 0 ? 0 : errno;
}

}  // namespace

Result<std::string> read_private_file(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return file_error("open", path, errno);
    struct stat facts{};
    if (::fstat(file.get(), &facts) != 0) return file_error("look at", path, errno);
    if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return error(
            ErrorCode::FailedPrecondition,
            "'" + path + "' holds a secret and others may read it; run: chmod 600 '" + path + "'");
    }
    return read_all(file.get(), path);
}

Result<std::string> read_small_file(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return file_error("open", path, errno);
    return read_all(file.get(), path);
}

Status create_private_file(const std::string& path, std::string_view content) {
    // Written beside, then linked into place: link(2) refuses an existing name, so two starters
    // cannot overwrite each other's key.
    const std::string beside = path + ".new." + std::to_string(::getpid());
    ::unlink(beside.c_str());
    {
        const Descriptor file(
            ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (file.get() < 0) return file_error("create", path, errno);
        if (const int failed = write_all(file.get(), content); failed != 0) {
            ::unlink(beside.c_str());
            return file_error("write", path, failed);
        }
    }
    const int linked = ::link(beside.c_str(), path.c_str()) == 0 ? 0 : errno;
    ::unlink(beside.c_str());
    if (linked != 0) return file_error("create", path, linked);
    if (const int failed = sync_folder(path); failed != 0)
        return file_error("sync folder of", path, failed);
    return ok_status();
}

}  // namespace foyer::tls
