#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/os/files.h"
#include "common/os/unique_fd.h"
//
#include "tests/support/catch.h"

using namespace foyer;
namespace fs = std::filesystem;

namespace {

std::string scratch() {
    std::string path = (fs::temp_directory_path() / "foyer-remove-XXXXXX").string();
    REQUIRE(::mkdtemp(path.data()) != nullptr);
    return path;
}

// Deeper than a path can say: with names of 200 bytes, 20 are too many.
void dig(const std::string& top, int depth) {
    const std::string name(200, 'd');
    os::UniqueFd at(::open(top.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (int level = 0; level < depth; ++level) {
        REQUIRE(::mkdirat(at.get(), name.c_str(), 0700) == 0);
        os::UniqueFd file(::openat(at.get(), "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        REQUIRE(file.valid());
        at.reset(::openat(at.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        REQUIRE(at.valid());
    }
}

// For as long as it lives: a process with few descriptors.
class FewDescriptors {
public:
    explicit FewDescriptors(rlim_t count) {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit few{.rlim_cur = count, .rlim_max = before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &few);
    }
    ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    FewDescriptors(const FewDescriptors&) = delete;
    FewDescriptors& operator=(const FewDescriptors&) = delete;

private:
    rlimit before_{};
};

}  // namespace

TEST_CASE("a tree goes however deep it is, with few descriptors") {
    const std::string top = scratch();
    dig(top, 500);
    const FewDescriptors few(64);
    const Status removed = os::remove_tree(top);
    INFO((removed.ok() ? "" : removed.failure().message));
    CHECK(removed.ok());
    CHECK_FALSE(os::exists(top));
}

TEST_CASE("a wide tree goes, whatever its names are") {
    const std::string top = scratch();
    for (int folder = 0; folder < 40; ++folder) {
        const std::string path = top + "/" + std::to_string(folder) + "/.removed-0/.removed-1";
        fs::create_directories(path);
        std::ofstream(path + "/\n \xff") << "x";
        std::ofstream(path + "/../.removed-2") << "x";
    }
    CHECK(os::remove_tree(top).ok());
    CHECK_FALSE(os::exists(top));
}

TEST_CASE("no link is followed, a missing tree is gone, a file goes alone") {
    const std::string top = scratch();
    const std::string kept = scratch();
    std::ofstream(kept + "/file") << "x";
    fs::create_directory_symlink(kept, top + "/link");
    fs::create_directory(top + "/folder");
    fs::create_directory_symlink(kept, top + "/folder/link");
    fs::create_directory_symlink(kept, top + "-link");
    CHECK(os::remove_tree(top).ok());
    CHECK(os::remove_tree(top).ok());
    CHECK(os::remove_tree(top + "-link").ok());
    CHECK_FALSE(os::exists(top + "-link"));
    CHECK(os::exists(kept + "/file"));
    CHECK(os::remove_tree(kept + "/file").ok());
    CHECK(os::remove_tree(kept).ok());
    CHECK_FALSE(os::remove_tree("/").ok());
    CHECK_FALSE(os::remove_tree("").ok());
}
