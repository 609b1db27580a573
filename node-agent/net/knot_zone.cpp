#include "node-agent/net/knot_zone.h"

#include "common/base/text.h"
#include "common/os/child_process.h"
#include "common/os/files.h"
#include "common/os/stop_event.h"
#include "common/os/sys.h"
#include "node-agent/net/dns_question.h"
#include "node-agent/net/zone_file.h"

namespace foyer::agent {
namespace {

constexpr int start_polls_max = 100;
constexpr Duration start_poll{50};
constexpr Duration answer_timeout{500};
constexpr Duration command_timeout{10'000};
constexpr std::size_t log_shown_max = 1'000;
// Knot looks up its own name before it begins, and would wait ten seconds for a resolver that is
// silent.
constexpr const char* quick_resolver = "RES_OPTIONS=timeout:1 attempts:1";

constexpr const char* low_port = "net_bind_service";

}  // namespace

KnotZone::KnotZone(KnotZoneConfig config, Clock& clock)
    : config_(std::move(config)),
      clock_(clock),
      user_(service_user("knot")),
      process_("knot", config_.run_dir + "/knot.pid") {}

KnotSettings KnotZone::settings() const {
    return {.folder = config_.data_dir,
            .run_dir = config_.run_dir + "/knot",
            .addresses = knot_addresses(config_.listen),
            .port = config_.port,
            .zone = zone_};
}

std::uint32_t KnotZone::serial() const {
    const std::lock_guard lock(turn_);
    return serial_;
}

// The pid lies where the server cannot write: whoever took it over names no process for us to end.
Status KnotZone::make_folders() const {
    TRY(os::make_dirs(config_.data_dir, 0750));
    TRY(os::change_owner(config_.data_dir, 0, user_.ids.gid));
    TRY(os::make_dirs(config_.run_dir, 0711));
    TRY(os::make_dirs(settings().run_dir, 0700));
    return os::change_owner(settings().run_dir, user_.ids.uid, user_.ids.gid);
}

// The serial of an earlier agent. One that cannot be read is as good as none: the clock is later.
Status KnotZone::load() {
    if (loaded_) return ok_status();
    const auto text = os::read_file(config_.serial_file, 64);
    if (!text.ok() && text.failure().code != ErrorCode::NotFound) return text.failure();
    const auto number = text.ok() ? parse_int(text.value()) : std::nullopt;
    if (number && *number > 0 && *number <= UINT32_MAX)
        serial_ = static_cast<std::uint32_t>(*number);
    loaded_ = true;
    return ok_status();
}

// The serial first: one that was used is never used again, whatever fails afterwards.
Status KnotZone::write_zone(const ZoneWish& wish) {
    const std::string file = settings().zone_file();
    const std::string same = TRY(zone_file(wish, serial_));
    if (serial_ != 0 && os::read_file(file).value_or("") == same) return ok_status();
    const std::uint32_t next = next_serial(serial_, clock_.wall());
    const std::string text = TRY(zone_file(wish, next));
    TRY(os::write_atomically(config_.serial_file, std::to_string(next)));
    serial_ = next;
    return os::write_atomically(file, text,
                                {.mode = 0640, .owner = os::FileOwner{0, user_.ids.gid}});
}

// Another port, zone or version of this program: begun anew.
Status KnotZone::configure() {
    const std::string text = TRY(knot_config(settings()));
    if (os::read_file(config_file()).value_or("") == text) return ok_status();
    TRY(process_.end());
    return os::write_atomically(config_file(), text,
                                {.mode = 0640, .owner = os::FileOwner{0, user_.ids.gid}});
}

Status KnotZone::answers() const {
    const auto id = static_cast<std::uint16_t>(clock_.mono().boot_ms);
    const std::uint32_t said =
        TRY(ask_serial(own_listener(config_.listen), config_.port, zone_, id, answer_timeout));
    if (said == serial_) return ok_status();
    return error(ErrorCode::Internal, "the name server on port " + std::to_string(config_.port) +
                                          " answers with serial " + std::to_string(said) +
                                          " of the zone, not with " + std::to_string(serial_));
}

// Its socket for commands comes a moment after its first answers.
Status KnotZone::is_up() const {
    TRY(answers());
    if (os::exists(settings().socket())) return ok_status();
    return error(ErrorCode::Unavailable, "it takes no commands yet");
}

Status KnotZone::launch() {
    const std::string log = config_.run_dir + "/knot.log";
    TRY(os::remove_file(log));
    // Its own pid file would stop the next one where the number is somebody else's by now.
    TRY(os::remove_tree(settings().run_dir));
    TRY(make_folders());
    const auto program = os::find_program("knotd");
    if (!program.ok())
        return error(
            ErrorCode::FailedPrecondition,
            "knotd is not installed: apt-get install knot, and leave its service disabled");
    const os::ProcessId id = TRY(os::spawn_detached(
        {.argv = unprivileged(user_.ids, {program.value(), "-c", config_file()}, low_port),
         .env = {quick_resolver},
         .log_file = log}));
    TRY(process_.remember(id));
    Status last = is_up();
    for (int poll = 0; poll < start_polls_max && !last.ok() && os::is_alive(id); ++poll) {
        os::wait_unless_stopped(start_poll);
        last = is_up();
    }
    if (last.ok()) return last;
    const std::string said = os::read_file(log).value_or("");
    return error(ErrorCode::Unavailable,
                 "knot did not start: " + last.failure().message + ": " +
                     said.substr(said.size() - std::min(said.size(), log_shown_max)));
}

Status KnotZone::ensure_running() {
    if (process_.is_running()) return ok_status();
    const MonoTime now = clock_.mono();
    TRY(process_.may_start(now));
    const Status up = launch();
    process_.tried(up.ok(), now);
    return up;
}

// The old zone answers until the new one is there.
Status KnotZone::reload() const {
    if (!os::exists(settings().socket()))
        return error(ErrorCode::Unavailable, "knot has not come up yet");
    TRY(os::run_checked({.argv = {"knotc", "-c", config_file(), "-b", "zone-reload", zone_},
                         .timeout = command_timeout}));
    return ok_status();
}

Status KnotZone::apply(const ZoneWish& wish) {
    const std::lock_guard lock(turn_);
    TRY(load());
    zone_ = wish.zone;
    TRY(knot_config(settings()));  // before anything is made in its name
    TRY(make_folders());
    const std::uint32_t before = serial_;
    TRY(write_zone(wish));
    TRY(configure());
    if (!process_.is_running()) return ensure_running();
    return serial_ == before ? ok_status() : reload();
}

Status KnotZone::check() {
    const std::lock_guard lock(turn_);
    if (zone_.empty())
        return error(ErrorCode::FailedPrecondition, "the name server was told no zone yet");
    TRY(ensure_running());
    const Status now = answers();
    if (now.ok()) return now;
    // Told once more: the last word may have been lost.
    TRY(reload());
    return answers();
}

Status KnotZone::stop() {
    const std::lock_guard lock(turn_);
    TRY(process_.end());
    process_.forget_failures();
    zone_.clear();
    TRY(os::remove_tree(config_.run_dir));
    return os::remove_tree(config_.data_dir);
}

}  // namespace foyer::agent
