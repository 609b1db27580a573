#include "node-agent/volume/luks.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <unistd.h>

#include "common/base/text.h"
#include "common/base/trim.h"
#include "common/os/child_process.h"
#include "common/os/files.h"
#include "common/os/stop_event.h"
#include "common/os/sys.h"

namespace foyer::agent {
namespace {

constexpr std::string_view magic{"LUKS\xba\xbe", 6};
constexpr Duration cryptsetup_timeout{120'000};
constexpr Duration close_poll{50};
constexpr int close_polls_max = 100;  // udev may look at a device for a moment

// Exit statuses of cryptsetup(8).
constexpr int wrong_key = 2;
constexpr int busy = 5;

Error cannot(const std::string& what, std::string_view why) {
    return error(ErrorCode::FailedPrecondition,
                 "this machine cannot " + what + " (LUKS): " + std::string(why),
                 {{"rule", std::string(no_luks_rule)}});
}

Status judge(const os::Finished& done, const std::string& what) {
    if (done.timed_out) return error(ErrorCode::Unavailable, "cryptsetup took too long: " + what);
    if (done.exit_code == 0) return ok_status();
    if (done.exit_code == wrong_key)
        return error(ErrorCode::FailedPrecondition,
                     "cannot " + what + ": it was made with another key than this copy's",
                     {{"rule", "other_volume_key"}});
    const bool kernel_lacks = done.messages.find("device-mapper") != std::string::npos ||
                              done.messages.find("kernel supports") != std::string::npos;
    if (kernel_lacks) return cannot(what, "no dm-crypt (modprobe dm_crypt): " + done.messages);
    return error(ErrorCode::Internal, "cannot " + what + ": " + done.messages);
}

// cryptsetup with the key at its standard input, wiped when it goes.
Status run_with_key(std::vector<std::string> argv, std::span<const std::uint8_t> key,
                    const std::string& what) {
    if (!os::find_program("cryptsetup").ok())
        return cannot(what, "no cryptsetup; type: apt install cryptsetup-bin");
    os::Command command{.argv = std::move(argv), .timeout = cryptsetup_timeout};
    command.input.assign(key.begin(), key.end());
    const auto done = os::run(command);
    OPENSSL_cleanse(command.input.data(), command.input.size());
    if (!done.ok()) return done.failure();
    return judge(done.value(), what);
}

std::string name_of_loop(const std::string& device) { return device.substr(device.rfind('/') + 1); }

// Names of the mappings that lie on the device: the kernel's word, whoever made them.
Result<std::vector<std::string>> mappings_on(const LoopDevice& device) {
    std::vector<std::string> names;
    const std::string holders = "/sys/block/" + name_of_loop(device.path) + "/holders";
    if (!os::exists(holders)) return names;
    for (const std::string& holder : TRY(os::list_dir(holders))) {
        const std::string name = TRY(os::read_file("/sys/block/" + holder + "/dm/name", 4096));
        names.emplace_back(trimmed(name, "\n"));
    }
    return names;
}

Status close_mapping(const std::string& name) {
    for (int poll = 0;; ++poll) {
        const auto done =
            TRY(os::run({.argv = {"cryptsetup", "close", name}, .timeout = cryptsetup_timeout}));
        if (done.exit_code != busy || poll == close_polls_max) {
            if (done.exit_code == busy)
                return error(ErrorCode::Unavailable, "something still uses '/dev/mapper/" + name +
                                                         "'; see: lsblk /dev/mapper/" + name);
            return judge(done, "close '" + name + "'");
        }
        os::wait_unless_stopped(close_poll);
    }
}

}  // namespace

bool is_luks(const std::string& image) {
    const auto file = os::open_file(image, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    char start[magic.size()];
    return file.ok() &&
           ::pread(file.value().get(), start, sizeof start, 0) ==
               static_cast<ssize_t>(sizeof start) &&
           std::string_view(start, sizeof start) == magic;
}

std::vector<std::string> luks_format_arguments(const std::string& image) {
    return {"cryptsetup", "luksFormat", "--batch-mode", "--type", "luks2", "--key-file=-",
            "--cipher", "aes-xts-plain64", "--key-size", "512", "--sector-size", "4096", "--pbkdf",
            "pbkdf2", "--pbkdf-force-iterations", "1000",
            // A header of 1 MiB (in sectors of 512 bytes) instead of 16: small volumes exist.
            "--luks2-metadata-size", "16k", "--luks2-keyslots-size", "512k", "--offset", "2048",
            image};
}

std::vector<std::string> luks_open_arguments(const std::string& device, const std::string& name) {
    return {"cryptsetup", "open", "--type", "luks2", "--key-file=-", device, name};
}

std::string luks_mapping_name(const std::string& device, std::span<const std::uint8_t> key_name) {
    return "foyer-" + name_of_loop(device) + "-" + to_hex(key_name);
}

Status format_luks(const std::string& image, std::span<const std::uint8_t> key) {
    return run_with_key(luks_format_arguments(image), key, "encrypt '" + image + "'");
}

Result<BlockDevice> open_luks(const LoopDevice& device, const LuksKey& key) {
    const std::string what = "open '" + device.path + "'";
    const std::string name = luks_mapping_name(device.path, key.name);
    const std::vector<std::string> there = TRY(mappings_on(device));
    if (!there.empty()) {
        // Of another name: opened with another key, or by an agent that named it otherwise.
        if (there.front() != name)
            TRY(run_with_key({"cryptsetup", "open", "--test-passphrase", "--type", "luks2",
                              "--key-file=-", device.path},
                             key.key, what));
        return BlockDevice{.path = "/dev/mapper/" + there.front()};
    }
    TRY(run_with_key(luks_open_arguments(device.path, name), key.key, what));
    return BlockDevice{.path = "/dev/mapper/" + name, .fresh = true};
}

Status close_luks(const std::string& image) {
    if (!is_luks(image)) return ok_status();
    const auto device = TRY(find_loop(image));
    if (!device) return ok_status();
    for (const std::string& name : TRY(mappings_on(*device))) TRY(close_mapping(name));
    return ok_status();
}

}  // namespace foyer::agent
