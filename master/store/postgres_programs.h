// Where PostgreSQL's own programs are (Debian: /usr/lib/postgresql/<major>/bin).
#pragma once

#include <string>

#include "common/base/result.h"

namespace foyer::master {

struct PostgresPrograms {
    std::string folder;  // holds initdb and postgres
    int major = 0;
};

// `major` 0: the newest there is. NotFound: which package brings it.
Result<PostgresPrograms> find_postgres(int major = 0);

}  // namespace foyer::master
