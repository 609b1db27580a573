#include "master/cli/console.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "common/base/text.h"

namespace foyer::cli {
namespace {

constexpr int width_min = 20;
constexpr int width_max = 1000;

std::string environment(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
    return value == nullptr ? "" : value;
}

int terminal_width() {
    winsize size{};
    for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO}) {
        if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
            return std::clamp<int>(size.ws_col, width_min, width_max);
        }
    }
    const auto columns = parse_int(environment("COLUMNS"));
    return columns ? static_cast<int>(std::clamp<std::int64_t>(*columns, width_min, width_max))
                   : 80;
}

bool speaks_utf8() {
    std::string locale = environment("LC_ALL");
    if (locale.empty()) locale = environment("LC_CTYPE");
    if (locale.empty()) locale = environment("LANG");
    std::ranges::transform(locale, locale.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

// What is typed is not shown as long as this lives.
class EchoOff {
public:
    EchoOff() {
        changed_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
        if (!changed_) return;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
    }
    ~EchoOff() {
        if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    EchoOff(const EchoOff&) = delete;
    EchoOff& operator=(const EchoOff&) = delete;

private:
    termios before_{};
    bool changed_ = false;
};

}  // namespace

Console Console::of_process() {
    Console console;
    console.input_is_terminal_ = ::isatty(STDIN_FILENO) == 1;
    console.output_is_terminal_ = ::isatty(STDOUT_FILENO) == 1;
    console.error_is_terminal_ = ::isatty(STDERR_FILENO) == 1;
    console.dumb_ = environment("TERM") == "dumb";
    console.colour_ =
        console.error_is_terminal_ && !console.dumb_ && environment("NO_COLOR").empty();
    console.unicode_ = speaks_utf8();
    console.width_ = terminal_width();
    return console;
}

void Console::data(std::string_view text) {
    clear_status();
    std::cout << text << std::flush;
    if (!std::cout) output_ok_ = false;
}

void Console::note(std::string_view line) {
    if (quiet_) return;
    clear_status();
    std::cerr << line << "\n";
}

void Console::fail(std::string_view text) {
    clear_status();
    constexpr std::string_view name = "foyer:";
    if (colour_ && text.starts_with(name)) {
        std::cerr << "\x1b[1;31m" << name << "\x1b[0m" << text.substr(name.size());
    } else {
        std::cerr << text;
    }
}

void Console::status(std::string_view line) {
    if (!draws()) return;
    std::cerr << "\r\x1b[2K" << line << std::flush;
    status_drawn_ = true;
}

void Console::clear_status() {
    if (!status_drawn_) return;
    std::cerr << "\r\x1b[2K" << std::flush;
    status_drawn_ = false;
}

Result<std::string> Console::ask(std::string_view question) {
    clear_status();
    std::cerr << question << std::flush;
    std::string answer;
    if (!std::getline(std::cin, answer)) {
        return error(ErrorCode::InvalidArgument, "no answer was given");
    }
    return answer;
}

Result<std::string> Console::ask_secret(std::string_view question) {
    const EchoOff silent;
    auto answer = ask(question);
    std::cerr << "\n";
    return answer;
}

std::optional<std::string> read_stdin(std::size_t most) {
    std::string bytes(most + 1, '\0');
    std::cin.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(std::cin.gcount()));
    if (bytes.size() > most) return std::nullopt;
    return bytes;
}

void pause_for(Duration span) {
    const std::int64_t ms = std::clamp<std::int64_t>(span.count(), 0, 60'000);
    ::poll(nullptr, 0, static_cast<int>(ms));
}

}  // namespace foyer::cli
