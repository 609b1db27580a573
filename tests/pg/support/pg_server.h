// A private PostgreSQL of this test program (made once, fsync off) and a fresh database for each
// test.
//
// Without PostgreSQL's programs the test program ends with status 77 and says so.
#pragma once

#include <memory>
#include <string>

#include "common/base/time.h"
#include "master/store/connection.h"
#include "master/store/pg_store.h"

namespace foyer::test {

// A database of its own, cloned from one that is migrated (or from an empty one), as libpq names
// it.
std::string new_database();
std::string new_empty_database();

SystemClock& system_clock();
master::StoreOptions store_options(const std::string& conninfo);
std::unique_ptr<master::PgStore> open_store(const std::string& conninfo);
std::unique_ptr<master::Connection> open_connection(const std::string& conninfo);

// One text of SQL; "" when it was accepted, else the constraint's name, or the message where none
// broke.
std::string refusal(master::Connection& connection, const std::string& sql);
// A statement made in passing; it lives until the test program ends, as statements must.
const master::Statement& passing_statement(const std::string& sql);
// The single text a query gives.
std::string ask(master::Connection& connection, const std::string& sql);

// Folders of test clusters: the system user of PostgreSQL must get in.
std::string open_folder(const std::string& folder);
// Ends this test program with status 77 unless PostgreSQL's programs are here.
void need_postgres();
// When this program dies, by whatever, whoever serves from `folder` (a cluster's) dies too.
void end_with_us(const std::string& folder);

}  // namespace foyer::test
