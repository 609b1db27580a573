#include "master/store/table.h"

#include <algorithm>

namespace foyer::master {

namespace {

void comma(std::string& text) {
    if (!text.empty()) text += ", ";
}

std::string put_sql(const TableShape& shape) {
    std::string names, values, updates;
    int parameter = 0;
    for (const Column& column : shape.columns) {
        comma(names);
        names += column.name;
        comma(values);
        values += column.filled_by.empty() ? "$" + std::to_string(++parameter)
                                           : std::string(column.filled_by);
        if (std::ranges::find(shape.key, column.name) != shape.key.end()) continue;
        comma(updates);
        updates += std::string(column.name) + " = EXCLUDED." + std::string(column.name);
    }
    const std::string insert =
        "INSERT INTO " + std::string(shape.name) + " (" + names + ") VALUES (" + values + ")";
    if (shape.append_only) return insert;
    std::string key;
    for (const std::string_view name : shape.key) comma(key), key += name;
    return insert + " ON CONFLICT (" + key + ") DO UPDATE SET " + updates;
}

std::string drop_sql(const TableShape& shape) {
    std::string where;
    int parameter = 0;
    for (const std::string_view name : shape.key) {
        where += (where.empty() ? "" : " AND ") + std::string(name) + " = $" +
                 std::to_string(++parameter);
    }
    return "DELETE FROM " + std::string(shape.name) + " WHERE " + where;
}

std::string select_sql(const TableShape& shape) {
    std::string list;
    for (const Column& column : shape.columns) {
        if (!column.filled_by.empty()) continue;
        comma(list);
        const std::string name(column.name);
        list += column.kind == Column::Kind::Time
                    ? "(extract(epoch FROM " + name + ") * 1000)::bigint AS " + name
                    : name;
    }
    return "SELECT " + list + " FROM " + std::string(shape.name);
}

}  // namespace

Table::Table(const TableShape& shape)
    : put{"put_" + std::string(shape.name), put_sql(shape)},
      drop{"drop_" + std::string(shape.name), drop_sql(shape)},
      load{"load_" + std::string(shape.name),
           select_sql(shape) + " ORDER BY " + std::string(shape.order)},
      select(select_sql(shape)) {}

}  // namespace foyer::master
