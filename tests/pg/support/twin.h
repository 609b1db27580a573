// A store and what memory makes of the same changes.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "master/store/pg_store.h"
#include "tests/pg/support/pg_server.h"
#include "tests/support/catch.h"

namespace foyer::test {

// Commits to the database and applies to memory, then compares what a load gives.
class Twin {
public:
    Twin() : database(new_database()), store(open_store(database)), state(load()) {}

    master::State load() {
        Result<master::State> loaded = store->load({});
        if (!loaded.ok()) FAIL(loaded.failure().message);
        return std::move(loaded).value();
    }
    Status commit(const std::vector<master::Entry>& batch) {
        Status done = store->commit(batch);
        if (!done.ok()) return done;
        for (const master::Entry& one : batch) state.apply(one.changes, one.revision);
        return done;
    }
    void must_commit(const std::vector<master::Entry>& batch) {
        const Status done = commit(batch);
        if (!done.ok()) FAIL(done.failure().message);
    }

    std::string database;
    std::unique_ptr<master::PgStore> store;
    master::State state;
};

}  // namespace foyer::test
