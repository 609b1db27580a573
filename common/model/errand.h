// What the master asks a box to do at once and only once, beside its wish: read a copy's log, or
// run a program inside a copy. Never journalled; an errand nobody finishes in time is over.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "common/base/time.h"
#include "common/model/ids.h"

namespace foyer {

using ErrandId = Id<struct ErrandTag>;  // never guessed, never used again

enum class LogStream { Output, Error };

struct LogLine {
    WallTime at;
    LogStream stream = LogStream::Output;
    std::string text;        // without its end of line; UTF-8
    bool continued = false;  // the line goes on in the next one of its stream
    friend bool operator==(const LogLine&, const LogLine&) = default;
};

struct ReadLog {
    int newest = 0;     // lines from the end; 0: those after `after`
    std::string after;  // a place that an earlier part ended at; empty: from the beginning
    Duration wait{0};   // for a first line, where there is none yet
    friend bool operator==(const ReadLog&, const ReadLog&) = default;
};

// Consecutive lines of a log.
struct LogPart {
    std::vector<LogLine> lines;
    std::string last;   // where it ends; goes into the next ReadLog::after
    bool gap = false;   // lines between `after` and the first one are gone: the log was rotated
    bool more = false;  // there are further lines already
    friend bool operator==(const LogPart&, const LogPart&) = default;
};

struct RunProgram {
    std::vector<std::string> argv;
    std::string input;    // its standard input
    Duration timeout{0};  // after that it is killed
    friend bool operator==(const RunProgram&, const RunProgram&) = default;
};

struct ProgramEnd {
    int exit_code = 0;        // 128 + signal when it was killed
    bool timed_out = false;   // killed, since it took too long
    std::string output;       // standard output, from its start
    std::string errors;       // standard error, its end
    bool output_cut = false;  // there was more output
    friend bool operator==(const ProgramEnd&, const ProgramEnd&) = default;
};

struct Errand {
    ErrandId id;
    PartitionId partition;
    std::variant<ReadLog, RunProgram> what;
    friend bool operator==(const Errand&, const Errand&) = default;
};

using ErrandOutcome = std::variant<LogPart, ProgramEnd>;

// Of one errand, on the wire and on both its ends.
namespace errand_limits {
inline constexpr int lines_max = 1'000;
inline constexpr std::size_t line_bytes_max = std::size_t{16} * 1024;
inline constexpr std::size_t log_bytes_max = std::size_t{256} * 1024;  // of one part
inline constexpr std::size_t place_bytes_max = 64;
inline constexpr int words_max = 64;
inline constexpr std::size_t words_bytes_max = std::size_t{8} * 1024;  // together
inline constexpr std::size_t input_bytes_max = std::size_t{64} * 1024;
inline constexpr std::size_t output_bytes_max = std::size_t{256} * 1024;
inline constexpr std::size_t errors_bytes_max = std::size_t{64} * 1024;
inline constexpr int at_once_max = 16;  // given with one answer
}  // namespace errand_limits

}  // namespace foyer
