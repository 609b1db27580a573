// Where log lines go: standard error for programs, memory for tests.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace foyer {

enum class LogLevel { Debug, Info, Warn, Error };

std::string_view to_text(LogLevel level);
std::optional<LogLevel> log_level_from(std::string_view text);

class LogSink {
public:
    virtual ~LogSink() = default;
    // One line of JSON, without the newline. Called from any thread.
    virtual void write(LogLevel level, std::string_view line) = 0;
};

// One write(2) a line, so that lines of several threads and processes do not mix.
class StderrSink final : public LogSink {
public:
    void write(LogLevel level, std::string_view line) override;
};

// Keeps every line, for tests.
class CapturingSink final : public LogSink {
public:
    void write(LogLevel level, std::string_view line) override;
    std::vector<std::string> lines() const;
    // Some line holds this text.
    bool holds(std::string_view text) const;

private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

}  // namespace foyer
