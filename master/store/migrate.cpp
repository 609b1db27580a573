#include "master/store/migrate.h"

namespace foyer::master {

namespace {

const Statement lock{"lock_migrations", "SELECT pg_advisory_lock(7075241118)::text"};
const Statement unlock{"unlock_migrations", "SELECT pg_advisory_unlock(7075241118)"};
const Statement list{"list_migrations",
                     "SELECT number, name, checksum FROM schema_migrations ORDER BY number"};
const Statement begin{"begin_migration", "BEGIN"};
const Statement commit{"commit_migration", "COMMIT"};
const Statement rollback{"rollback_migration", "ROLLBACK"};
const Statement record{
    "record_migration",
    "INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3)"};
constexpr const char* make_list =
    "CREATE TABLE IF NOT EXISTS schema_migrations (number integer PRIMARY KEY, name text NOT NULL,"
    " checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())";

Error refused(std::string why) {
    return error(ErrorCode::FailedPrecondition, std::move(why), {{"rule", "schema"}});
}

// How many of `wanted` are there; what is there must be exactly the first ones.
Result<std::size_t> applied(Connection& connection, const std::vector<Migration>& wanted) {
    const Rows rows = TRY(connection.run({&list}));
    for (int i = 0; i < rows.size(); ++i) {
        int number = 0;
        std::string name, checksum;
        TRY(rows.at(i).into(number, name, checksum));
        if (static_cast<std::size_t>(i) >= wanted.size()) {
            return refused("the database is of a newer foyer-master (it has migration '" + name +
                           "', unknown here); start that version");
        }
        const Migration& own = wanted[static_cast<std::size_t>(i)];
        if (number != own.number || name != own.name || checksum != own.checksum) {
            return refused("migration '" + name + "' of the database differs from '" +
                           std::string(own.name) +
                           "' of this program; restore the file it was made with");
        }
    }
    return static_cast<std::size_t>(rows.size());
}

Status apply(Connection& connection, const Migration& migration) {
    TRY(connection.run({&begin}));
    Status done = connection.script(std::string(migration.sql));
    if (done.ok()) {
        const Answers answers = connection.run_all(
            {{&record, Params().add(migration.number, std::string(migration.name),
                                    std::string(migration.checksum))},
             {&commit}});
        if (answers.failure) done = *answers.failure;
    }
    if (done.ok()) return done;
    if (!connection.broken())
        discard(connection.run({&rollback}), "the failure itself is returned");
    return in_context("migration '" + std::string(migration.name) + "'", done.failure());
}

Result<int> migrate_locked(Connection& connection, const std::vector<Migration>& wanted) {
    TRY(connection.script(make_list));
    int made = 0;
    for (std::size_t next = TRY(applied(connection, wanted)); next < wanted.size();
         ++next, ++made) {
        TRY(apply(connection, wanted[next]));
    }
    return made;
}

}  // namespace

Result<int> migrate(Connection& connection, const std::vector<Migration>& wanted) {
    TRY(connection.run({&lock}));
    Result<int> made = migrate_locked(connection, wanted);
    connection.take_warning();
    if (!connection.broken()) TRY(connection.run({&unlock}));
    return made;
}

}  // namespace foyer::master
