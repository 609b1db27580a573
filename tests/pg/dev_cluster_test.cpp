// The private cluster of --dev: made once, adopted after its master was killed, raised again when
// it dies.
#include "master/store/dev_cluster.h"

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <sys/stat.h>
#include <unistd.h>

#include "common/os/atomic_file.h"
#include "common/os/child_process.h"
#include "common/os/files.h"
#include "tests/pg/support/pg_server.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

namespace foyer::test {

namespace {

using master::DevCluster;

// What the cluster says of itself; a test waits for a word of it.
class Notes {
public:
    DevCluster::Note note() {
        return [this](std::string_view event, std::string_view) {
            const std::scoped_lock lock(mutex_);
            heard_.emplace_back(event);
            heard_more_.notify_all();
        };
    }
    bool wait_for(const std::string& event, std::size_t times) {
        std::unique_lock lock(mutex_);
        return heard_more_.wait_for(lock, std::chrono::seconds(60), [&] {
            return std::count(heard_.begin(), heard_.end(), event) >= static_cast<long>(times);
        });
    }

private:
    std::mutex mutex_;
    std::condition_variable heard_more_;
    std::vector<std::string> heard_;
};

std::unique_ptr<DevCluster> must_start(const std::string& folder, Notes& notes) {
    auto started =
        DevCluster::start({.folder = folder, .fsync = false}, system_clock(), notes.note());
    if (!started.ok()) FAIL(started.failure().message);
    return std::move(started).value();
}

std::string fresh_folder(const TempFolder& temp) {
    need_postgres();
    const std::string folder = open_folder(temp.path()) + "/postgres";
    end_with_us(folder);
    return folder;
}

}  // namespace

TEST_CASE("a cluster is made, stopped in order and started again with what it held") {
    const TempFolder temp;
    const std::string folder = fresh_folder(temp);
    Notes notes;
    {
        const auto cluster = must_start(folder, notes);
        CHECK(!cluster->adopted());
        const auto store = open_store(cluster->conninfo());
        REQUIRE(store->load({}).ok());
        struct stat seen{};
        REQUIRE(::stat(folder.c_str(), &seen) == 0);
        CHECK((seen.st_mode & 0777U) == 0700U);
        CHECK((::geteuid() == 0) == (seen.st_uid != ::geteuid()));
        const os::ProcessId process = cluster->process();
        REQUIRE(cluster->stop().ok());
        CHECK(!os::is_alive(process));
        CHECK(!os::exists(folder + "/postmaster.pid"));
    }
    const auto cluster = must_start(folder, notes);
    const auto connection = open_connection(cluster->conninfo());
    CHECK(ask(*connection, "SELECT count(*)::text FROM lineage") == "1");
}

TEST_CASE("fsync is on unless a test says otherwise, and no port is open") {
    const TempFolder temp;
    const std::string folder = fresh_folder(temp);
    auto started = DevCluster::start({.folder = folder}, system_clock(), {});
    REQUIRE(started.ok());
    const auto connection = open_connection(started.value()->conninfo());
    CHECK(ask(*connection, "SHOW fsync") == "on");
    CHECK(ask(*connection, "SHOW synchronous_commit") == "on");
    CHECK(ask(*connection, "SHOW listen_addresses") == "");
    CHECK(ask(*connection, "SHOW server_encoding") == "UTF8");
    CHECK(ask(*connection,
              "SELECT datcollate::text FROM pg_database WHERE datname = current_database()") ==
          "C.UTF-8");
}

TEST_CASE("a lock file that a power cut left empty does not stop the next start") {
    const TempFolder temp;
    const std::string folder = fresh_folder(temp);
    Notes notes;
    REQUIRE(must_start(folder, notes)->stop().ok());
    REQUIRE(os::write_atomically(folder + "/postmaster.pid", "").ok());
    CHECK(!must_start(folder, notes)->adopted());
}

TEST_CASE("a server that dies is raised again") {
    const TempFolder temp;
    Notes notes;
    const auto cluster = must_start(fresh_folder(temp), notes);
    const auto store = open_store(cluster->conninfo());
    REQUIRE(store->load({}).ok());
    REQUIRE(os::signal_process(cluster->process(), SIGKILL).ok());
    CHECK(notes.wait_for("postgres_started", 2));
    Result<master::State> back = store->load({});
    if (!back.ok()) back = store->load({});  // the first may still find the dead connection
    CHECK(back.ok());
}

TEST_CASE("a server whose master was killed goes on and is adopted") {
    const TempFolder temp;
    const std::string folder = fresh_folder(temp);
    const std::string ready = temp.path() + "/ready";
    const std::string holder =
        os::parent_of(os::find_program("dev_cluster_holder").value_or("")) + "/dev_cluster_holder";
    const auto killed = os::spawn_detached(
        {.argv = {holder, folder, ready}, .log_file = temp.path() + "/holder.log"});
    REQUIRE(killed.ok());
    // It ends by itself only when something is wrong.
    while (!os::exists(ready) && os::is_alive(killed.value())) {
        discard(os::wait_gone(killed.value(), Duration(50)), "waiting is the point");
    }
    if (!os::exists(ready)) FAIL(os::read_file(temp.path() + "/holder.log").value_or("no log"));
    REQUIRE(os::signal_process(killed.value(), SIGKILL).ok());
    REQUIRE(os::wait_gone(killed.value(), Duration(10'000)).ok());
    REQUIRE(open_store(os::read_file(ready).value())->load({}).ok());

    Notes notes;
    const auto cluster = must_start(folder, notes);
    CHECK(cluster->adopted());
    CHECK(open_store(cluster->conninfo())->load({}).ok());
    // An adopted one is watched and stopped like one's own.
    REQUIRE(os::signal_process(cluster->process(), SIGKILL).ok());
    CHECK(notes.wait_for("postgres_started", 1));
    const os::ProcessId process = cluster->process();
    REQUIRE(cluster->stop().ok());
    CHECK(!os::is_alive(process));
}

TEST_CASE("a deep folder gets a short socket") {
    const TempFolder temp;
    fresh_folder(temp);
    const std::string deep = temp.path() + "/" + std::string(60, 'd') + "/" + std::string(60, 'e');
    REQUIRE(os::make_dirs(deep, 0755).ok());
    Notes notes;
    end_with_us(deep + "/postgres");
    std::string socket_folder;
    {
        const auto cluster = must_start(deep + "/postgres", notes);
        CHECK(open_store(cluster->conninfo())->load({}).ok());
        socket_folder = cluster->conninfo().substr(6, cluster->conninfo().find('\'', 6) - 6);
        CHECK(socket_folder.size() < 80);
    }
    CHECK(os::remove_tree(socket_folder).ok());
}

TEST_CASE("a folder that is something else is refused and left alone") {
    need_postgres();
    const TempFolder temp;
    open_folder(temp.path());
    REQUIRE(os::make_dirs(temp.path() + "/postgres/photos", 0755).ok());
    const auto refused =
        DevCluster::start({.folder = temp.path() + "/postgres"}, system_clock(), {});
    REQUIRE(!refused.ok());
    CHECK(refused.failure().code == ErrorCode::FailedPrecondition);
    CHECK(os::exists(temp.path() + "/postgres/photos"));
}

TEST_CASE("a folder the system user cannot reach is refused with what to do") {
    need_postgres();
    if (::geteuid() != 0) return;  // everybody reaches his own folders
    const TempFolder temp;         // 0700
    const auto refused =
        DevCluster::start({.folder = temp.path() + "/data/postgres"}, system_clock(), {});
    REQUIRE(!refused.ok());
    CHECK_THAT(refused.failure().message, Catch::Contains("chmod o+x"));
}

TEST_CASE("a missing program names its package") {
    const auto missing = master::find_postgres(7);
    REQUIRE(!missing.ok());
    CHECK(missing.failure().code == ErrorCode::NotFound);
    CHECK_THAT(missing.failure().message, Catch::Contains("postgresql-7"));
}

}  // namespace foyer::test
