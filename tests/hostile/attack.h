// What a hostile tenant tries: one small function an attack, and how each ended.
#pragma once

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <span>
#include <string>

namespace foyer::hostile {

enum class End {
    Refused,    // the kernel, or a wall, said no
    Succeeded,  // it went through
    Unknown,    // neither: the try itself did not work
};

struct Outcome {
    End end = End::Unknown;
    std::string how;
};

struct Attack {
    const char* name;
    Outcome (*attempt)();
};

inline Outcome refused(std::string how) { return {End::Refused, std::move(how)}; }
inline Outcome succeeded(std::string how) { return {End::Succeeded, std::move(how)}; }
inline Outcome unknown(std::string how) { return {End::Unknown, std::move(how)}; }

// By errno: a denial, or that there is no such thing. Other errors (a wrong argument, most often)
// mean that the call was let through.
inline Outcome failed() {
    switch (errno) {
        case EPERM:
        case EACCES:
        case ENOSYS:
        case EROFS:
        case ENOENT:
        case ENXIO:
        case ENODEV:
        case ENOTDIR:
        case ESRCH:
        case EADDRNOTAVAIL:
        case EHOSTUNREACH:
        case ENETUNREACH: return refused(std::strerror(errno));
        default: return unknown(std::strerror(errno));
    }
}
inline Outcome said(long result, const char* how) { return result < 0 ? failed() : succeeded(how); }

// 0 where it is none.
inline int number_of(const std::string& text) {
    int number = 0;
    const char* end = text.data() + text.size();
    return std::from_chars(text.data(), end, number).ptr == end ? number : 0;
}

// Calls that nobody in a partition may make.
std::span<const Attack> call_attacks();
// Sockets of families, protocols and kinds of netlink that nobody there needs; changes of the
// network.
std::span<const Attack> socket_attacks();
// Files, devices and other people's processes.
std::span<const Attack> file_attacks();

using Clock = std::chrono::steady_clock;

// Takes as much as it gets, keeps it until the deadline, and tells how much that was.
struct Flood {
    const char* name;
    const char* unit;
    void (*run)(Clock::time_point until);
};
std::span<const Flood> memory_floods();
std::span<const Flood> kernel_floods();
std::span<const Flood> machine_floods();

// What a flood has got: shared by all its processes, so that it can be told when they are killed.
void got(long amount);
void refused_with(int error);  // the last error met
bool is_over(Clock::time_point until);
void hold(Clock::time_point until);
void pause_ms(int time);

}  // namespace foyer::hostile
