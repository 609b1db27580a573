#include "master/store/statement.h"

#include "master/store/pq.h"

namespace foyer::master {

int Row::columns() const {
    return copied_ != nullptr ? static_cast<int>(copied_->values.size()) : PQnfields(result_);
}

std::optional<std::string_view> Row::value_of(int column) const {
    if (copied_ != nullptr) return copied_->values[static_cast<std::size_t>(column)];
    if (PQgetisnull(result_, row_, column) != 0) return std::nullopt;
    return std::string_view(PQgetvalue(result_, row_, column),
                            static_cast<std::size_t>(PQgetlength(result_, row_, column)));
}

std::string Row::name_of(int column) const {
    if (column < 0 || column >= columns()) return "?";
    return copied_ != nullptr ? copied_->columns[static_cast<std::size_t>(column)]
                              : PQfname(result_, column);
}

std::optional<std::string_view> Row::take(bool required) {
    if (failure_) return std::nullopt;
    if (column_ >= columns()) {
        refuse("is followed by none");
        return std::nullopt;
    }
    const std::optional<std::string_view> value = value_of(column_++);
    if (!value && required) refuse("is null");
    return value;
}

void Row::refuse(std::string_view why) {
    if (failure_) return;
    failure_ = error(ErrorCode::Internal,
                     "database column '" + name_of(column_ - 1) + "' " + std::string(why));
}

Status Row::done() {
    if (!failure_ && column_ < columns()) {
        ++column_;
        refuse("is one too many");
    }
    if (failure_) return *failure_;
    return ok_status();
}

int Rows::size() const { return PQntuples(result_.get()); }
std::int64_t Rows::affected() const { return parse_int(PQcmdTuples(result_.get())).value_or(0); }
std::string Rows::tag() const { return PQcmdStatus(result_.get()); }

}  // namespace foyer::master
