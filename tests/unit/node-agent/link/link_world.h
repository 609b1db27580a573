// A real agent on a box in memory against a master in this process, over real mTLS.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "node-agent/link/enrol.h"
#include "node-agent/link/sync_loop.h"
#include "tests/support/assignments.h"
#include "tests/support/catch.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_box.h"
#include "tests/support/fake_master.h"
#include "tests/support/temp_folder.h"

namespace foyer::agent {

struct LinkWorld {
    test::FakeMaster master;
    test::TempFolder disk;
    test::FakeBox box;
    test::MemoryJournal journal;
    SystemClock clock;
    SystemRng rng;
    CapturingSink sink;
    Log log{sink, clock};
    IdentityFolder folder{disk.path() + "/identity"};
    std::unique_ptr<MasterClient> client;
    std::unique_ptr<Agent> agent;
    std::unique_ptr<Renewal> renewal;
    std::unique_ptr<Departure> departure;
    std::unique_ptr<SyncLoop> link;
    mutable std::mutex served_mutex;
    std::vector<ServingCertificate> served;  // as handed on to the proxy
    std::size_t refused = 0;                 // which of them it does not take: 1 is the first

    ~LinkWorld() { halt(); }
    void halt() {
        link.reset();
        agent.reset();
    }
    void enrolled(Duration certificate_life = Duration(90) * 24 * 3'600'000) {
        master.certificates_live(certificate_life);
        REQUIRE(enrol({.token = master.token("lille-1"),
                       .capacity = {Millicores(1), {}, {}, {}},
                       .agent_version = "t"},
                      folder, clock, rng)
                    .ok());
    }
    void boot(Duration pace = Duration(50), Duration deadline_margin = Duration(10'000)) {
        halt();
        const Identity identity = folder.load().value();
        client = std::make_unique<MasterClient>(identity, ClientRules{});
        AgentRules rules;
        rules.worker.backoff = {Duration(5), Duration(40)};
        rules.worker.look_period = Duration(20);
        rules.version = "0.1-test";
        rules.worker.unready_probe_period = Duration(10);
        const AgentPorts ports{box,     box,   box, box, box, test::fake_release,
                               journal, clock, rng, log};
        agent = std::make_unique<Agent>(ports, rules, journal.recovered());
        renewal = std::make_unique<Renewal>(
            folder, identity, *client, clock, log, [this](const ServingCertificate& serving) {
                const std::scoped_lock lock(served_mutex);
                served.push_back(serving);
                return served.size() == refused
                           ? Status(error(ErrorCode::Unavailable, "proxy hangs"))
                           : ok_status();
            });
        agent->on_news([this] {
            if (link) link->poke();
        });
        REQUIRE(agent->start().ok());
        SyncRules sync;
        sync.backoff = {Duration(20), Duration(100)};
        sync.refused_backoff = {Duration(20), Duration(100)};
        sync.coalesce = std::min(Duration(20), pace);
        sync.pace = pace;
        sync.deadline_margin = deadline_margin;
        departure = std::make_unique<Departure>(receipt_file(), folder, *client, log);
        link = std::make_unique<SyncLoop>(*agent, *client, *renewal, *departure, clock, rng, log,
                                          sync, [](const std::vector<Errand>&) {});
    }
    std::string receipt_file() const { return receipt_file_of(disk.path()); }
    void leave() {
        REQUIRE(agent->obey_host({HostWish::Leaving, std::nullopt}).ok());
        link->poke();
    }
    std::vector<ServingCertificate> handed_on() const {
        const std::scoped_lock lock(served_mutex);
        return served;
    }
    // The newest observation of a partition that reached the master.
    std::optional<PartitionObservation> heard(const std::string& partition) const {
        std::optional<PartitionObservation> newest;
        for (const SyncReport& report : master.reports()) {
            for (const auto& seen : report.observations) {
                if (seen.partition.str() == partition) newest = seen;
            }
        }
        return newest;
    }
    bool hears_running(const std::string& partition) const {
        const auto seen = heard(partition);
        return seen && seen->phase == PartitionPhase::Running && seen->position;
    }
};

}  // namespace foyer::agent
