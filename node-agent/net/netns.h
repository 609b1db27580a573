// A network namespace kept by a file, and `ip`, `nft` and `wg` run inside it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/os/child_process.h"

namespace foyer::agent {

class Netns {
public:
    explicit Netns(std::string file) : file_(std::move(file)) {}
    const std::string& file() const { return file_; }

    // Makes it, with loopback up and duplicate address detection off, unless it is there.
    Status ensure() const;
    bool exists() const;
    // Tells this namespace from an earlier one of the same file; absent while there is none.
    std::optional<std::uint64_t> identity() const;
    // Unmounts and removes the file; the namespace ends with its last process. Missing is fine.
    Status remove() const;

    Result<std::string> run(std::vector<std::string> argv, std::string input = {}) const;
    // Lines of `ip -batch`, all or the first that fails.
    Status ip(const std::vector<std::string>& lines) const;
    Status nft(const std::string& transaction) const;
    Status set_kernel(const std::string& key, const std::string& value) const;  // sysctl inside
    bool has_link(const std::string& name) const;

private:
    std::string file_;
};

}  // namespace foyer::agent
