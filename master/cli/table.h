// Tables for people: a header row, aligned columns, no wider than the terminal.
#pragma once

#include <string>
#include <vector>

namespace foyer::cli {

enum class Align { Left, Right };

// What gives way on a narrow terminal.
enum class Keep {
    Text,   // is cut, "…" where
    Whole,  // never: a name is there to be typed, half a number is another number
    Extra,  // is left out, the last one first
};

struct Column {
    std::string title;  // shown in upper case as given
    Align align = Align::Left;
    Keep keep = Keep::Text;  // the first column, and numbers, are Whole unless they are Extra
};

struct Table {
    std::vector<Column> columns;
    std::vector<std::vector<std::string>> rows;  // as many cells as columns
};

struct Page {
    int width = 0;  // columns of the terminal; 0: no limit (a pipe, a file)
    bool unicode = true;
};

// Lines ending in '\n'. Too wide: texts give way first, the widest one most, down to 16 columns;
// then extra columns are left out ("…" ends the header); then texts give way down to six. A still
// narrower terminal wraps.
std::string render(const Table& table, const Page& page);

// "key   value" lines, keys aligned; nothing is cut.
std::string render_facts(const std::vector<std::pair<std::string, std::string>>& facts);

}  // namespace foyer::cli
