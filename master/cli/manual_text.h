// What the parser's tree does not say of a command: a paragraph, and what people type.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace foyer::cli {

struct Example {
    std::string_view command;  // the parser takes it; what follows " | " or " > " is the shell's
    std::string_view what;
};

struct ManualEntry {
    std::string_view path;  // "foyer node drain"
    std::string_view text;  // one paragraph; empty: the description says it all
    std::vector<Example> examples;
};

std::span<const ManualEntry> manual_entries();

// An empty entry for a command that has none.
const ManualEntry& manual_entry(std::string_view path);

}  // namespace foyer::cli
