file(READ "${SCHEMA}" text)
file(WRITE "${OUT}" "#pragma once

#include <string_view>

namespace foyer::master {

inline constexpr std::string_view release_schema_text = R\"~~(${text})~~\";

}  // namespace foyer::master
")
