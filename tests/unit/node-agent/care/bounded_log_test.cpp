#include "node-agent/care/bounded_log.h"

#include <fcntl.h>

#include "common/os/files.h"
#include "common/os/sys.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::agent::care;

namespace {

// A program that appends, as spawn_detached gives it its log.
struct Writer {
    explicit Writer(const std::string& file)
        : log(os::open_file(file, O_WRONLY | O_CREAT | O_APPEND, 0640).value()) {}
    void write(const std::string& text) const { REQUIRE(os::write_all(log.get(), text).ok()); }
    os::UniqueFd log;
};

std::string content(const std::string& file) {
    return os::read_file(file, std::size_t{4} << 20).value();
}

}  // namespace

TEST_CASE("a log that grew too long begins anew, and its end is kept") {
    const test::TempFolder folder;
    const std::string file = folder.path() + "/haproxy.log";
    const Writer writer(file);
    std::string line(99, 'x');
    line += '\n';
    for (int count = 0; count < 11'000; ++count) writer.write(line);
    writer.write("the last words\n");
    CHECK(bound_log(file).value());
    CHECK(content(file).empty());
    const std::string kept = content(file + ".1");
    CHECK(static_cast<std::int64_t>(kept.size()) <= log_bytes_kept);
    CHECK(kept.size() > 60'000);
    CHECK(kept.starts_with("xxx"));
    CHECK(kept.find('\n') == 99);
    CHECK(kept.ends_with("the last words\n"));
    // Its writer goes on at the beginning, and leaves no hole.
    writer.write("again\n");
    CHECK(content(file) == "again\n");
    CHECK_FALSE(bound_log(file).value());
}

TEST_CASE("a program that writes for ever never has more than twice the bound on the disk") {
    const test::TempFolder folder;
    const std::string file = folder.path() + "/knot.log";
    const Writer writer(file);
    const std::string minute(300'000, 'y');
    for (int look = 0; look < 20; ++look) {
        writer.write(minute + "\n");
        REQUIRE(bound_logs_in(folder.path()).ok());
        CHECK(static_cast<std::int64_t>(content(file).size()) <= log_bytes_max);
        if (os::exists(file + ".1"))
            CHECK(static_cast<std::int64_t>(content(file + ".1").size()) <= log_bytes_kept);
    }
    CHECK(os::list_dir(folder.path()).value() ==
          std::vector<std::string>{"knot.log", "knot.log.1"});
}

TEST_CASE("what is short, missing, a link or no log is left alone") {
    const test::TempFolder folder;
    Writer(folder.path() + "/fence.log").write("few words\n");
    CHECK(bound_logs_in(folder.path()).value().empty());
    CHECK(content(folder.path() + "/fence.log") == "few words\n");
    CHECK_FALSE(bound_log(folder.path() + "/none.log").value());
    CHECK(bound_logs_in(folder.path() + "/no-folder").value().empty());
    const std::string other = folder.path() + "/data";
    Writer(other).write(std::string(2'000'000, 'z'));
    CHECK(bound_logs_in(folder.path()).value().empty());
    REQUIRE(::symlink(other.c_str(), (folder.path() + "/link.log").c_str()) == 0);
    CHECK_FALSE(bound_log(folder.path() + "/link.log").ok());
    CHECK(content(other).size() == 2'000'000);
}
