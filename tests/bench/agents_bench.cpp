// Thousands of agents in one process, each with its own key, certificate, connection and held Sync,
// against a real master. Driven by agents_bench.py through standard input and output:
//
//     agents_bench DATA_DIR ADDRESS COUNT
//     ◄── {"keys": "FILE"}             name and key fingerprint of each agent, to be written to the
//     database ──► connect N                    the first N agents dial, at most some hundred at a
//     time ──► stats          ◄── {"holding": …, "answers": …, "failures": …} ◄── {"node": …,
//     "at_us": …}      an assignment of that agent changed (wall clock) end of input: it ends
//
// Keys are signed with the CA in the master's own data folder. Channels are made as node-agent
// makes them; reports repeat what the database says already, so that a steady cloud writes nothing.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <functional>
#include <grpcpp/grpcpp.h>
#include <iostream>
#include <mutex>
#include <queue>
#include <set>
#include <sstream>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

#include "common/base/random.h"
#include "common/base/text.h"
#include "foyer/agent/v1/agent.grpc.pb.h"
#include "master/app/certificate_authority.h"
#include "node-agent/domain/backoff.h"
#include "node-agent/link/channel.h"
#include "tests/bench/support/world.h"

namespace foyer::bench {

namespace {

namespace v1 = foyer::agent::v1;
using Steady = std::chrono::steady_clock;

// Things to be done later, on one thread.
class Alarms {
public:
    Alarms() : thread_([this](const std::stop_token& stop) { run(stop); }) {}
    void in(std::chrono::milliseconds delay, std::function<void()> work) {
        const std::scoped_lock lock(mutex_);
        waiting_.emplace(Steady::now() + delay, std::move(work));
        changed_.notify_one();
    }

private:
    void run(const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        while (!stop.stop_requested()) {
            const auto first = waiting_.begin();
            if (first == waiting_.end() || first->first > Steady::now()) {
                const auto until = first == waiting_.end() ? Steady::now() + std::chrono::seconds(1)
                                                           : first->first;
                changed_.wait_until(lock, stop, until, [&] {
                    return !waiting_.empty() && waiting_.begin()->first < until;
                });
                continue;
            }
            const std::function<void()> work = std::move(first->second);
            waiting_.erase(first);
            lock.unlock();
            work();
            lock.lock();
        }
    }
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::multimap<Steady::time_point, std::function<void()>> waiting_;
    std::jthread thread_;
};

struct Shared {
    Alarms& alarms;
    std::string address;
    std::string ca_pem;
    std::atomic<std::int64_t> holding = 0;  // calls that may be held: not the asked-at-once ones
    std::atomic<std::int64_t> answers = 0;
    std::atomic<std::int64_t> failures = 0;
    std::atomic<std::int64_t> greeted = 0;  // agents that were answered at least once
    std::mutex out;
};

class Agent {
public:
    Agent(Shared& shared, NodeId name, std::string key_pem, std::string certificate_pem)
        : shared_(shared),
          name_(std::move(name)),
          key_pem_(std::move(key_pem)),
          certificate_pem_(std::move(certificate_pem)) {}

    void call() {
        if (!channel_) {
            channel_ = agent::make_channel(shared_.address,
                                           {shared_.ca_pem, key_pem_, certificate_pem_}, 4 << 20);
            stub_ = v1::AgentService::NewStub(channel_);
        }
        context_ = std::make_unique<grpc::ClientContext>();
        context_->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(120));
        request_.set_clock_unix_ms(std::chrono::duration_cast<std::chrono::milliseconds>(
                                       std::chrono::system_clock::now().time_since_epoch())
                                       .count());
        if (!request_.observations_full() && greeted_) ++shared_.holding, holds_ = true;
        stub_->async()->Sync(context_.get(), &request_, &response_,
                             [this](const grpc::Status& status) { answered(status); });
    }

private:
    void answered(const grpc::Status& status) {
        if (holds_) --shared_.holding, holds_ = false;
        if (!status.ok()) {
            ++shared_.failures;
            if (++failures_ == 3 && status.error_code() != grpc::StatusCode::UNAVAILABLE) {
                const std::scoped_lock lock(shared_.out);
                std::cerr << name_ << ": " << status.error_message() << '\n';
            }
            // As node-agent: a line that failed is hung up.
            stub_.reset();
            channel_.reset();
            static SystemRng rng;
            const Duration wait = agent::backoff_wait({Duration(500), Duration(30'000)},
                                                      std::min(failures_, 30), rng);
            shared_.alarms.in(std::chrono::milliseconds(wait.count()), [this] { call(); });
            return;
        }
        failures_ = 0;
        ++shared_.answers;
        if (!greeted_) {
            greeted_ = true;
            ++shared_.greeted;
            shared_.greeted.notify_all();
        }
        take_in();
        shared_.alarms.in(std::chrono::milliseconds(response_.next_delay_ms()), [this] { call(); });
    }

    void take_in() {
        const bool changed = response_.base_revision() > 0 && response_.assignments_size() > 0;
        for (const v1::Assignment& assignment : response_.assignments())
            held_[assignment.partition()] = assignment;
        if (changed) {
            const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
                std::chrono::system_clock::now().time_since_epoch());
            const std::scoped_lock lock(shared_.out);
            std::cout << R"({"node": ")" << name_ << R"(", "at_us": )" << now.count() << "}"
                      << std::endl;
        }
        request_.set_applied_lineage(response_.lineage());
        request_.set_applied_revision(response_.revision());
        request_.clear_observations();
        request_.set_observations_full(response_.observations_wanted());
        request_.set_observation_number(response_.observations_wanted() ? ++number_ : 0);
        if (response_.observations_wanted()) {
            for (const auto& [partition, assignment] : held_) observe(assignment);
        }
        response_.Clear();  // small again
    }

    // As tests/bench/seed.sql has it.
    void observe(const v1::Assignment& assignment) {
        v1::Observation& seen = *request_.add_observations();
        seen.set_partition(assignment.partition());
        seen.set_generation(assignment.generation());
        seen.set_epoch(assignment.epoch());
        seen.set_role(assignment.role());
        seen.set_phase(v1::PARTITION_PHASE_RUNNING);
        seen.set_ready(true);
        seen.set_initialized(true);
        const bool leads = assignment.index() == 0;
        seen.mutable_position()->set_epoch(1);
        seen.mutable_position()->set_flushed_bytes(123'456'789);
        seen.mutable_position()->set_receiving(!leads);
        for (const char* name : {"r1g1", "r2g1"}) {
            if (!leads) break;
            v1::Follower& follower = *seen.add_followers();
            follower.set_name(name);
            follower.set_state("streaming");
            follower.set_sync_state("quorum");
        }
    }

    Shared& shared_;
    NodeId name_;
    std::string key_pem_;
    std::string certificate_pem_;
    std::shared_ptr<grpc::Channel> channel_;
    std::unique_ptr<v1::AgentService::Stub> stub_;
    std::unique_ptr<grpc::ClientContext> context_;
    v1::SyncRequest request_;
    v1::SyncResponse response_;
    std::map<std::string, v1::Assignment> held_;
    std::uint64_t number_ = 0;
    int failures_ = 0;
    bool greeted_ = false;
    bool holds_ = false;
};

Result<std::vector<std::unique_ptr<Agent>>> make_agents(Shared& shared, const std::string& data_dir,
                                                        int count) {
    SystemClock clock;
    SystemRng rng;
    const auto authority =
        TRY(master::CertificateAuthority::open(data_dir + "/ca", {}, clock.wall(), rng));
    shared.ca_pem = authority.certificate_pem();
    std::vector<std::unique_ptr<Agent>> agents;
    std::ofstream keys(data_dir + "/bench-keys.csv");
    for (int i = 0; i < count; ++i) {
        const NodeId name = node_name(i);
        const Secret<std::string> key = TRY(tls::make_key());
        const std::string request = TRY(tls::make_request(key, name.str()));
        const std::string certificate = TRY(
            authority.sign_node(name, request, clock.wall(), authority.node_expiry(clock.wall())));
        const tls::RequestFacts facts = TRY(tls::read_request(request));
        keys << name << ',' << facts.key_fingerprint << '\n';
        agents.push_back(std::make_unique<Agent>(shared, name, key.reveal(), certificate));
    }
    keys.close();
    std::cout << R"({"keys": ")" << data_dir << R"(/bench-keys.csv"})" << std::endl;
    return agents;
}

// A cloud that is switched on for the first time: not all in one moment.
void connect(Shared& shared, std::vector<std::unique_ptr<Agent>>& agents, std::size_t from,
             std::size_t to) {
    constexpr std::int64_t at_once = 200;
    for (std::size_t i = from; i < to; ++i) {
        for (std::int64_t greeted = shared.greeted;
             static_cast<std::int64_t>(i) - greeted >= at_once; greeted = shared.greeted)
            shared.greeted.wait(greeted);
        agents[i]->call();
    }
}

int serve(Shared& shared, std::vector<std::unique_ptr<Agent>>& agents) {
    std::size_t connected = 0;
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string verb;
        std::size_t count = 0;
        words >> verb >> count;
        if (verb == "connect") {
            const std::size_t to = std::min(count, agents.size());
            connect(shared, agents, connected, to);
            connected = std::max(connected, to);
        }
        const std::scoped_lock lock(shared.out);
        std::cout << R"({"holding": )" << shared.holding << R"(, "answers": )" << shared.answers
                  << R"(, "failures": )" << shared.failures << "}" << std::endl;
    }
    std::cout.flush();
    ::_exit(0);  // thousands of calls are held: nobody waits for them
}

}  // namespace

}  // namespace foyer::bench

int main(int argc, char** argv) {
    using namespace foyer::bench;
    if (argc != 4) {
        std::cerr << "usage: agents_bench DATA_DIR ADDRESS COUNT\n";
        return 2;
    }
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    Alarms alarms;
    Shared shared{.alarms = alarms, .address = argv[2]};
    auto agents =
        make_agents(shared, argv[1], static_cast<int>(foyer::parse_int(argv[3]).value_or(0)));
    if (!agents.ok()) {
        std::cerr << "agents_bench: " << agents.failure().message << '\n';
        return 1;
    }
    return serve(shared, agents.value());
}
