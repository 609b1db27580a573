// Manual pages (roff, the man macros) of the parser's own tree. Pure.
#pragma once

#include <string>
#include <string_view>

#include "master/cli/command_tree.h"

namespace foyer::cli {

// "foyer-node-drain".
std::string man_page_name(const CommandNode& command);

// `root` is the whole tree, of which `command` is a part.
std::string man_page(const CommandNode& command, const CommandNode& root, std::string_view version);

// A text that roff shows as it is, whatever it begins with or holds.
std::string roff_text(std::string_view text);

}  // namespace foyer::cli
