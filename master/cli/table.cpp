#include "master/cli/table.h"

#include <algorithm>
#include <numeric>

#include "common/base/check.h"
#include "master/cli/text_width.h"

namespace foyer::cli {
namespace {

constexpr int gap = 2;
constexpr int text_width_easy = 16;
constexpr int text_width_min = 6;

std::vector<int> natural_widths(const Table& table) {
    std::vector<int> widths;
    widths.reserve(table.columns.size());
    for (const Column& column : table.columns) widths.push_back(display_width(column.title));
    for (const auto& row : table.rows) {
        CHECK(row.size() == widths.size());
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], display_width(printable(row[i])));
        }
    }
    return widths;
}

bool is_whole(const Table& table, std::size_t column) {
    const Column& one = table.columns[column];
    return one.keep == Keep::Whole ||
           (one.keep == Keep::Text && (column == 0 || one.align == Align::Right));
}

int excess_of(const std::vector<int>& widths, int width_max) {
    const int gaps = gap * (static_cast<int>(widths.size()) - 1);
    return std::accumulate(widths.begin(), widths.end(), gaps) - width_max;
}

// The widest texts first, none below `least`.
void cut_texts(const Table& table, std::vector<int>& widths, int width_max, int least) {
    for (int excess = excess_of(widths, width_max); excess > 0; --excess) {
        std::size_t widest = widths.size();
        for (std::size_t i = 0; i < widths.size(); ++i) {
            const bool gives = !is_whole(table, i) && widths[i] > least;
            if (gives && (widest == widths.size() || widths[i] > widths[widest])) widest = i;
        }
        if (widest == widths.size()) return;
        --widths[widest];
    }
}

void drop(Table& table, std::size_t column) {
    const auto at = static_cast<std::ptrdiff_t>(column);
    table.columns.erase(table.columns.begin() + at);
    for (auto& row : table.rows) row.erase(row.begin() + at);
}

// True: something was left out.
bool drop_extras(Table& table, int width_max) {
    bool dropped = false;
    for (std::size_t i = table.columns.size(); i-- > 0;) {
        if (table.columns[i].keep != Keep::Extra) continue;
        std::vector<int> widths = natural_widths(table);
        cut_texts(table, widths, width_max, text_width_easy);
        if (excess_of(widths, width_max) <= 0) return dropped;
        drop(table, i);
        dropped = true;
    }
    return dropped;
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

std::string render(const Table& whole, const Page& page) {
    Table table = whole;
    const std::string more = page.unicode ? "…" : "...";
    bool dropped = false;
    std::vector<int> widths = natural_widths(table);
    if (page.width > 0) {
        dropped = drop_extras(table, page.width);
        widths = natural_widths(table);
        const int room = page.width - (dropped ? 1 + display_width(more) : 0);
        cut_texts(table, widths, room, text_width_easy);
        cut_texts(table, widths, room, text_width_min);
    }
    std::vector<std::string> titles;
    titles.reserve(table.columns.size());
    for (const Column& column : table.columns) titles.push_back(column.title);
    std::string text = line_of(table, titles, widths, page.unicode);
    const bool fits = display_width(text) + display_width(more) <= page.width;
    if (dropped && fits) text.insert(text.size() - 1, " " + more);
    for (const auto& row : table.rows) {
        std::vector<std::string> cells;
        cells.reserve(row.size());
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
