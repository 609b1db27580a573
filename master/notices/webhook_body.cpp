#include "master/notices/webhook_body.h"

#include <nlohmann/json.hpp>

#include "common/base/check.h"
#include "common/base/text.h"
#include "master/notices/notice_words.h"

namespace foyer::master {
namespace {

using Json = nlohmann::ordered_json;

Json words_in(Language language, const Event& event) {
    const auto words = notice_words(language, event.kind, {event.subject, event.message});
    CHECK(words);  // is_complete()
    return {{"title", words->title},
            {"what", words->what},
            {"means", words->means},
            {"todo", words->todo}};
}

}  // namespace

std::string webhook_body(const Letter& letter) {
    const Event& event = letter.event;
    Json body;
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
    const EventRule* rule = find_event_rule(event.kind);
    if (rule != nullptr && rule->told)
        body["notice"] = {{"topic", to_text(rule->told->topic)},
                          {"weight", to_text(rule->told->weight)},
                          {"en", words_in(Language::English, event)},
                          {"fr", words_in(Language::French, event)}};
    return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string webhook_id(const Letter& letter) {
    return "evt_" + std::to_string(letter.event.sequence);
}

}  // namespace foyer::master
