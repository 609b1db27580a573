// Structured log: an event name plus typed fields, one JSON line each. Programs make one Log and
// hand it down to their borders; library code returns errors and does not log.
//
//     log.warn("node_silent", {{"node", id}, {"silent_s", 93}});
//     {"time":"2026-03-01T12:30:00.250Z","level":"warn","event":"node_silent",
//      "node":"lille-1","silent_s":93}     (one line)
//
// Event names and keys are snake_case literals. A text value longer than `text_bytes_max` is cut
// and ends in "…". Thread-safe when the sink is (all of ours are).
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "common/base/id.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/base/units.h"
#include "common/log/secret.h"
#include "common/log/sink.h"

namespace foyer {

class LogValue {
public:
    LogValue(std::string_view text) : value_(std::string(text)) {}  // NOLINT: meant to be implicit
    LogValue(const std::string& text) : value_(text) {}             // NOLINT: meant to be implicit
    LogValue(const char* text) : value_(std::string(text)) {}       // NOLINT: meant to be implicit
    LogValue(bool truth) : value_(truth) {}                         // NOLINT: meant to be implicit
    LogValue(Duration span)
        : value_(std::int64_t{span.count()}) {}  // NOLINT: milliseconds; name the key *_ms
    template <std::integral Number>
    LogValue(Number number)
        : value_(static_cast<std::int64_t>(number)) {}  // NOLINT: meant to be implicit
    template <class Tag>
    LogValue(const Id<Tag>& id) : value_(id.str()) {}  // NOLINT: meant to be implicit
    template <class Tag>
    LogValue(Counter<Tag> counter)  // NOLINT: meant to be implicit
        : value_(static_cast<std::int64_t>(counter.number())) {}
    template <class Tag>
    LogValue(Quantity<Tag> quantity) : value_(quantity.count()) {}  // NOLINT: meant to be implicit
    template <class T>
    LogValue(const Secret<T>&) : value_(std::string("***")) {}  // NOLINT: meant to be implicit

    const std::variant<std::string, std::int64_t, bool>& get() const { return value_; }

private:
    std::variant<std::string, std::int64_t, bool> value_;
};

struct LogField {
    std::string_view key;
    LogValue value;
};

class Log {
public:
    static constexpr std::size_t text_bytes_max = 2048;
    using Fields = std::initializer_list<LogField>;

    // Borrows sink and clock; both outlive the log. Events below `lowest` are dropped.
    Log(LogSink& sink, const Clock& clock, LogLevel lowest = LogLevel::Info)
        : sink_(sink), clock_(clock), lowest_(lowest) {}

    void debug(std::string_view event, Fields fields = {}) {
        write(LogLevel::Debug, event, fields);
    }
    void info(std::string_view event, Fields fields = {}) { write(LogLevel::Info, event, fields); }
    void warn(std::string_view event, Fields fields = {}) { write(LogLevel::Warn, event, fields); }
    void error(std::string_view event, Fields fields = {}) {
        write(LogLevel::Error, event, fields);
    }
    // An error of the world that nobody above will see: its code and message join the fields.
    void failure(LogLevel level, std::string_view event, const Error& cause, Fields fields = {});

private:
    void write(LogLevel level, std::string_view event, Fields fields);

    LogSink& sink_;
    const Clock& clock_;
    LogLevel lowest_;
};

}  // namespace foyer
