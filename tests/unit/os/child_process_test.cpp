#include "common/os/child_process.h"

#include <thread>

#include "common/os/files.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace foyer;

namespace {

os::Command shell(const std::string& script) {
    return {.argv = {"/bin/sh", "-c", script}, .timeout = Duration(60'000)};
}

}  // namespace

TEST_CASE("a program's output, messages and exit code come back") {
    std::vector<std::string> lines;
    os::Command command = shell("cat; echo one >&2; echo two >&2; exit 3");
    command.input = "hello";
    command.on_message = [&](const std::string& line) { lines.push_back(line); };
    const auto done = os::run(command);
    REQUIRE(done.ok());
    CHECK(done.value().exit_code == 3);
    CHECK(done.value().output == "hello");
    CHECK(done.value().messages == "one\ntwo\n");
    CHECK(lines == std::vector<std::string>{"one", "two"});
}

TEST_CASE("output is bounded: its start is kept, and of messages the end") {
    os::Command command =
        shell("i=0; while [ $i -lt 1000 ]; do echo $i; echo e$i >&2; i=$((i+1)); done");
    command.output_max = 10;
    command.message_lines_max = 2;
    const auto done = os::run(command);
    REQUIRE(done.ok());
    CHECK(done.value().output.size() == 10);
    CHECK(done.value().output_cut);
    CHECK(done.value().messages == "e998\ne999\n");
}

TEST_CASE("a program that takes too long is killed with its children") {
    os::Command command = shell("sleep 1000 & sleep 1000");
    command.timeout = Duration(100);
    const auto done = os::run(command);
    REQUIRE(done.ok());
    CHECK(done.value().timed_out);
    CHECK(done.value().exit_code == 128 + 9);
}

TEST_CASE("a stop ends a program early") {
    std::stop_source source;
    std::jthread stopper([&] { source.request_stop(); });
    CHECK(os::run(shell("sleep 1000"), source.get_token()).failure().code ==
          ErrorCode::Unavailable);
}

TEST_CASE("a stop waits for no grandchild that holds the pipes") {
    std::stop_source source;
    std::vector<std::string> lines;
    os::Command command = shell("setsid sh -c 'sleep 0.15; echo late >&2' & echo begun >&2; wait");
    command.on_message = [&](const std::string& line) {
        lines.push_back(line);
        source.request_stop();
    };
    CHECK_FALSE(os::run(command, source.get_token()).ok());
    CHECK(lines == std::vector<std::string>{"begun"});  // after an end by itself, 200 ms are given
}

TEST_CASE("a child gets no descriptor of ours, and a clean environment") {
    const auto done = os::run(shell("ls /proc/self/fd | wc -l; env | grep -c ."));
    REQUIRE(done.ok());
    // 0, 1, 2 and the one ls itself opens; PATH, LC_ALL, and PWD of the shell.
    CHECK(done.value().output == "4\n3\n");
}

TEST_CASE("a missing program is told apart from one that fails") {
    CHECK(os::run({.argv = {"/no/such/program"}}).failure().code == ErrorCode::NotFound);
    const auto failed = os::run_checked(shell("echo because >&2; exit 1"));
    CHECK(failed.failure().message.find("because") != std::string::npos);
}

TEST_CASE("a program in the background reports its start on descriptor 3") {
    const auto report = os::launch(shell("(echo '{\"data\": 7}' >&3; sleep 0.1) & exit 0"));
    REQUIRE(report.ok());
    CHECK(report.value() == "{\"data\": 7}");
    CHECK_FALSE(os::launch(shell("exit 1")).ok());
}

TEST_CASE("a program in the background reads its input once, and none lies about after that") {
    const test::TempFolder folder;
    const std::string log = folder.path() + "/log";
    const auto program = os::spawn_detached({.argv = {"/bin/sh", "-c",
                                                      "read line; read more; echo \"$line|$more\"; "
                                                      "readlink /proc/$$/fd/0"},
                                             .log_file = log,
                                             .input = "a secret\n"});
    REQUIRE(program.ok());
    REQUIRE(os::wait_gone(program.value(), Duration(10'000)).ok());
    const std::string said = os::read_file(log).value();
    CHECK(said.starts_with("a secret|\npipe:"));
    CHECK_FALSE(os::spawn_detached(
                    {.argv = {"/bin/true"}, .log_file = log, .input = std::string(5'000, 'x')})
                    .ok());
}
