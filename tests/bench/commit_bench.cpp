// How many copies a second can be promised: placed, committed with fsync on, published, answered.
//
//     commit_bench [ORDERS [NODES]] [--json FILE]
//
// Two tables, the database's own durability settings above them: the store alone in batches of
// growing size (ratio to batches of one), the planner whole (ratio to the store alone).
#include <chrono>
#include <ctime>
#include <fstream>
#include <future>
#include <iostream>
#include <memory>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/text.h"
#include "master/app/planner.h"
#include "master/store/dev_cluster.h"
#include "master/store/pg_store.h"
#include "tests/bench/support/report.h"
#include "tests/bench/support/world.h"
#include "tests/pg/support/pg_server.h"
#include "tests/support/temp_folder.h"

namespace foyer::bench {

namespace {

using Steady = std::chrono::steady_clock;
double since(Steady::time_point begin) {
    return std::chrono::duration<double>(Steady::now() - begin).count();
}
double own_cpu() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

const master::Statement durability{
    "durability",
    "SELECT current_setting('fsync'), current_setting('synchronous_commit'),"
    " current_setting('shared_buffers')"};
const master::Statement backends{
    "backends",
    "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> "
    "pg_backend_pid()"};

// CPU seconds of PostgreSQL's processes that serve us: what the machine does besides is not in it.
double database_cpu(master::Connection& connection) {
    const auto found = connection.run({&backends});
    double ticks = 0;
    for (int i = 0; found.ok() && i < found.value().size(); ++i) {
        int pid = 0;
        if (!found.value().at(i).into(pid).ok()) continue;
        std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        std::istringstream fields(text.substr(std::min(text.rfind(')'), text.size())));
        std::string word;
        for (int field = 2; fields >> word; ++field) {
            if (field == 14 || field == 15)
                ticks += static_cast<double>(parse_int(word).value_or(0));
        }
    }
    return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

// Decides orders on a state of its own, as the planner would: entries whose cost was paid before.
std::vector<master::Entry> decide_ahead(master::State& state, int first, int count) {
    std::vector<master::Entry> entries;
    for (int i = first; i < first + count; ++i) {
        auto decision = master::decide(state, order(i), WallTime{1'772'368'300'000});
        CHECK(decision.ok());
        master::Entry entry{state.revision().next(), std::move(decision.value().changes)};
        entry.changes.emplace_back(
            master::Put<master::RequestRecord>{{AccountId("carl"),
                                                RequestId("r-" + std::to_string(i)),
                                                std::string(64, 'h'),
                                                {},
                                                std::string(300, 'y'),
                                                WallTime{1},
                                                entry.revision}});
        state.apply(entry.changes, entry.revision);
        entries.push_back(std::move(entry));
    }
    return entries;
}

// `state` is the loaded one; orders are numbered from `first`.
Status measure_store(Report& report, master::PgStore& store, master::Connection& connection,
                     master::State state, int orders) {
    double alone = 0;
    int next = 0;
    report.row({"store: batch", "orders/s", "replicas/s", "ratio", "ms/commit", "commits/s",
                "database cpu us/order"});
    for (const int size : {1, 10, 100, 500}) {
        const int batches = std::max(4, orders / size / (size == 1 ? 10 : size == 10 ? 3 : 1));
        std::vector<std::vector<master::Entry>> decided;
        for (int i = 0; i < batches; ++i, next += size)
            decided.push_back(decide_ahead(state, next, size));
        const double cpu = database_cpu(connection);
        const auto begin = Steady::now();
        for (const auto& batch : decided) TRY(store.commit(batch));
        const double seconds = since(begin);
        const double spent = database_cpu(connection) - cpu;
        const double rate = batches * size / seconds;
        if (size == 1) alone = rate;
        report.row({std::to_string(size), fixed(rate, 0), fixed(rate * copies, 0),
                    fixed(rate / alone), fixed(seconds * 1000 / batches), fixed(batches / seconds),
                    fixed(spent * 1e6 / (batches * size), 0)});
        if (size == 500) report.metric("commit.store_replicas_per_s", rate * copies);
    }
    report.end_table();
    return ok_status();
}

struct Run {
    double seconds = 0;
    double cpu = 0;
    int refused = 0;
    std::uint64_t commits = 0;
};

Run run_orders(master::Planner& planner, int first, int count) {
    Run run;
    std::atomic<int> left = count;
    std::atomic<int> refused = 0;
    std::promise<void> done;
    const std::uint64_t commits_before = planner.counters().commits;
    const double cpu = own_cpu();
    const auto begin = Steady::now();
    for (int i = first; i < first + count; ++i) {
        master::Write write;
        write.command = order(i);
        write.account = AccountId("carl");
        write.request_id = RequestId("p-" + std::to_string(i));
        write.body_hash = std::string(64, 'h');
        write.render = [](const master::State&, const master::Reply&) {
            return std::string(300, 'y');
        };
        planner.submit(std::move(write), [&](const Result<master::Answer>& answer) {
            if (!answer.ok() && refused++ == 0)
                std::cerr << "refused: " << answer.failure().message << '\n';
            if (--left == 0) done.set_value();
        });
    }
    done.get_future().wait();
    run.seconds = since(begin);
    run.cpu = own_cpu() - cpu;
    run.refused = refused;
    run.commits = planner.counters().commits - commits_before;
    return run;
}

Status measure_planner(Report& report, std::unique_ptr<master::PgStore> store,
                       master::Connection& connection, Clock& clock, Rng& rng, int orders) {
    std::promise<void> loaded;
    master::Planner planner({}, std::move(store), clock, rng, {},
                            [&](std::string_view event, std::string_view) {
                                if (event == "state_loaded") loaded.set_value();
                            });
    planner.start();
    loaded.get_future().wait();
    constexpr int first = 1'000'000;  // beside those of the store
    run_orders(planner, first, 500);  // statements prepared, pages read
    double best = 0;
    report.row({"planner: run", "orders/s", "replicas/s", "commits/s", "master cpu us/order",
                "database cpu us/order"});
    for (int round = 0; round < 3; ++round) {
        const double spent_before = database_cpu(connection);
        const Run run = run_orders(planner, first + 500 + round * orders, orders);
        const double spent = database_cpu(connection) - spent_before;
        if (run.refused > 0) return error(ErrorCode::Internal, "orders were refused");
        const double rate = orders / run.seconds;
        best = std::max(best, rate);
        report.row({std::to_string(round + 1), fixed(rate, 0), fixed(rate * copies, 0),
                    fixed(static_cast<double>(run.commits) / run.seconds),
                    fixed(run.cpu * 1e6 / orders, 0), fixed(spent * 1e6 / orders, 0)});
    }
    report.metric("commit.replicas_per_s", best * copies);
    report.end_table();
    return ok_status();
}

Status bench(Report& report) {
    const int orders = report.number_at(0, 2'000);
    const int nodes = report.number_at(1, 10'000);
    const test::TempFolder folder;
    ::chmod(folder.path().c_str(), 0755);
    test::end_with_us(folder.path() + "/postgres");
    SystemClock clock;
    SystemRng rng;
    const auto cluster = TRY(master::DevCluster::start(
        {.folder = folder.path() + "/postgres", .shared_buffers_mib = 128}, clock, {}));
    master::StoreOptions options;
    options.conninfo = cluster->conninfo();
    options.limits.commit_timeout = Duration(120'000);
    auto store = std::make_unique<master::PgStore>(options, clock, rng);
    TRY(store->load({}));
    TRY(store->commit({{Revision(1), world({.nodes = nodes}, Revision(1))}}));
    const auto connection = TRY(master::Connection::open(options.conninfo, {}, clock));
    std::string fsync, synchronous, buffers;
    const master::Rows asked = TRY(connection->run({&durability}));
    TRY(asked.at(0).into(fsync, synchronous, buffers));
    std::cout << "commit: " << nodes << " boxes; fsync " << fsync << ", synchronous_commit "
              << synchronous << ", shared_buffers " << buffers << "\n\n";
    master::State loaded = TRY(store->load({}));
    TRY(measure_store(report, *store, *connection, std::move(loaded), orders));
    return measure_planner(report, std::move(store), *connection, clock, rng, orders);
}

}  // namespace

}  // namespace foyer::bench

int main(int argc, char** argv) {
    foyer::bench::Report report(argc, argv);
    const foyer::Status done = foyer::bench::bench(report);
    if (!done.ok()) std::cerr << "commit_bench: " << done.failure().message << '\n';
    return done.ok() && report.write() ? 0 : 1;
}
