#include "node-agent/selftest/plan.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/base/check.h"
#include "common/base/text.h"

namespace foyer::agent {
namespace {

constexpr std::size_t targets_max = 200;
constexpr std::size_t printed_max = 200;
constexpr std::size_t of_a_kind_max = 4;  // neighbours, partitions: the first few tell

class Planner {
public:
    void tcp(const std::string& what, const std::string& address, int port) {
        connection("tcp", what, address, port);
    }
    void udp(const std::string& what, const std::string& address, int port) {
        connection("udp", what, address, port);
    }
    void add(std::string what, std::string line) {
        if (targets_.size() < targets_max) targets_.push_back({std::move(what), std::move(line)});
    }
    std::vector<Target> done() { return std::move(targets_); }

private:
    void connection(const char* kind, const std::string& what, const std::string& address,
                    int port) {
        const std::string end = std::to_string(port);
        add(what + " " + address + ", " + kind + " " + end,
            std::string(kind) + " " + address + " " + end);
    }
    std::vector<Target> targets_;
};

std::vector<std::string> first_of(const std::vector<std::string>& all) {
    return {all.begin(),
            all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), of_a_kind_max))};
}

void add_home(const HomeFacts& facts, Planner& plan) {
    for (const std::string& gateway : first_of(facts.gateways)) {
        plan.tcp("the home's gateway", gateway, 80);
        plan.tcp("the home's gateway", gateway, 443);
        plan.udp("the home's gateway", gateway, 53);
    }
    for (const std::string& resolver : first_of(facts.resolvers))
        plan.udp("the home's resolver", resolver, 53);
    for (const std::string& neighbour : first_of(facts.neighbours)) {
        plan.tcp("a device of the home", neighbour, 80);
        plan.tcp("a device of the home", neighbour, 445);
    }
    for (const std::string& own : first_of(facts.own)) plan.tcp("this machine", own, 22);
    plan.udp("devices of the home by mDNS", "224.0.0.251", 5353);
    plan.udp("devices of the home by mDNS", "ff02::fb", 5353);
    plan.udp("devices of the home by SSDP", "239.255.255.250", 1900);
    plan.udp("everybody on the home's network", "255.255.255.255", 67);
    plan.udp("everybody on the link", "ff02::1", 9);
}

void add_world(const HomeFacts& facts, Planner& plan) {
    plan.tcp("metadata of a hoster", "169.254.169.254", 80);
    plan.tcp("metadata of a hoster", "fd00:ec2::254", 80);
    plan.udp("the internet", "9.9.9.9", 53);
    plan.tcp("the internet", "2620:fe::fe", 443);
    plan.tcp("mail servers of the internet", "9.9.9.9", 25);
    for (const std::string& master : first_of(facts.masters)) {
        const std::size_t colon = master.rfind(':');
        const auto port =
            colon == std::string::npos ? std::nullopt : parse_int(master.substr(colon + 1));
        std::string host = master.substr(0, colon);
        if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
        if (port && host.find_first_not_of("0123456789abcdef.:") == std::string::npos)
            plan.tcp("the master", host, static_cast<int>(*port));
    }
    if (!facts.box_address.empty()) {
        plan.udp("the agent", facts.box_address, 7450);
        plan.tcp("the box", facts.box_address, 22);
    }
    for (const std::string& other : first_of(facts.partitions)) {
        plan.tcp("another partition", other, 8000);
        plan.tcp("another partition", other, 5432);
    }
}

void add_machine(const HomeFacts& facts, Planner& plan) {
    plan.add("the agent's socket", "socket " + facts.data_dir + "/agent.sock");
    plan.add("the box's key", "file " + facts.data_dir + "/identity/node.key");
    plan.add("the box's journal", "file " + facts.data_dir + "/state/desired.json");
    for (const std::string& volume : first_of(facts.volumes))
        plan.add("another partition's volume", "file " + volume);
    for (const char* path : {"/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/net/tun", "/proc/kcore"})
        plan.add(std::string("the machine's ") + path, std::string("file ") + path);
    plan.add("settings of the kernel", "write /proc/sys/kernel/core_pattern");
    plan.add("the kernel's trigger", "write /proc/sysrq-trigger");
    plan.add("its own image", "make /foyer-selftest");
    const std::pair<const char*, const char*> calls[] = {
        {"mounts", "mount"},
        {"raw sockets", "raw_socket"},
        {"the packets of a link", "packet_socket"},
        {"the kernel's keys", "keyring"},
        {"new namespaces", "namespaces"},
        {"a disk of the machine", "device"},
        {"programs in the kernel", "bpf"},
        {"counters of the kernel", "perf"},
        {"modules of the kernel", "module"},
        {"being the administrator", "administrator"},
        {"tracing", "trace"},
        {"the machine's clock", "clock"}};
    for (const auto& [what, name] : calls) plan.add(what, std::string("call ") + name);
}

std::string_view to_text(Outcome outcome) {
    switch (outcome) {
        case Outcome::Blocked: return "BLOCKED";
        case Outcome::Reached: return "BREACH";
        case Outcome::Unknown: return "unknown";
    }
    CHECK(false);
}

std::string end_of(const std::string& partition, const std::vector<Attempt>& attempts) {
    const auto count = [&](Outcome outcome) {
        return std::ranges::count(attempts, outcome, &Attempt::outcome);
    };
    const auto blocked = count(Outcome::Blocked);
    std::string text = "\n" + std::to_string(blocked) + " of " + std::to_string(attempts.size()) +
                       " blocked, tried from inside " + partition + ".\n";
    if (count(Outcome::Unknown) > 0) text += "Not all could be tried: run it again.\n";
    if (count(Outcome::Reached) > 0)
        text +=
            "A tenant reaches what he must not: foyer-node pause --now, and tell your "
            "operator.\n";
    return text;
}

}  // namespace

std::vector<Target> targets_of(const HomeFacts& facts) {
    Planner plan;
    add_home(facts, plan);
    add_world(facts, plan);
    add_machine(facts, plan);
    return plan.done();
}

std::string printable(std::string_view text) {
    std::string plain(text.substr(0, printed_max));
    for (char& letter : plain)
        if (letter < ' ' || letter > '~') letter = '?';
    return plain;
}

std::string plan_text(const std::vector<Target>& targets, const std::string& nonce) {
    std::string text = "nonce " + nonce + "\n";
    for (const Target& target : targets) text += target.line + "\n";
    return text;
}

std::vector<Attempt> read_answers(const std::vector<Target>& targets, const std::string& nonce,
                                  const std::string& output) {
    std::vector<Attempt> attempts;
    for (const Target& target : targets) attempts.push_back({target, Outcome::Unknown, ""});
    std::vector<int> answers(targets.size(), 0);
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line) && !lines.eof();) {
        std::istringstream words(line);
        std::string whose;
        std::size_t number = 0;
        std::string word;
        std::string how;
        if (!(words >> whose >> number >> word) || whose != nonce || number >= attempts.size())
            continue;
        std::getline(words >> std::ws, how);
        Attempt& attempt = attempts[number];
        attempt.outcome = Outcome::Unknown;
        attempt.how = printable(how);
        if (++answers[number] > 1) continue;
        if (word == "blocked") attempt.outcome = Outcome::Blocked;
        if (word == "reached") attempt.outcome = Outcome::Reached;
    }
    return attempts;
}

bool holds(const std::vector<Attempt>& attempts) {
    return !attempts.empty() && std::ranges::all_of(attempts, [](const Attempt& one) {
        return one.outcome == Outcome::Blocked;
    });
}

std::string selftest_page(const std::string& partition, const std::vector<Attempt>& attempts) {
    std::size_t width = 0;
    for (const Attempt& one : attempts) width = std::max(width, one.target.what.size());
    std::string page;
    for (const Attempt& one : attempts) {
        std::string line = one.target.what;
        line.append(width + 2 - line.size(), ' ');
        line += to_text(one.outcome);
        if (!one.how.empty()) line += "  " + one.how;
        page += line + "\n";
    }
    return page + end_of(partition, attempts);
}

std::string selftest_json(const std::string& partition, const std::vector<Attempt>& attempts) {
    nlohmann::json all = nlohmann::json::array();
    for (const Attempt& one : attempts)
        all.push_back(
            {{"target", one.target.what}, {"outcome", to_text(one.outcome)}, {"how", one.how}});
    return nlohmann::json{{"partition", partition}, {"holds", holds(attempts)}, {"attempts", all}}
               .dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
           "\n";
}

}  // namespace foyer::agent
