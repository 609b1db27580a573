// Tables for people: a header row, aligned columns, no wider than the terminal.
#pragma once

#include <string>
#include <vector>

namespace foyer::cli {

enum class Align { Left, Right };

struct Column {
    std::string title;  // shown in upper case as given
    Align align = Align::Left;
};

struct Table {
    std::vector<Column> columns;
    std::vector<std::vector<std::string>> rows;  // as many cells as columns
};

struct Page {
    int width = 0;  // columns of the terminal; 0: no limit (a pipe, a file)
    bool unicode = true;
};

// Lines ending in '\n'. Too wide: the widest columns give way first, cut cells end in "…"; a column
// keeps at least six columns, so a very narrow terminal wraps.
std::string render(const Table& table, const Page& page);

// "key   value" lines, keys aligned; nothing is cut.
std::string render_facts(const std::vector<std::pair<std::string, std::string>>& facts);

}  // namespace foyer::cli
