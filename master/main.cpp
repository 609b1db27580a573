// foyer-master: configuration, signals, exit status. What runs is in server.h.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

#include "common/base/random.h"
#include "common/base/time.h"
#include "common/log/log.h"
#include "common/os/files.h"
#include "master/http/openapi.h"
#include "master/server.h"
#include "master/server_config.h"

namespace {

using namespace foyer;
using namespace foyer::master;

constexpr int exit_ok = 0;
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;
constexpr std::size_t config_bytes_max = 1 << 20;
constexpr long tick_ns = 200'000'000;

struct Options {
    std::string config_file;
    std::string told_file;
    std::string dev_folder;
    std::string checked_file;
};

// Prints every problem; nothing: the configuration cannot be used.
std::optional<Config> read_config(const std::string& file) {
    const auto text = os::read_file(file, config_bytes_max);
    if (!text.ok()) {
        std::cerr << file << ": " << text.failure().message << "\n";
        return std::nullopt;
    }
    const ParsedConfig parsed = parse_config(text.value());
    if (!parsed.problems.empty()) {
        std::cerr << file << ":\n" << to_text(parsed.problems);
        return std::nullopt;
    }
    const auto calls = courier_config_of(parsed.config);
    if (!calls.ok()) {
        std::cerr << file << ": webhooks.allow: " << calls.failure().message << "\n";
        return std::nullopt;
    }
    const auto mails = postman_config_of(parsed.config);
    if (mails.ok()) return parsed.config;
    std::cerr << file << ": mail.password_file: " << mails.failure().message << "\n";
    return std::nullopt;
}

int check_config(const std::string& file) {
    const auto config = read_config(file);
    if (!config) return exit_usage;
    std::cout << file << ": good\n";
    return exit_ok;
}

int print_openapi(const std::string& file) {
    Config config;
    if (!file.empty()) {
        const auto read = read_config(file);
        if (!read) return exit_usage;
        config = *read;
    }
    std::cout << openapi_document(told_limits_of(config));
    return std::cout.flush().good() ? exit_ok : exit_failed;
}

// Every connection is a descriptor; the soft limit of 1024 is for programs that use select().
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Blocked before any thread exists, so that only the loop below receives them.
sigset_t block_signals() {
    sigset_t waited;
    ::sigemptyset(&waited);
    ::sigaddset(&waited, SIGTERM);
    ::sigaddset(&waited, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &waited, nullptr);
    ::signal(SIGPIPE, SIG_IGN);  // a reader that left is an error of write()
    return waited;
}

int run(const Options& options) {
    Config config;
    if (!options.config_file.empty()) {
        const auto read = read_config(options.config_file);
        if (!read) return exit_usage;
        config = *read;
    }
    const bool dev = !options.dev_folder.empty();
    if (dev) config.data_dir = std::filesystem::absolute(options.dev_folder).lexically_normal();
    if (!dev && config.database_url.empty()) {
        std::cerr << "database.url is missing: name a PostgreSQL, or use --dev DIR\n";
        return exit_usage;
    }
    const sigset_t signals = block_signals();
    raise_descriptor_limit();
    SystemClock clock;
    SystemRng rng;
    StderrSink sink;
    Log log(sink, clock, log_level_from(config.log_level).value_or(LogLevel::Info));
    auto server =
        Server::start(config, dev ? DatabaseKind::Private : DatabaseKind::Named, clock, rng, log);
    if (!server.ok()) {
        log.failure(LogLevel::Error, "start_failed", server.failure());
        return exit_failed;
    }
    const timespec pause{0, tick_ns};
    while (::sigtimedwait(&signals, nullptr, &pause) < 0) server.value()->tick();
    log.info("stopping");
    server.value()->stop();
    log.info("stopped");
    return exit_ok;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("The master of a Foyer cloud.");
    app.require_subcommand(1);
    auto* running =
        app.add_subcommand("run", "Runs in the foreground; logs JSON lines to standard error");
    running->add_option("--config", options.config_file, "TOML file");
    running->add_option("--dev", options.dev_folder,
                        "Keep everything in this folder, a private PostgreSQL included");
    auto* checking =
        app.add_subcommand("check-config", "Prints every error of a configuration file");
    checking->add_option("file", options.checked_file, "TOML file")->required();
    auto* telling = app.add_subcommand("openapi", "Prints the OpenAPI document of the public API");
    telling->add_option("--config", options.told_file, "TOML file: its limits are told");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& why) {
        return app.exit(why) == 0 ? exit_ok : exit_usage;
    }
    try {
        if (checking->parsed()) return check_config(options.checked_file);
        if (telling->parsed()) return print_openapi(options.told_file);
        return run(options);
    } catch (const std::exception& bug) {
        std::fprintf(stderr, "foyer-master: %s\n", bug.what());
        return exit_failed;
    }
}
