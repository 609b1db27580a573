#include "common/log/sink.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <unistd.h>

#include "common/base/check.h"

namespace foyer {

std::string_view to_text(LogLevel level) {
    switch (level) {
        case LogLevel::Debug: return "debug";
        case LogLevel::Info: return "info";
        case LogLevel::Warn: return "warn";
        case LogLevel::Error: return "error";
    }
    CHECK(false);
}

std::optional<LogLevel> log_level_from(std::string_view text) {
    using enum LogLevel;
    for (const LogLevel level : std::array{Debug, Info, Warn, Error}) {
        if (to_text(level) == text) return level;
    }
    return std::nullopt;
}

void StderrSink::write(LogLevel /*level*/, std::string_view line) {
    std::string whole(line);
    whole += '\n';
    std::string_view rest = whole;
    while (!rest.empty()) {
        const ssize_t done = ::write(STDERR_FILENO, rest.data(), rest.size());
        if (done > 0) {
            rest.remove_prefix(static_cast<std::size_t>(done));
        } else if (errno != EINTR) {
            return;  // nobody is left to tell
        }
    }
}

void CapturingSink::write(LogLevel /*level*/, std::string_view line) {
    const std::scoped_lock lock(mutex_);
    lines_.emplace_back(line);
}

std::vector<std::string> CapturingSink::lines() const {
    const std::scoped_lock lock(mutex_);
    return lines_;
}

bool CapturingSink::holds(std::string_view text) const {
    const std::scoped_lock lock(mutex_);
    return std::any_of(lines_.begin(), lines_.end(), [&](const std::string& line) {
        return line.find(text) != std::string::npos;
    });
}

}  // namespace foyer
