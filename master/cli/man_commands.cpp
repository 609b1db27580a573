// man, help: the manual pages of the commands, and the same in short.
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "common/os/unique_fd.h"
#include "master/cli/commands.h"
#include "master/cli/exit_code.h"
#include "master/cli/help.h"
#include "master/cli/man_page.h"
#include "master/cli/suggest.h"

namespace foyer::cli {
namespace {

constexpr std::string_view version = FOYER_VERSION;

struct ManOptions {
    std::vector<std::string> words;
    std::string folder;
};

Result<const CommandNode*> find_command(const CommandNode& root,
                                        const std::vector<std::string>& words) {
    const CommandNode* node = &root;
    for (const std::string& word : words) {
        if (node == &root && word == root.name) continue;  // "foyer man foyer node"
        const CommandNode* next = node->find(word);
        if (next == nullptr) {
            return usage_error(fmt::format("'{}' has no command '{}'{}", node->path, word,
                                           did_you_mean(word, node->command_names())),
                               node->path + " --help");
        }
        node = next;
    }
    return node;
}

// man(1) formats it and has the user's pager show it. False: there is no man here.
bool show_by_man(const std::string& page) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    os::UniqueFd read_end(ends[0]);
    os::UniqueFd write_end(ends[1]);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, read_end.get(), STDIN_FILENO);
    std::string words[] = {"man", "-l", "-"};
    char* arguments[] = {words[0].data(), words[1].data(), words[2].data(), nullptr};
    pid_t child = -1;
    const int failure = ::posix_spawnp(&child, "man", &actions, nullptr, arguments, ::environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (failure != 0) return false;
    read_end.reset();
    for (std::size_t sent = 0; sent < page.size();) {
        const ssize_t count = ::write(write_end.get(), page.data() + sent, page.size() - sent);
        if (count <= 0) break;  // the reader left
        sent += static_cast<std::size_t>(count);
    }
    write_end.reset();
    int status = 0;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

Result<int> write_pages(const CommandNode& command, const CommandNode& root,
                        const std::string& folder) {
    const std::string path = fmt::format("{}/{}.1", folder, man_page_name(command));
    TRY(os::write_atomically(path, man_page(command, root, version), {.mode = 0644}));
    int count = 1;
    for (const CommandNode& one : command.commands) count += TRY(write_pages(one, root, folder));
    return count;
}

Status man(Session& session, const CommandNode& root, const ManOptions& options) {
    if (!options.folder.empty()) {
        if (!options.words.empty()) return usage_error("--all writes every page: name no command");
        TRY(os::make_dirs(options.folder, 0755));
        const int count = TRY(write_pages(root, root, options.folder));
        session.console().note(fmt::format("{} pages written to '{}'", count, options.folder));
        return ok_status();
    }
    const CommandNode* command = TRY(find_command(root, options.words));
    const std::string page = man_page(*command, root, version);
    const bool for_people = session.console().page().width > 0;
    if (!for_people || !show_by_man(page)) session.console().data(page);
    return ok_status();
}

Status help(Session& session, const CommandNode& root, const ManOptions& options) {
    const CommandNode* command = TRY(find_command(root, options.words));
    session.console().data(help_text(*command, root, session.console().text_width()));
    return ok_status();
}

}  // namespace

void add_man_commands(Command app, Session& session) {
    auto& options = session.keep<ManOptions>();
    Command command = add_command(app, "man", "show the manual page of a command");
    command.add_option("command", options.words, "which; absent: of foyer itself")
        .type_name("COMMAND");
    command.add_option("--all", options.folder, "write every page into this folder instead")
        .type_name("DIR");
    command.callback([app, &session, &options] {
        session.action = [app, &session, &options] {
            return man(session, describe_tree(app.app()), options);
        };
    });
    auto& asked = session.keep<ManOptions>();
    Command shown = add_command(app, "help", "show what --help shows of a command");
    shown.add_option("command", asked.words, "which; absent: foyer itself").type_name("COMMAND");
    shown.callback([app, &session, &asked] {
        session.action = [app, &session, &asked] {
            return help(session, describe_tree(app.app()), asked);
        };
    });
}

}  // namespace foyer::cli
