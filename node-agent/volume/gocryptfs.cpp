#include "node-agent/volume/gocryptfs.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <optional>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/text.h"
#include "common/os/atomic_file.h"
#include "common/os/child_process.h"
#include "common/os/files.h"
#include "common/os/stop_event.h"
#include "common/os/sys.h"
#include "node-agent/volume/mount_point.h"

namespace foyer::agent {
namespace {

constexpr Duration init_timeout{60'000};
constexpr Duration show_poll{20};
constexpr int show_polls_max = 1500;   // half a minute
constexpr Duration leave_wait{2'000};  // a program whose view is unmounted ends by itself
constexpr Duration kill_wait{10'000};
constexpr int wrong_key = 12;  // exit status, gocryptfs(1)

// Fixed places of an ext4: 1024 bytes before its superblock, and in that two fields.
constexpr off_t magic_at = 1024 + 0x38;
constexpr off_t label_at = 1024 + 0x78;
constexpr std::string_view magic{"\x53\xef", 2};

Error cannot_show(const std::string& why) {
    return error(ErrorCode::FailedPrecondition,
                 "this machine cannot show the volume (gocryptfs): " + why,
                 {{"rule", std::string(no_gocryptfs_rule)}});
}

Error damaged(const std::string& what) {
    return error(ErrorCode::FailedPrecondition, "the volume is damaged: " + what,
                 {{"rule", "volume_damaged"}});
}

// The key as a line of text, wiped when it goes.
class KeyLine {
public:
    explicit KeyLine(std::span<const std::uint8_t> key) : text_(to_hex(key) + "\n") {}
    KeyLine(const KeyLine&) = delete;
    KeyLine& operator=(const KeyLine&) = delete;
    ~KeyLine() { OPENSSL_cleanse(text_.data(), text_.size()); }
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

// What was copied out of a KeyLine to be handed over.
void wipe(std::string& input) { OPENSSL_cleanse(input.data(), input.size()); }

struct NotedView {
    View view;
    std::string note;
};

std::array<NotedView, 2> views_of(const ViewPlaces& places) {
    return {{{{places.ciphers + "/keeper", places.plain + "/keeper", true},
              places.notes + "keeper.pid"},
             {{places.ciphers + "/tenant", places.plain + "/volume", false},
              places.notes + "tenant.pid"}}};
}

std::optional<os::ProcessId> program_of(const NotedView& noted) {
    const auto text = os::read_file(noted.note, 256);
    const auto program = text.ok() ? os::process_id_from(text.value()) : std::nullopt;
    return program && os::is_alive(*program) ? program : std::nullopt;
}

std::string name_file(const std::string& ciphers) { return ciphers + "/key_name"; }

Status init_cipher(const std::string& cipher, mode_t mode, const KeyLine& key) {
    TRY(os::make_dirs(cipher, mode));
    os::Command command{.argv = gocryptfs_init_arguments(cipher), .timeout = init_timeout};
    command.input = key.text();
    const auto done = os::run_checked(command);
    wipe(command.input);
    return done.ok() ? ok_status() : Status(done.failure());
}

// Both get their name when they are whole.
Status make_ciphers(const ViewPlaces& places, const ViewKey& key) {
    const std::string draft = places.ciphers + ".new";
    TRY(os::remove_tree(draft));
    TRY(os::make_dirs(draft, 0700));
    const KeyLine line(key.key);
    TRY(init_cipher(draft + "/keeper", 0700, line));
    TRY(init_cipher(draft + "/tenant", 0700, line));
    TRY(os::write_atomically(name_file(draft), to_hex(key.name) + "\n", {.mode = 0600}));
    if (::rename(draft.c_str(), places.ciphers.c_str()) != 0)
        return os::errno_error("cannot name '" + places.ciphers + "'");
    return os::sync_dir(os::parent_of(places.ciphers));
}

Status check_key(const ViewPlaces& places, const ViewKey& key) {
    const auto name = os::read_file(name_file(places.ciphers), 4096);
    if (!name.ok()) return damaged(name.failure().message);
    if (name.value() == to_hex(key.name) + "\n") return ok_status();
    return error(ErrorCode::FailedPrecondition,
                 "'" + places.ciphers + "' was made with another key than this copy's",
                 {{"rule", "other_volume_key"}});
}

// Exit status of a child of ours that ended; nothing: it goes on, or is no child of ours.
std::optional<int> end_of(pid_t child) {
    int status = 0;
    if (::waitpid(child, &status, WNOHANG) != child) return std::nullopt;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Status end_program(const NotedView& noted, Duration patience) {
    if (const auto program = program_of(noted)) {
        if (!os::wait_gone(*program, patience).ok()) {
            // It keeps no writes back: what it answered lies in the file system.
            TRY(os::signal_process(*program, SIGKILL));
            TRY(os::wait_gone(*program, kill_wait));
        }
    }
    return os::remove_file(noted.note);
}

Status wait_shown(const NotedView& noted, const os::ProcessId& program) {
    for (int poll = 0; poll < show_polls_max; ++poll) {
        if (is_mount_point(noted.view.plain)) return ok_status();
        if (const auto status = end_of(program.pid)) {
            if (*status == wrong_key)
                return damaged("'" + noted.view.cipher +
                               "/gocryptfs.conf' does not open with the key it was made with");
            return cannot_show("it ended with status " + std::to_string(*status) +
                               " (EXIT CODES in gocryptfs(1)); is /dev/fuse there? modprobe fuse");
        }
        os::wait_unless_stopped(show_poll);
    }
    return error(ErrorCode::Unavailable,
                 "gocryptfs did not show '" + noted.view.plain + "' in time");
}

Status show(const NotedView& noted, const KeyLine& key) {
    TRY(os::make_dirs(noted.view.plain, 0000));  // nobody writes beneath the view
    // What it says may name what tenants have, and has no end: its exit status must do.
    os::Detached command{.argv = gocryptfs_view_arguments(noted.view), .log_file = "/dev/null"};
    command.input = key.text();
    const auto started = os::spawn_detached(command);
    wipe(command.input);
    const os::ProcessId program = TRY(started);
    Status shown = os::write_atomically(noted.note, os::to_text(program), {.mode = 0600});
    if (shown.ok()) shown = wait_shown(noted, program);
    if (!shown.ok()) {
        discard(os::signal_process(program, SIGKILL), "the first error is the one to tell");
        discard(end_program(noted, kill_wait), "likewise");
    }
    return shown;
}

// Each program is gone before another one writes to its folder.
Status drop_views(const ViewPlaces& places) {
    for (const NotedView& noted : views_of(places)) {
        TRY(unmount_dead(noted.view.plain));
        TRY(end_program(noted, leave_wait));
    }
    return ok_status();
}

}  // namespace

bool has_gocryptfs() {
    return os::find_program("gocryptfs").ok() && os::find_program("fusermount3").ok();
}

bool is_gocryptfs(const std::string& image) {
    const auto file = os::open_file(image, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (!file.ok()) return false;
    const auto has = [&](off_t at, std::string_view wanted) {
        std::string found(wanted.size(), '\0');
        return ::pread(file.value().get(), found.data(), found.size(), at) ==
                   static_cast<ssize_t>(found.size()) &&
               found == wanted;
    };
    return has(magic_at, magic) && has(label_at, gocryptfs_label);
}

std::vector<std::string> gocryptfs_init_arguments(const std::string& cipher) {
    return {"gocryptfs", "-init", "-q", "-scryptn", "10", cipher};
}

// -allow_other: for the partition's users, and not for the keeper: on their behalf gocryptfs
// changes its groups, and does not get back the one that may use the kept blocks. Not -noprealloc:
// a full disk would tear a block. Not -sharedstorage: nobody else writes there, and without it
// there are hard links.
std::vector<std::string> gocryptfs_view_arguments(const View& view) {
    std::vector<std::string> argv{"setpriv", "--bounding-set=-sys_resource"};
    argv.push_back(view.is_keepers ? "--groups=" + std::to_string(kept_blocks_owner)
                                   : "--clear-groups");
    argv.insert(argv.end(), {"--", "gocryptfs", "-fg", "-q", "-fsname", "foyer-volume"});
    if (!view.is_keepers) argv.emplace_back("-allow_other");
    argv.insert(argv.end(), {view.cipher, view.plain});
    return argv;
}

Status open_views(const ViewPlaces& places, const ViewKey& key) {
    const bool there = os::exists(places.ciphers);
    if (there) TRY(check_key(places, key));
    if (there && are_shown(places)) return ok_status();
    if (!has_gocryptfs())
        return cannot_show("no gocryptfs or no fusermount3; type: apt install gocryptfs fuse3");
    if (!there) TRY(make_ciphers(places, key));
    TRY(drop_views(places));
    TRY(os::make_dirs(places.plain, 0711));
    const KeyLine line(key.key);
    for (const NotedView& noted : views_of(places)) {
        const Status shown = show(noted, line);
        if (shown.ok()) continue;
        discard(drop_views(places), "the first error is the one to tell");
        return shown;
    }
    return ok_status();
}

std::vector<os::ProcessId> programs_of_views(const ViewPlaces& places) {
    std::vector<os::ProcessId> programs;
    for (const NotedView& noted : views_of(places))
        if (const auto program = program_of(noted)) programs.push_back(*program);
    return programs;
}

bool are_shown(const ViewPlaces& places) {
    return std::ranges::all_of(views_of(places), [](const NotedView& noted) {
        return program_of(noted) && is_mount_point(noted.view.plain);
    });
}

Status close_views(const ViewPlaces& places) {
    for (const NotedView& noted : views_of(places)) {
        // What a dead program showed is of no use to whoever still has it open.
        TRY(program_of(noted) ? unmount(noted.view.plain) : unmount_dead(noted.view.plain));
        TRY(end_program(noted, leave_wait));
    }
    return ok_status();
}

}  // namespace foyer::agent
