#include "node-agent/volume/loop_device.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <optional>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "common/base/text.h"
#include "common/os/files.h"
#include "common/os/sys.h"

namespace foyer::agent {
namespace {

constexpr int tries_max = 64;  // another program may take the free one first
constexpr unsigned loop_major = 7;
constexpr std::uint32_t block_bytes = 4096;

// A container's /dev may lack the node of a device that is there.
Status ensure_node(const std::string& path, int number) {
    if (::mknod(path.c_str(), S_IFBLK | 0600, makedev(loop_major, static_cast<unsigned>(number))) !=
            0 &&
        errno != EEXIST)
        return os::errno_error("cannot make '" + path + "'");
    return ok_status();
}

loop_config config_of(int file, const std::string& name) {
    loop_config config{};
    config.fd = static_cast<std::uint32_t>(file);
    config.block_size = block_bytes;
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    // For people who look at losetup; cut to what fits, the end tells more.
    const std::size_t room = sizeof(config.info.lo_file_name) - 1;
    const std::string end = name.size() > room ? name.substr(name.size() - room) : name;
    end.copy(reinterpret_cast<char*>(config.info.lo_file_name), room);
    return config;
}

// "7" of "loop7".
std::optional<int> number_of(const std::string& name) {
    constexpr std::string_view kind = "loop";
    if (!name.starts_with(kind)) return std::nullopt;
    const auto number = parse_int(std::string_view(name).substr(kind.size()));
    return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

bool shows(int device, const struct stat& file) {
    loop_info64 info{};
    return ::ioctl(device, LOOP_GET_STATUS64, &info) == 0 && info.lo_device == file.st_dev &&
           info.lo_inode == file.st_ino;
}

// The kernel's word for the file, in the namespace of whoever attached it: the end tells.
bool may_show(const std::string& backing_file, const std::string& path) {
    const auto told = os::read_file(backing_file, 8192);
    const std::string name = path.substr(path.rfind('/') + 1);
    return told.ok() && told.value().find(name) != std::string::npos;
}

Result<std::optional<LoopDevice>> attached_already(int file, const std::string& path) {
    struct stat facts{};
    if (::fstat(file, &facts) != 0) return os::errno_error("cannot look at a volume");
    for (const std::string& name : TRY(os::list_dir("/sys/block"))) {
        const auto number = number_of(name);
        const std::string shown = "/sys/block/" + name + "/loop/backing_file";
        if (!number || !os::exists(shown)) continue;
        LoopDevice device{.path = "/dev/" + name, .open = {}};
        TRY(ensure_node(device.path, *number));
        // To read alone: a mounted device may be open for no other writer.
        auto open = os::open_file(device.path, O_RDONLY | O_CLOEXEC);
        if (!open.ok()) {
            // Detached meanwhile, or another's; one that may be ours is not passed over.
            if (!may_show(shown, path)) continue;
            return std::move(open).failure();
        }
        if (!shows(open.value().get(), facts)) continue;
        device.open = std::move(open).value();
        return std::optional(std::move(device));
    }
    return std::optional<LoopDevice>();
}

}  // namespace

Result<std::optional<LoopDevice>> find_loop(const std::string& file) {
    const os::UniqueFd content = TRY(os::open_file(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    return attached_already(content.get(), file);
}

Result<LoopDevice> attach_loop(const std::string& file) {
    const os::UniqueFd content = TRY(os::open_file(file, O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (auto there = TRY(attached_already(content.get(), file))) return *std::move(there);
    const auto control = os::open_file("/dev/loop-control", O_RDWR | O_CLOEXEC);
    if (!control.ok())
        return error(
            ErrorCode::FailedPrecondition,
            "this machine has no loop devices (modprobe loop): " + control.failure().message,
            {{"rule", std::string(no_loop_rule)}});
    for (int tried = 0; tried < tries_max; ++tried) {
        const int number = ::ioctl(control.value().get(), LOOP_CTL_GET_FREE);
        if (number < 0) return os::errno_error("no free loop device");
        LoopDevice device{.path = "/dev/loop" + std::to_string(number), .open = {}, .fresh = true};
        TRY(ensure_node(device.path, number));
        const os::UniqueFd writer = TRY(os::open_file(device.path, O_RDWR | O_CLOEXEC));
        loop_config config = config_of(content.get(), file);
        if (::ioctl(writer.get(), LOOP_CONFIGURE, &config) == 0) {
            // Pages would lie in memory twice; where the disk below cannot do without, they do.
            ::ioctl(writer.get(), LOOP_SET_DIRECT_IO, 1UL);
            device.open = TRY(os::open_file(device.path, O_RDONLY | O_CLOEXEC));
            return device;
        }
        if (errno != EBUSY) return os::errno_error("cannot attach '" + file + "'");
    }
    return error(ErrorCode::Unavailable, "each free loop device was taken by others meanwhile");
}

}  // namespace foyer::agent
