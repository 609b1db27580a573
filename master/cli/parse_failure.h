// What the parser refuses, in words that say what is missing and how the command is written.
#pragma once

#include "common/base/result.h"
#include "master/cli/command_tree.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class ParseError;
}

namespace foyer::cli {

// `command` is the one that was recognised.
Error word_parse_failure(const CLI::ParseError& failure, const CommandNode& command);

}  // namespace foyer::cli
