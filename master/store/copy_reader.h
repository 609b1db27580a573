// Reads the bytes of COPY … (FORMAT binary) whose columns are all text.
//
//   header ("PGCOPY\\n…", flags, length of what follows) ──► rows ──► -1
//   row: number of columns, 16 bits; each a length, 32 bits (-1: NULL), and so many bytes
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "master/store/statement.h"

namespace foyer::master {

class CopyReader {
public:
    // Borrows the names of the columns.
    explicit CopyReader(const std::vector<std::string>& columns) : row_{{}, columns} {}

    // The next bytes; PostgreSQL sends whole rows at a time. Internal: they are not such a copy.
    Status read(std::string_view bytes, const std::function<Status(Row row)>& each);

private:
    CopiedRow row_;
    bool begun_ = false;
    bool ended_ = false;
};

}  // namespace foyer::master
