#include "master/cli/table.h"

#include <algorithm>
#include <numeric>

#include "common/base/check.h"
#include "master/cli/text_width.h"

namespace foyer::cli {
namespace {

constexpr int gap = 2;
constexpr int column_width_min = 6;

std::vector<int> natural_widths(const Table& table) {
    std::vector<int> widths;
    for (const Column& column : table.columns) widths.push_back(display_width(column.title));
    for (const auto& row : table.rows) {
        CHECK(row.size() == widths.size());
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], display_width(printable(row[i])));
        }
    }
    return widths;
}

void shrink(std::vector<int>& widths, int width_max) {
    const int gaps = gap * (static_cast<int>(widths.size()) - 1);
    int excess = std::accumulate(widths.begin(), widths.end(), gaps) - width_max;
    for (; excess > 0; --excess) {
        const auto widest = std::ranges::max_element(widths);
        if (*widest <= column_width_min) return;
        --*widest;
    }
}

std::string line_of(const Table& table, const std::vector<std::string>& cells,
                    const std::vector<int>& widths, bool unicode) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) line.append(gap, ' ');
        const bool right = table.columns[i].align == Align::Right;
        line += right ? pad_left(cells[i], widths[i], unicode)
                      : pad_right(cells[i], widths[i], unicode);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
}

}  // namespace

std::string render(const Table& table, const Page& page) {
    std::vector<int> widths = natural_widths(table);
    if (page.width > 0) shrink(widths, page.width);
    std::vector<std::string> titles;
    for (const Column& column : table.columns) titles.push_back(column.title);
    std::string text = line_of(table, titles, widths, page.unicode);
    for (const auto& row : table.rows) {
        std::vector<std::string> cells;
        for (const std::string& cell : row) cells.push_back(printable(cell));
        text += line_of(table, cells, widths, page.unicode);
    }
    return text;
}

std::string render_facts(const std::vector<std::pair<std::string, std::string>>& facts) {
    int width = 0;
    for (const auto& [key, value] : facts) width = std::max(width, display_width(key));
    std::string text;
    for (const auto& [key, value] : facts) {
        text += pad_right(key, width) + "  " + printable(value) + "\n";
    }
    return text;
}

}  // namespace foyer::cli
