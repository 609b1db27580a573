// Removing what strangers made: however deep it is, with few descriptors and no recursion.
//
// A folder below the top that is not empty gives its own folders to the top before it goes, so no
// more than two are ever open, and no path is ever longer than two names.
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/os/files.h"
#include "common/os/sys.h"

namespace foyer::os {

namespace {

constexpr unsigned rename_noreplace = 1;  // RENAME_NOREPLACE of <linux/fs.h>

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

Folder open_folder(int at, const char* name) {
    const int fd = ::openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    Folder folder(fd < 0 ? nullptr : ::fdopendir(fd));
    if (!folder && fd >= 0) ::close(fd);
    return folder;
}

bool is_dots(const char* name) {
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

class Remover {
public:
    Remover(Folder top, const std::string& path) : top_(std::move(top)), path_(path) {}

    // Everything below the top. Each round removes each folder it finds there, and may bring
    // others: whatever is not removed is an error, so that it ends.
    Status empty() {
        for (bool found = true; found;) {
            found = false;
            ::rewinddir(top_.get());
            while (const dirent* entry = ::readdir(top_.get())) {
                if (is_dots(entry->d_name)) continue;
                found = true;
                if (remove_entry(top(), entry->d_name)) continue;
                if (!is_full_folder()) return failed();
                TRY(flatten(entry->d_name));
            }
        }
        return ok_status();
    }

private:
    int top() const { return ::dirfd(top_.get()); }
    Status failed() const { return errno_error("cannot remove '" + path_ + "'"); }

    static bool remove_entry(int folder, const char* name) {
        if (::unlinkat(folder, name, 0) == 0 || errno == ENOENT) return true;
        // What POSIX says and what Linux says of a folder.
        if (errno != EISDIR && errno != EPERM) return false;
        const int why = errno;
        if (::unlinkat(folder, name, AT_REMOVEDIR) == 0) return true;
        if (errno == ENOTDIR) errno = why;
        return false;
    }
    static bool is_full_folder() { return errno == ENOTEMPTY || errno == EEXIST; }

    Status flatten(const char* name) {
        const Folder folder = open_folder(top(), name);
        if (!folder) return failed();
        while (const dirent* entry = ::readdir(folder.get())) {
            if (is_dots(entry->d_name) || remove_entry(::dirfd(folder.get()), entry->d_name))
                continue;
            if (!is_full_folder() || !raise(::dirfd(folder.get()), entry->d_name)) return failed();
        }
        // Names may have been passed over while others went: the next round has them.
        if (::unlinkat(top(), name, AT_REMOVEDIR) != 0 && !is_full_folder()) return failed();
        return ok_status();
    }

    bool raise(int folder, const char* name) {
        for (;;) {
            const std::string fresh = ".removed-" + std::to_string(next_++);
            if (::syscall(SYS_renameat2, folder, name, top(), fresh.c_str(), rename_noreplace) == 0)
                return true;
            if (errno != EEXIST) return false;
        }
    }

    Folder top_;
    const std::string& path_;
    std::uint64_t next_ = 0;
};

}  // namespace

Status remove_tree(const std::string& path) {
    if (path.empty() || path == "/")
        return error(ErrorCode::InvalidArgument, "refusing to remove '" + path + "'");
    if (::unlink(path.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR) return ok_status();
    if (errno != EISDIR && errno != EPERM) return errno_error("cannot remove '" + path + "'");
    Folder top = open_folder(AT_FDCWD, path.c_str());
    if (!top) return errno_error("cannot remove '" + path + "'");
    TRY(Remover(std::move(top), path).empty());
    if (::rmdir(path.c_str()) != 0 && errno != ENOENT)
        return errno_error("cannot remove '" + path + "'");
    return ok_status();
}

}  // namespace foyer::os
