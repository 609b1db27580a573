// The terminal: data on stdout, everything else on stderr, one line that is drawn over.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/base/time.h"
#include "master/cli/progress.h"
#include "master/cli/table.h"

namespace foyer::cli {

class Console {
public:
    static constexpr int text_width_max = 110;

    // Looks at stdin, stdout, stderr and the environment (NO_COLOR, TERM, LANG, COLUMNS).
    static Console of_process();

    void data(std::string_view text);    // stdout, as it is
    void note(std::string_view line);    // stderr, a line; silent with --quiet
    void fail(std::string_view text);    // stderr, never silent
    void status(std::string_view line);  // stderr, drawn over by the next; only on a terminal
    void clear_status();

    void set_quiet(bool quiet) { quiet_ = quiet; }
    bool draws() const { return error_is_terminal_ && !quiet_ && !dumb_; }
    bool is_interactive() const { return input_is_terminal_ && error_is_terminal_; }
    Page page() const { return {output_is_terminal_ ? width_ : 0, unicode_}; }
    // For running text: never wider than eyes like, and the same where nobody looks.
    int text_width() const { return output_is_terminal_ ? std::min(width_, text_width_max) : 80; }
    ProgressStyle style() const { return {width_, unicode_}; }
    // False: data could not be written (a full disk, a closed pipe).
    bool output_ok() const { return output_ok_; }

    // Asks on stderr, reads a line of stdin. InvalidArgument at its end.
    Result<std::string> ask(std::string_view question);
    // The same without showing what is typed.
    Result<std::string> ask_secret(std::string_view question);

private:
    bool input_is_terminal_ = false;
    bool output_is_terminal_ = false;
    bool error_is_terminal_ = false;
    bool dumb_ = false;
    bool colour_ = false;
    bool unicode_ = true;
    bool quiet_ = false;
    bool output_ok_ = true;
    bool status_drawn_ = false;
    int width_ = 80;
};

// All of stdin; nothing: it holds more than that.
std::optional<std::string> read_stdin(std::size_t most);

// Waits so long, or until a signal. The program's only way to let time pass.
void pause_for(Duration span);

}  // namespace foyer::cli
