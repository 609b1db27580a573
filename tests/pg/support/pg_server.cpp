#include "tests/pg/support/pg_server.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <mutex>
#include <sys/stat.h>
#include <unistd.h>

#include "common/os/child_process.h"
#include "common/os/files.h"
#include "master/store/dev_cluster.h"
#include "master/store/migrate.h"
#include "tests/support/temp_folder.h"

namespace foyer::test {

namespace {

using master::Connection;
using master::DevCluster;
using master::Statement;

[[noreturn]] void give_up(const Error& why) {
    std::cerr << "test database: " << why.message << '\n';
    std::_Exit(1);
}

template <class T>
T must(Result<T> result) {
    if (!result.ok()) give_up(result.failure());
    return std::move(result).value();
}

class Server {
public:
    Server() {
        need_postgres();
        const std::string folder = open_folder(folder_.path()) + "/postgres";
        end_with_us(folder);
        cluster_ = must(DevCluster::start({.folder = folder, .database = "empty", .fsync = false},
                                          system_clock(), {}));
        script("CREATE DATABASE migrated TEMPLATE empty");
        must(master::migrate(*open_connection(cluster_->conninfo("migrated"))));
    }
    std::string clone(const std::string& from) {
        const std::string name = "test_" + std::to_string(++made_);
        script("CREATE DATABASE " + name + " TEMPLATE " + from);
        return cluster_->conninfo(name);
    }

private:
    void script(const std::string& sql) {
        must(open_connection(cluster_->conninfo("postgres"))->script(sql));
    }
    TempFolder folder_;
    std::unique_ptr<DevCluster> cluster_;
    std::atomic<int> made_ = 0;
};

Server& server() {
    static Server one;
    return one;
}

}  // namespace

SystemClock& system_clock() {
    static SystemClock clock;
    return clock;
}

void need_postgres() {
    const auto found = master::find_postgres();
    if (found.ok()) return;
    std::cout << "skipped: " << found.failure().message << '\n' << std::flush;
    std::_Exit(77);
}

std::string open_folder(const std::string& folder) {
    ::chmod(folder.c_str(), 0755);
    return folder;
}

void end_with_us(const std::string& folder) {
    const std::string script =
        "tail --pid=\"$1\" -f /dev/null; pid=$(head -1 \"$2/postmaster.pid\") && kill -QUIT "
        "\"$pid\";"
        " tail --pid=\"$pid\" -f /dev/null; rm -rf \"$2\" \"$2\".*";
    must(os::spawn_detached(
        {.argv = {"bash", "-c", script, "watch", std::to_string(::getpid()), folder},
         .log_file = "/dev/null"}));
}

std::string new_database() { return server().clone("migrated"); }
std::string new_empty_database() { return server().clone("empty"); }

master::StoreOptions store_options(const std::string& conninfo) {
    master::StoreOptions options;
    options.conninfo = conninfo;
    return options;
}

std::unique_ptr<master::PgStore> open_store(const std::string& conninfo) {
    static SystemRng rng;
    return std::make_unique<master::PgStore>(store_options(conninfo), system_clock(), rng);
}

std::unique_ptr<Connection> open_connection(const std::string& conninfo) {
    return must(Connection::open(conninfo, {}, system_clock()));
}

std::string refusal(Connection& connection, const std::string& sql) {
    const Status done = connection.script(sql);
    if (done.ok()) return "";
    for (const ErrorDetail& detail : done.failure().details) {
        if (detail.key == "constraint") return detail.value;
    }
    return done.failure().message;
}

const Statement& passing_statement(const std::string& sql) {
    static std::mutex mutex;
    static std::deque<Statement> kept;
    const std::scoped_lock lock(mutex);
    return kept.emplace_back(Statement{"test_" + std::to_string(kept.size()), sql});
}

std::string ask(Connection& connection, const std::string& sql) {
    const master::Rows rows = must(connection.run({&passing_statement(sql)}));
    std::optional<std::string> text;
    if (rows.size() == 1) must(rows.at(0).into(text));
    return text.value_or("");
}

}  // namespace foyer::test
