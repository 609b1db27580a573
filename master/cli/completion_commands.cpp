// completion: the script for a shell; and the answers that script asks for.
#include <csignal>
#include <cstdlib>
#include <fmt/format.h>
#include <sys/time.h>
#include <unistd.h>

#include "master/cli/commands.h"
#include "master/cli/completion.h"
#include "master/cli/completion_script.h"
#include "master/cli/live_names.h"

namespace foyer::cli {
namespace {

// Somebody waits with the finger on the key. The alarm also ends what no other limit does: a name
// server that does not answer.
constexpr Duration patience{1000};
constexpr std::int64_t alarm_ms = 1500;

void leave(int) { ::_exit(0); }

void set_alarm() {
    std::signal(SIGALRM, leave);
    itimerval once{};
    once.it_value.tv_sec = alarm_ms / 1000;
    once.it_value.tv_usec = (alarm_ms % 1000) * 1000;
    ::setitimer(ITIMER_REAL, &once, nullptr);
}

std::string line_of(const Candidate& candidate) {
    return candidate.word + "\t" + candidate.description + "\n";
}

std::string head_of(const Completion& completion) {
    switch (completion.paths) {
        case Paths::None: return "words\t\n";
        case Paths::Files: return "files\t" + completion.head + "\n";
        case Paths::Folders: return "folders\t" + completion.head + "\n";
    }
    return {};
}

// The master to ask is the one the command line names so far.
void take_options(Session& session, const Completion& completion) {
    const auto take = [&](const char* option, const char* variable, std::string& into) {
        const char* value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): one thread
        const auto found = completion.given.find(std::string_view(option));
        if (found != completion.given.end()) {
            into = found->second;
        } else if (value != nullptr) {
            into = value;
        }
    };
    take("--config", "FOYER_CONFIG", session.options.config_path);
    take("--profile", "FOYER_PROFILE", session.options.profile);
}

}  // namespace

void answer_completion(Session& session, const CommandNode& tree,
                       const std::vector<std::string>& words) {
    const Completion completion = complete(tree, words);
    std::string text = head_of(completion);
    for (const Candidate& candidate : completion.candidates) text += line_of(candidate);
    session.console().data(text);
    if (!completion.live) return;
    set_alarm();
    session.set_patience(patience);
    take_options(session, completion);
    text.clear();
    for (const Candidate& name : live_names(session, *completion.live, completion.given))
        text += line_of(name);
    session.console().data(text);
}

void add_completion_commands(Command app, Session& session) {
    auto& shell = session.keep<std::string>();
    Command command =
        add_command(app, "completion", "print the script that completes commands in a shell");
    command.add_option("shell", shell, "whose").required().check(one_of({"bash", "zsh", "fish"}));
    command.callback([&session, &shell] {
        session.action = [&session, &shell] {
            session.console().data(completion_script(shell));
            return ok_status();
        };
    });
}

}  // namespace foyer::cli
