// Brings a database to the schema of this program: schemas/sql/NNNN_verb_noun.sql, forward only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "master/store/connection.h"

namespace foyer::master {

// One file of schemas/sql, carried inside the program.
struct Migration {
    int number = 0;
    std::string_view name;      // "0001_create_catalogue.sql"
    std::string_view checksum;  // SHA-256 of the file, hex
    std::string_view sql;
};

// In order, numbered 1, 2, 3…
const std::vector<Migration>& migrations();

// Applies what is missing, each in its own transaction, under an advisory lock: several masters may
// start together. FailedPrecondition, and nothing changed: the database is of a newer program, or
// was migrated with other files.
Result<int> migrate(Connection& connection, const std::vector<Migration>& wanted = migrations());

}  // namespace foyer::master
