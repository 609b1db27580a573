// Processor, processes, disk and log: what the machine shares among all who live on it.
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/attack.h"

namespace foyer::hostile {
namespace {

constexpr long piece = 1 << 20;
constexpr int depth_max = 6'000;
constexpr int names_max = 20'000;
constexpr long disk_pieces_max = 128;  // a wall that stands is met long before

// Each child goes on forking: the kernel says no, and is asked again.
void bombs(Clock::time_point until) {
    while (!is_over(until)) {
        const pid_t child = ::fork();
        if (child > 0) got(1);
        if (child < 0) refused_with(errno);
    }
}

void spins(Clock::time_point until) {
    for (int index = 0; index < 2 * ::get_nprocs(); ++index) {
        if (::fork() != 0) continue;
        got(1);
        while (!is_over(until)) {
        }
        ::_exit(0);
    }
    while (::wait(nullptr) > 0) {
    }
}

void fills_the_disk(Clock::time_point until) {
    const int file = ::open("/foyer/volume/flood", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const std::string block(piece, 'x');
    for (long number = 0; number < disk_pieces_max && !is_over(until); ++number) {
        const ssize_t done = ::write(file, block.data(), block.size());
        if (done <= 0) {
            refused_with(errno);
            break;
        }
        got(done);
    }
    ::fsync(file);
    hold(until);
    ::unlink("/foyer/volume/flood");
}

// Room without writing it.
void reserves_the_disk(Clock::time_point until) {
    const int file = ::open("/foyer/volume/reserved", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    for (long number = 0; number < disk_pieces_max && !is_over(until); ++number) {
        if (::fallocate(file, 0, number * piece, piece) != 0) {
            refused_with(errno);
            break;
        }
        got(piece);
    }
    hold(until);
    ::unlink("/foyer/volume/reserved");
}

void names_files(Clock::time_point until) {
    ::mkdir("/foyer/volume/names", 0700);
    for (int number = 0; number < names_max && !is_over(until); ++number) {
        const std::string path = "/foyer/volume/names/" + std::to_string(number);
        const int file = ::open(path.c_str(), O_WRONLY | O_CREAT, 0000);
        if (file < 0) {
            refused_with(errno);
            break;
        }
        ::close(file);
        got(1);
    }
    hold(until);
}

// A folder in a folder in a folder, deeper than any path reaches. It stays: whoever erases the
// partition has to get through it.
void digs(Clock::time_point until) {
    if (::chdir("/foyer/volume") != 0) return;
    const std::string name(200, 'd');
    for (int depth = 0; depth < depth_max && !is_over(until); ++depth) {
        if ((::mkdir(name.c_str(), 0700) != 0 && errno != EEXIST) || ::chdir(name.c_str()) != 0) {
            refused_with(errno);
            break;
        }
        got(1);
    }
    hold(until);
}

// Where the first process writes: its keeper, outside of the walls, reads all of it.
void talks(Clock::time_point until, const std::string& text) {
    const int log = ::open("/proc/1/fd/1", O_WRONLY);
    if (log < 0) return refused_with(errno);
    while (!is_over(until)) {
        const ssize_t done = ::write(log, text.data(), text.size());
        if (done > 0) got(done);
    }
}

void syncs(Clock::time_point until) {
    const int file = ::open("/foyer/volume/synced", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    while (!is_over(until)) {
        if (::pwrite(file, "x", 1, 0) < 0) refused_with(errno);
        ::sync();
        got(1);
    }
    ::unlink("/foyer/volume/synced");
}

void crashes(Clock::time_point until) {
    while (!is_over(until)) {
        const pid_t child = ::fork();
        if (child == 0) ::abort();
        if (child < 0) continue;
        int status = 0;
        ::waitpid(child, &status, 0);
        if (WCOREDUMP(status)) got(1);
    }
}

constexpr Flood all[] = {
    {"forks", "processes", bombs},
    {"processor", "processes", spins},
    {"disk", "bytes", fills_the_disk},
    {"disk, reserved", "bytes", reserves_the_disk},
    {"names", "files", names_files},
    {"depth", "folders", digs},
    {"log, short lines", "bytes",
     [](Clock::time_point until) {
         std::string lines;
         while (lines.size() < 4'096) lines += "\n";
         talks(until, lines);
     }},
    {"log, no line", "bytes",
     [](Clock::time_point until) { talks(until, std::string(65'536, 'x')); }},
    {"sync", "calls", syncs},
    {"crashes", "core files", crashes},
};

}  // namespace

std::span<const Flood> machine_floods() { return all; }

}  // namespace foyer::hostile
