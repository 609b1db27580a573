// A named statement, its parameters, and the rows it gives.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "master/store/codec.h"

struct pg_result;  // PGresult

namespace foyer::master {

// Lives for ever (a static of the file that maps its rows). Prepared once a connection under its
// name.
struct Statement {
    std::string name;
    std::string sql;
};

// Values only ever travel as parameters.
class Params {
public:
    template <class... Values>
    Params& add(const Values&... values) {
        (add_one(values), ...);
        return *this;
    }
    const std::vector<std::optional<std::string>>& values() const { return values_; }

private:
    template <class T>
    void add_one(const T& value) {
        values_.emplace_back(to_sql(value));
    }
    template <class T>
    void add_one(const std::optional<T>& value) {
        values_.push_back(value ? std::optional(to_sql(*value)) : std::nullopt);
    }
    template <class T>
    void add_one(const Rare<T>& value) {
        values_.push_back(value ? std::optional(to_sql(*value)) : std::nullopt);
    }
    std::vector<std::optional<std::string>> values_;
};

struct Call {
    const Statement* statement;
    Params params = {};
};

// One row of a COPY: its values as texts, and the names of its columns.
struct CopiedRow {
    std::vector<std::optional<std::string_view>> values;
    const std::vector<std::string>& columns;
};

// One row being read, column after column.
class Row {
public:
    Row(const pg_result* result, int row) : result_(result), row_(row) {}
    explicit Row(const CopiedRow& copied) : copied_(&copied) {}

    // Exactly the columns of the row, in order. NULL only into an optional. Internal: the column
    // and what is wrong with it.
    template <class... Values>
    Status into(Values&... values) {
        (next(values), ...);
        return done();
    }

private:
    template <class T>
    void next(T& value) {
        const std::optional<std::string_view> text = take(true);
        if (text && !from_sql(*text, value)) refuse("cannot be read");
    }
    template <class T>
    void next(std::optional<T>& value) {
        value.reset();
        const std::optional<std::string_view> text = take(false);
        if (text && !from_sql(*text, value.emplace())) refuse("cannot be read");
    }
    template <class T>
    void next(Rare<T>& value) {
        std::optional<T> read;
        next(read);
        value = std::move(read);
    }
    std::optional<std::string_view> take(bool required);
    int columns() const;
    std::optional<std::string_view> value_of(int column) const;
    std::string name_of(int column) const;
    void refuse(std::string_view why);
    Status done();

    const pg_result* result_ = nullptr;  // one of the two
    const CopiedRow* copied_ = nullptr;
    int row_ = 0;
    int column_ = 0;
    std::optional<Error> failure_;
};

// What one statement gave.
class Rows {
public:
    explicit Rows(std::shared_ptr<pg_result> result) : result_(std::move(result)) {}
    int size() const;
    Row at(int row) const { return Row(result_.get(), row); }
    std::int64_t affected() const;  // rows inserted, updated or deleted
    std::string tag() const;        // "COMMIT", "UPDATE 1"

private:
    std::shared_ptr<pg_result> result_;  // shared: Rows are copied into answers as values
};

}  // namespace foyer::master
