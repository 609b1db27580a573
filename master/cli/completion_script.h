// What a shell runs to complete the words of `foyer`: it asks `foyer __complete`, which decides.
#pragma once

#include <string_view>

namespace foyer::cli {

// "bash", "zsh" or "fish"; empty for another name.
std::string_view completion_script(std::string_view shell);

}  // namespace foyer::cli
