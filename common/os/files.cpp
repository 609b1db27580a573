#include "common/os/files.h"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>

#include "common/os/sys.h"

namespace foyer::os {

namespace fs = std::filesystem;

Result<std::string> read_file(const std::string& path, std::size_t max_bytes) {
    const UniqueFd fd = TRY(open_file(path, O_RDONLY));
    std::string content;
    char buffer[16384];
    for (;;) {
        const ssize_t count = ::read(fd.get(), buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno_error("cannot read '" + path + "'");
        if (count == 0) return content;
        content.append(buffer, static_cast<std::size_t>(count));
        if (content.size() > max_bytes)
            return error(ErrorCode::ResourceExhausted,
                         "'" + path + "' is larger than " + std::to_string(max_bytes) + " bytes");
    }
}

bool exists(const std::string& path) {
    struct stat facts = {};
    return ::lstat(path.c_str(), &facts) == 0;
}

Status make_dirs(const std::string& path, mode_t mode) {
    const std::string parent = parent_of(path);
    if (!parent.empty() && parent != path && !exists(parent)) TRY(make_dirs(parent, 0755));
    if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST)
        return errno_error("cannot make the folder '" + path + "'");
    if (!fs::is_directory(path))
        return error(ErrorCode::FailedPrecondition, "'" + path + "' is not a folder");
    return change_mode(path, mode);
}

Result<std::vector<std::string>> list_dir(const std::string& path) {
    std::vector<std::string> names;
    std::error_code failure;
    for (fs::directory_iterator entry(path, failure), end; !failure && entry != end;
         entry.increment(failure))
        names.push_back(entry->path().filename().string());
    if (failure && failure.value() != ENOENT)
        return errno_error("cannot list '" + path + "'", failure.value());
    std::sort(names.begin(), names.end());
    return names;
}

Status remove_file(const std::string& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        return errno_error("cannot remove '" + path + "'");
    return ok_status();
}

Status sync_dir(const std::string& path) {
    const UniqueFd fd = TRY(open_file(path, O_RDONLY | O_DIRECTORY));
    if (::fsync(fd.get()) != 0) return errno_error("cannot sync '" + path + "'");
    return ok_status();
}

std::string parent_of(const std::string& path) { return fs::path(path).parent_path().string(); }

std::string nearest_folder(std::string path) {
    while (!path.empty() && path != "/" && !exists(path)) path = parent_of(path);
    return path.empty() ? "/" : path;
}

Result<std::string> find_program(const std::string& name) {
    std::error_code failure;
    const fs::path self = fs::read_symlink("/proc/self/exe", failure);
    std::vector<fs::path> folders;
    if (!failure) {
        const fs::path home = self.parent_path();
        folders = {home, home / ".." / "bin", home / ".." / "libexec" / "foyer"};
    }
    for (const char* folder :
         {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"})
        folders.emplace_back(folder);
    for (const fs::path& folder : folders) {
        const fs::path candidate = (folder / name).lexically_normal();
        if (::access(candidate.c_str(), X_OK) == 0) return candidate.string();
    }
    return error(ErrorCode::FailedPrecondition, "the program '" + name + "' is not installed");
}

}  // namespace foyer::os
