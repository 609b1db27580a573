// What this kernel has: loaded, built in, or as a module that it would load.
#pragma once

#include <optional>
#include <string>

namespace foyer::os {

class KernelModules {
public:
    // `root` is "" for this machine, else a folder that holds its /proc, /sys and /lib.
    explicit KernelModules(const std::string& root);

    // By the name of the module's file, "dm-crypt". Nothing: not loaded, and the list of what could
    // be cannot be read.
    std::optional<bool> has(const std::string& name) const;

private:
    std::string root_;
    std::string listed_;  // built in, and loadable; empty: not known
};

}  // namespace foyer::os
