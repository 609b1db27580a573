# cmake -DFILE=… -DNAME=name -DOUT=file.cpp -P embed_bytes.cmake: a file as `std::string_view name`, declared by whoever reads it.
cmake_minimum_required(VERSION 3.25)
file(READ "${FILE}" bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE "${OUT}" "#include <string_view>

namespace foyer::master {
namespace {

constexpr unsigned char bytes[] = {${bytes}};

}  // namespace

extern const std::string_view ${NAME};
const std::string_view ${NAME}{reinterpret_cast<const char*>(bytes), sizeof(bytes)};

}  // namespace foyer::master
")
