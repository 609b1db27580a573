// What may follow the words typed so far. Pure: names the API knows are asked for by the caller.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "master/cli/command_tree.h"

namespace foyer::cli {

struct Candidate {
    std::string word;
    std::string description;
};

enum class Paths { None, Files, Folders };

// A value that is not in the tree: one of the instances, of the nodes…
struct LiveQuestion {
    std::string kind;  // the value's name in help: "NODE"
    std::string head;  // stands before each answer: "--site=", "FR,"
    std::string typed;
};

struct Completion {
    std::vector<Candidate> candidates;
    Paths paths = Paths::None;
    std::string head;  // of paths: what of the word is no part of the path ("--body=")
    std::optional<LiveQuestion> live;
    // Values typed before, by option ("--profile") or positional ("release").
    std::map<std::string, std::string, std::less<>> given;
};

// `words` without the program's name; the last one is being typed, and may be empty.
Completion complete(const CommandNode& tree, const std::vector<std::string>& words);

// A shell would take this word as it is, whatever quotes it stands in.
bool is_plain_word(std::string_view word);

}  // namespace foyer::cli
