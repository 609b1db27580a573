// What group commit is worth: decisions a second in batches of 1, 10, 100 and 500, with fsync on.
//
//     commit_bench [DECISIONS]     prints one line a batch size; ratios are to batches of one
#include <chrono>
#include <iostream>
#include <sys/stat.h>

#include "common/base/text.h"
#include "master/store/dev_cluster.h"
#include "master/store/pg_store.h"
#include "tests/pg/support/sample.h"
#include "tests/support/temp_folder.h"

namespace foyer::test {

namespace {

constexpr std::uint64_t boxes = 300;  // a box then holds some dozens of copies, as a home does

std::string box(std::uint64_t number) { return "home-box-" + std::to_string(number % boxes); }

// Homes for the copies, each third of them on another ISP.
master::Entry homes() {
    master::Entry made{Revision(2), {}};
    for (std::uint64_t i = 0; i < boxes; ++i) {
        const std::string site = "street-" + std::to_string(i);
        made.changes.push_back(master::Put<master::Site>{
            {SiteId(site), IspId("isp-" + std::to_string(i % 3 + 1)), CountryCode("FR"),
             HostId("host-1"), HostClass::Vetted, WallTime{1}, Revision(2)}});
        made.changes.push_back(
            master::Put<master::Node>{sample_node(static_cast<int>(i) + 10, box(i), site)});
    }
    return made;
}

// A decision like an order: seven rows, constraints and all.
master::Entry decision(std::uint64_t revision) {
    const std::string name = "firm-" + std::to_string(revision);
    master::Entry made = entry(revision, sample_instance(name));
    for (int i = 0; i < 3; ++i) {
        master::Replica copy =
            sample_replica(name, i, box(revision * 3 + static_cast<std::uint64_t>(i)),
                           static_cast<int>(revision) + 100);
        copy.reserved = {};
        made.changes.push_back(master::Put<master::Replica>{copy});
    }
    master::Operation operation;
    operation.id = OperationId("op-" + std::to_string(revision));
    operation.instance = InstanceName(name);
    operation.owner = AccountId("carl");
    made.changes.push_back(master::Put<master::Operation>{operation});
    const auto sequence = static_cast<std::int64_t>(revision);
    made.changes.push_back(master::Put<master::Event>{
        {sequence, Revision(revision), WallTime{1}, "ordered", name, "text"}});
    made.changes.push_back(master::Put<master::RequestRecord>{
        {AccountId("carl"), RequestId("r-" + std::to_string(revision)), "hash", "reply",
         WallTime{1}, Revision(revision)}});
    return made;
}

Status measure(master::PgStore& store, std::uint64_t decisions) {
    std::uint64_t revision = 2;
    double alone = 0;
    std::cout << "batch  decisions/s  ratio  ms/batch\n";
    for (const std::uint64_t size : {1U, 10U, 100U, 500U}) {
        const std::uint64_t batches =
            std::max<std::uint64_t>(4, decisions / size / (size == 1 ? 4 : 1));
        const auto begin = std::chrono::steady_clock::now();
        for (std::uint64_t i = 0; i < batches; ++i) {
            std::vector<master::Entry> batch;
            for (std::uint64_t k = 0; k < size; ++k) batch.push_back(decision(++revision));
            TRY(store.commit(batch));
        }
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        const double rate = static_cast<double>(batches * size) / seconds;
        if (size == 1) alone = rate;
        std::cout << size << "  " << static_cast<int>(rate) << "  " << rate / alone << "  "
                  << seconds * 1000 / static_cast<double>(batches) << '\n';
    }
    return ok_status();
}

Status bench(std::uint64_t decisions) {
    const TempFolder folder;
    ::chmod(folder.path().c_str(), 0755);
    SystemClock clock;
    SystemRng rng;
    const auto cluster =
        TRY(master::DevCluster::start({.folder = folder.path() + "/postgres"}, clock, {}));
    master::PgStore store({.conninfo = cluster->conninfo()}, clock, rng);
    TRY(store.load({}));
    TRY(store.commit({{Revision(1), sample_world()}, homes()}));
    return measure(store, decisions);
}

}  // namespace

}  // namespace foyer::test

int main(int argc, char** argv) {
    const auto decisions = foyer::parse_int(argc > 1 ? argv[1] : "2000").value_or(2000);
    const foyer::Status done = foyer::test::bench(static_cast<std::uint64_t>(decisions));
    if (!done.ok()) std::cerr << done.failure().message << '\n';
    return done.ok() ? 0 : 1;
}
