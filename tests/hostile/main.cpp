// foyer-hostile: a tenant who means harm, for tests. Does nothing outside of a partition.
//
//   foyer-hostile serve              the service: takes no notice of being asked to end
//   foyer-hostile walls              tries what must be refused; one JSON line an attack
//   foyer-hostile flood NAME SECONDS takes all it gets of one thing and keeps it; one JSON line
//   foyer-hostile floods             their names
#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <linux/prctl.h>
#include <new>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "tests/hostile/attack.h"

namespace foyer::hostile {
namespace {

struct Tally {
    std::atomic<long> got{0};
    std::atomic<int> error{0};
};
Tally* tally = nullptr;

void tell(const char* name, const char* outcome, const std::string& how) {
    std::string plain;
    for (const char letter : how)
        if (letter >= ' ' && letter <= '~' && letter != '"' && letter != '\\') plain += letter;
    std::printf(R"({"attack": "%s", "outcome": "%s", "how": "%s"})"
                "\n",
                name, outcome, plain.c_str());
    std::fflush(stdout);
}

const char* to_text(End end) {
    switch (end) {
        case End::Refused: return "refused";
        case End::Succeeded: return "succeeded";
        case End::Unknown: return "unknown";
    }
    return "";
}

// In a child with a few seconds: what it is given, it has for a moment only.
void attempt(const Attack& attack) {
    int ends[2];
    if (::pipe(ends) != 0) return tell(attack.name, "unknown", "no pipe");
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        ::alarm(5);
        const Outcome outcome = attack.attempt();
        const std::string line = std::string(to_text(outcome.end)) + " " + outcome.how;
        ::_exit(::write(ends[1], line.data(), line.size()) < 0 ? 1 : 0);
    }
    ::close(ends[1]);
    char answer[256] = {};
    const ssize_t size = ::read(ends[0], answer, sizeof answer - 1);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (size <= 0) return tell(attack.name, "unknown", "it ended without a word");
    const std::string line(answer, static_cast<std::size_t>(size));
    const std::size_t space = line.find(' ');
    tell(attack.name, line.substr(0, space).c_str(), line.substr(space + 1));
}

int flood(const std::string& name, int seconds) {
    std::vector<Flood> all;
    for (const auto floods : {memory_floods(), kernel_floods(), machine_floods()})
        all.insert(all.end(), floods.begin(), floods.end());
    const auto found = std::ranges::find(all, name, &Flood::name);
    if (found == all.end()) return 2;
    tally = new (::mmap(nullptr, sizeof(Tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                        -1, 0)) Tally;
    const auto until = Clock::now() + std::chrono::seconds(seconds);
    const pid_t child = ::fork();
    if (child == 0) {
        found->run(until);
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    hold(until);
    const std::string last = WIFSIGNALED(status) ? ::strsignal(WTERMSIG(status))
                             : tally->error == 0 ? ""
                                                 : std::strerror(tally->error);
    std::printf(R"({"attack": "%s", "got": %ld, "unit": "%s", "how": "%s"})"
                "\n",
                found->name, tally->got.load(), found->unit, last.c_str());
    return 0;
}

int serve() {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE}) ::signal(signal, SIG_IGN);
    std::puts("up");
    std::fflush(stdout);
    for (;;) {
        while (::waitpid(-1, nullptr, WNOHANG) > 0) {
        }
        pause_ms(50);
    }
}

// The machine's own administrator may do all of this, and would do harm by it.
bool is_in_partition() {
    std::ifstream map("/proc/self/uid_map");
    unsigned long inside = 0;
    unsigned long outside = 0;
    unsigned long count = 0;
    return (map >> inside >> outside >> count) && outside != 0 && count < 0xffffffffUL;
}

int act(int count, char** words) {
    const std::string verb = count > 1 ? words[1] : "";
    if (verb == "whoami") return ::geteuid() == 0 ? 0 : 1;
    if (!is_in_partition()) {
        std::fputs("foyer-hostile: this is no partition; it is for tests\n", stderr);
        return 2;
    }
    if (verb == "serve") return serve();
    if (verb == "walls") {
        for (const auto attacks : {call_attacks(), socket_attacks(), file_attacks()})
            for (const Attack& attack : attacks) hostile::attempt(attack);
        return 0;
    }
    if (verb == "flood" && count == 4) return flood(words[2], number_of(words[3]));
    if (verb == "floods") {
        for (const auto floods : {memory_floods(), kernel_floods(), machine_floods()})
            for (const Flood& one : floods) std::puts(one.name);
        return 0;
    }
    return 2;
}

}  // namespace

void got(long amount) { tally->got += amount; }
void refused_with(int error) { tally->error = error; }
bool is_over(Clock::time_point until) { return Clock::now() >= until; }
void pause_ms(int time) { ::poll(nullptr, 0, time); }
void hold(Clock::time_point until) {
    while (!is_over(until)) pause_ms(20);
}

}  // namespace foyer::hostile

int main(int count, char** words) { return foyer::hostile::act(count, words); }
