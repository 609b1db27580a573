#include "master/store/statement.h"

#include "master/store/pq.h"

namespace foyer::master {

std::optional<std::string_view> Row::take(bool required) {
    if (failure_) return std::nullopt;
    if (column_ >= PQnfields(result_)) {
        refuse("is followed by none");
        return std::nullopt;
    }
    const int column = column_++;
    if (PQgetisnull(result_, row_, column) == 0) {
        return std::string_view(PQgetvalue(result_, row_, column),
                                static_cast<std::size_t>(PQgetlength(result_, row_, column)));
    }
    if (required) refuse("is null");
    return std::nullopt;
}

void Row::refuse(std::string_view why) {
    if (failure_) return;
    const char* name = column_ > 0 ? PQfname(result_, column_ - 1) : nullptr;
    failure_ = error(ErrorCode::Internal, "database column '" + std::string(name ? name : "?") +
                                              "' " + std::string(why));
}

Status Row::done() {
    if (!failure_ && column_ < PQnfields(result_)) {
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
