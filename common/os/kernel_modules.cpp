#include "common/os/kernel_modules.h"

#include <algorithm>

#include "common/os/files.h"

namespace foyer::os {
namespace {

constexpr std::size_t list_bytes_max = std::size_t{4} << 20;

std::string text_of(const std::string& file) {
    return read_file(file, list_bytes_max).value_or("");
}

}  // namespace

KernelModules::KernelModules(const std::string& root) : root_(root) {
    const std::string told = text_of(root + "/proc/sys/kernel/osrelease");
    const std::string kernel = told.substr(0, told.find('\n'));
    if (kernel.empty()) return;
    const std::string folder = root + "/lib/modules/" + kernel;
    listed_ = text_of(folder + "/modules.builtin") + text_of(folder + "/modules.dep");
}

std::optional<bool> KernelModules::has(const std::string& name) const {
    std::string loaded = name;  // loaded, each "-" in it is a "_"
    std::ranges::replace(loaded, '-', '_');
    if (exists(root_ + "/sys/module/" + loaded)) return true;
    if (listed_.empty()) return std::nullopt;
    return listed_.find("/" + name + ".ko") != std::string::npos;
}

}  // namespace foyer::os
