// Reading, listing, making and removing files and folders.
#pragma once

#include <cstddef>
#include <string>
#include <sys/types.h>
#include <vector>

#include "common/base/result.h"

namespace foyer::os {

// The whole file; ResourceExhausted when it is larger than `max_bytes`, NotFound when it is not
// there.
Result<std::string> read_file(const std::string& path,
                              std::size_t max_bytes = std::size_t{1} << 20);
bool exists(const std::string& path);  // a dangling link exists
// Makes `path` and missing parents (those 0755); sets the mode of `path` itself whether or not it
// was there.
Status make_dirs(const std::string& path, mode_t mode);
// Names in a folder, sorted; a missing folder has none.
Result<std::vector<std::string>> list_dir(const std::string& path);
// Removes a file or a tree, following no link, whoever made it: depth and names do not matter.
// Missing is fine. Refuses "" and "/".
Status remove_tree(const std::string& path);
// Removes one file; missing is fine.
Status remove_file(const std::string& path);
// Makes renames in the folder durable.
Status sync_dir(const std::string& path);
std::string parent_of(const std::string& path);
// The path itself, or the first folder above it that is there.
std::string nearest_folder(std::string path);
// First of "<folder of this program>/name", "<that>/../bin/name", "<that>/../libexec/foyer/name"
// and the usual folders for programs.
Result<std::string> find_program(const std::string& name);

}  // namespace foyer::os
