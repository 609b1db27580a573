// `--help`: a command's use, options and examples, for the width of a terminal. Pure.
#pragma once

#include <string>
#include <string_view>

#include "master/cli/command_tree.h"

namespace foyer::cli {

// "[OPTIONS] NODE", "COMMAND": what stands behind the command's name.
std::string usage_of(const CommandNode& command);

// The same behind the command's name.
std::string usage_line(const CommandNode& command);

// The value of an argument as its users write it: "--site SITE", "[NODE]", "COMMAND...".
std::string shape_of(const Argument& argument);

// What its description leaves open: "required", "several times", its default, its variable.
std::string notes_on(const Argument& argument);
// Its description with them, in brackets.
std::string described(const Argument& argument);
// A positional as a table has it: whether it may be left out is told elsewhere.
std::string bare_shape_of(const Argument& argument);

// `root` is the whole tree: its options may stand behind every command.
std::string help_text(const CommandNode& command, const CommandNode& root, int width);

// Words of `text` in lines of at most `width` columns, each but the first after `indent` spaces.
std::string wrapped(std::string_view text, int width, int indent);

}  // namespace foyer::cli
