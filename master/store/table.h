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
    enum class Kind { Text, Texts, Int4, Int8, Bool, Bytea, Json, Time } kind = Kind::Text;
    // A column the row does not carry: the expression that fills it, over the row `u`.
    std::string_view filled_by = {};
};

struct TableShape {
    std::string_view name;
    std::vector<std::string_view> key;
    std::vector<Column> columns;  // in the order of the row mapping
    bool append_only = false;
};

// How a whole table is read: a COPY whose columns are all text, and their names for errors.
struct TableCopy {
    std::string sql;
    std::vector<std::string> columns;
};

struct Table {
    explicit Table(const TableShape& shape);
    // Inserts rows, or replaces every column of those with their keys. Its parameters are arrays,
    // an element a row (put_together): one statement for any number of rows.
    Statement put;
    Statement drop;      // one row, by key
    TableCopy copy;      // every row, in no order
    std::string select;  // "SELECT … FROM name", for statements of its own; times in milliseconds
};

// Calls of one row each, as put_call() makes them, as one call for all their rows.
Call put_together(const std::vector<Call>& calls);

}  // namespace foyer::master
