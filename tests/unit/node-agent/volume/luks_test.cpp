#include "node-agent/volume/luks.h"

#include <algorithm>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

bool has(const std::vector<std::string>& arguments, const std::string& wanted) {
    return std::ranges::find(arguments, wanted) != arguments.end();
}

}  // namespace

TEST_CASE("a volume tells by its first bytes whether it is LUKS") {
    const test::TempFolder folder;
    const std::string file = folder.path() + "/store.img";
    CHECK_FALSE(is_luks(file));
    std::ofstream(file) << "LUK";
    CHECK_FALSE(is_luks(file));
    std::ofstream(file) << std::string(4096, '\0');
    CHECK_FALSE(is_luks(file));
    std::ofstream(file) << "LUKS\xba\xbe" << std::string(100, '\0');
    CHECK(is_luks(file));
}

TEST_CASE("an open one is called by its device and by the key that opened it") {
    const std::vector<std::uint8_t> ours(luks_name_bytes, 0xab), other(luks_name_bytes, 0xac);
    const std::string name = luks_mapping_name("/dev/loop7", ours);
    CHECK(name == "foyer-loop7-abababababababababababababababab");
    CHECK(name != luks_mapping_name("/dev/loop7", other));
    CHECK(name.size() < 128);  // longer ones device-mapper refuses
}

TEST_CASE("cryptsetup takes the key from its standard input") {
    CHECK(has(luks_format_arguments("/a/store.img"), "--key-file=-"));
    CHECK(luks_format_arguments("/a/store.img").back() == "/a/store.img");
    CHECK(luks_open_arguments("/dev/loop7", "foyer-loop7-ab") ==
          std::vector<std::string>{"cryptsetup", "open", "--type", "luks2", "--key-file=-",
                                   "/dev/loop7", "foyer-loop7-ab"});
}
