// Waiting for an operation, with its progress shown.
#pragma once

#include <string>

#include "master/cli/session.h"

namespace foyer::cli {

// The operation when it has succeeded: its parsed JSON and the API's own text.
struct FinishedOperation {
    std::string body;
    Json operation() const;
};

// `body` is the operation as last seen. A master that is away for a while is waited for.
// DeadlineExceeded: still running after `timeout`, with the command to go on. Internal with the
// operation's error: it failed (its JSON is already on stdout where JSON is wanted).
Result<FinishedOperation> wait_for_operation(Session& session, std::string body, Duration timeout);

// `--timeout` and `--no-wait` of the commands that start operations.
struct WaitOptions {
    std::string timeout = "15m";
    bool no_wait = false;
    bool dry_run = false;
};

void add_wait_options(Command command, WaitOptions& wait);

// What every write does with the operation it was answered: shows it, waits for it, says `done`.
Status follow_operation(Session& session, const std::string& body, const WaitOptions& options,
                        const std::string& done);

// What did not happen because of --dry-run is said so.
constexpr const char* dry_run_note = "dry run: the master accepts this; nothing was changed";

}  // namespace foyer::cli
