#include "master/cli/body_text.h"

#include <nlohmann/json.hpp>

namespace foyer::cli {

Result<std::string> body_text(const nlohmann::json& value) {
    try {
        return value.dump();
    } catch (const nlohmann::json::type_error&) {  // the library's only way to say so
        return error(ErrorCode::InvalidArgument,
                     "a text of this command is not UTF-8; check the terminal's character set");
    }
}

}  // namespace foyer::cli
