// The statements of one table, made once from its column list (names of ours; values are
// parameters).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "master/store/statement.h"

namespace foyer::master {

struct Column {
    std::string_view name;
    enum class Kind { Plain, Time } kind = Kind::Plain;  // times are read as milliseconds
    // A column the row does not carry: the expression that fills it, over the parameters of the
    // row.
    std::string_view filled_by = {};
};

struct TableShape {
    std::string_view name;
    std::vector<std::string_view> key;
    std::vector<Column> columns;          // in the order of the row mapping
    std::string_view order = "revision";  // of loading
    bool append_only = false;
};

struct Table {
    explicit Table(const TableShape& shape);
    Statement put;       // inserts, or replaces every column of the row with this key
    Statement drop;      // by key
    Statement load;      // every row
    std::string select;  // "SELECT … FROM name", for statements of its own
};

}  // namespace foyer::master
