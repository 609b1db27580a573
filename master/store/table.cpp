#include "master/store/table.h"

#include <algorithm>

namespace foyer::master {

namespace {

void comma(std::string& text) {
    if (!text.empty()) text += ", ";
}

// What an array of the column's values is made of. Arrays travel as texts, since arrays of arrays
// are rectangles.
std::string_view element_of(Column::Kind kind) {
    switch (kind) {
        case Column::Kind::Text:
        case Column::Kind::Texts: return "text";
        case Column::Kind::Int4: return "integer";
        case Column::Kind::Int8: return "bigint";
        case Column::Kind::Bool: return "boolean";
        case Column::Kind::Bytea: return "bytea";
        case Column::Kind::Json: return "jsonb";
        case Column::Kind::Time: return "timestamptz";
    }
    return "";
}

// INSERT … SELECT from arrays: parsed and planned once a connection, whatever the number of rows.
std::string put_sql(const TableShape& shape) {
    std::string names, values, updates, arrays, carried;
    int parameter = 0;
    for (const Column& column : shape.columns) {
        const std::string name(column.name);
        comma(names);
        names += name;
        comma(values);
        if (column.filled_by.empty()) {
            values += "u." + name + (column.kind == Column::Kind::Texts ? "::text[]" : "");
            comma(arrays);
            arrays += "$" + std::to_string(++parameter) +
                      "::" + std::string(element_of(column.kind)) + "[]";
            comma(carried);
            carried += name;
        } else {
            values += column.filled_by;
        }
        if (std::ranges::find(shape.key, column.name) != shape.key.end()) continue;
        comma(updates);
        updates += name + " = EXCLUDED." + name;
    }
    const std::string insert = "INSERT INTO " + std::string(shape.name) + " (" + names +
                               ") SELECT " + values + " FROM unnest(" + arrays + ") AS u(" +
                               carried + ")";
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

// date_part, not extract: floating point is exact enough for milliseconds, and much less work.
std::string milliseconds_of(const std::string& name) {
    return "(date_part('epoch', " + name + ") * 1000)::bigint";
}

std::string select_sql(const TableShape& shape) {
    std::string list;
    for (const Column& column : shape.columns) {
        if (!column.filled_by.empty()) continue;
        comma(list);
        const std::string name(column.name);
        list += column.kind == Column::Kind::Time ? milliseconds_of(name) + " AS " + name : name;
    }
    return "SELECT " + list + " FROM " + std::string(shape.name);
}

// Every value as text, so that one codec reads rows from statements and from COPY.
TableCopy copy_of(const TableShape& shape) {
    TableCopy copy;
    std::string list;
    for (const Column& column : shape.columns) {
        if (!column.filled_by.empty()) continue;
        copy.columns.emplace_back(column.name);
        comma(list);
        list += column.kind == Column::Kind::Time ? milliseconds_of(copy.columns.back()) + "::text"
                                                  : copy.columns.back() + "::text";
    }
    copy.sql =
        "COPY (SELECT " + list + " FROM " + std::string(shape.name) + ") TO STDOUT (FORMAT binary)";
    return copy;
}

void add_element(std::string& array, const std::optional<std::string>& value) {
    array += array.empty() ? '{' : ',';
    if (!value) {
        array += "NULL";
        return;
    }
    array += '"';
    for (const char c : *value) {
        if (c == '"' || c == '\\') array += '\\';
        array += c;
    }
    array += '"';
}

}  // namespace

Table::Table(const TableShape& shape)
    : put{"put_" + std::string(shape.name), put_sql(shape)},
      drop{"drop_" + std::string(shape.name), drop_sql(shape)},
      copy(copy_of(shape)),
      select(select_sql(shape)) {}

Call put_together(const std::vector<Call>& calls) {
    std::vector<std::string> arrays(calls.front().params.values().size());
    for (const Call& call : calls) {
        for (std::size_t i = 0; i < arrays.size(); ++i)
            add_element(arrays[i], call.params.values()[i]);
    }
    Call whole{calls.front().statement};
    for (const std::string& array : arrays) whole.params.add(array + "}");
    return whole;
}

}  // namespace foyer::master
