#include "master/notices/webhook_body.h"

#include <nlohmann/json.hpp>

#include "common/base/text.h"

namespace foyer::master {

std::string webhook_body(const Letter& letter) {
    const Event& event = letter.event;
    nlohmann::ordered_json body;
    body["type"] = event.kind;
    body["timestamp"] = to_rfc3339(event.at);
    body["delivery"] = letter.number;
    body["data"] = {{"revision", event.revision.number()},
                    {"at", to_rfc3339(event.at)},
                    {"kind", event.kind},
                    {"subject", event.subject},
                    {"message", event.message},
                    {"sequence", event.sequence},
                    {"about", to_text(event.about)},
                    {"owner", event.owner.str()}};
    return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string webhook_id(const Letter& letter) {
    return "evt_" + std::to_string(letter.event.sequence);
}

}  // namespace foyer::master
