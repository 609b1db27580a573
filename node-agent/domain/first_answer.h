// When an edge followed a leader that took over, and when that one first answered a client. Pure.
//
// The proxy tells nobody of an answer, but counts them: its counter is looked at often while one is
// awaited, so the moment told is late by at most the time between two looks, and never early. A
// name that nobody asks for is not answered; after some time nobody looks any more.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "common/model/assignment.h"
#include "common/model/takeover.h"
#include "node-agent/domain/next_step.h"

namespace foyer::agent {

struct FirstAnswerRules {
    Duration look{100};
    Duration look_rarely{1'000};  // after `eager`
    Duration eager{30'000};
    Duration gives_up{600'000};
};

struct AnswerWatch {
    Fence fence;
    WallTime ordered_at;
    MonoTime heard_at;
    MonoTime routed_at;
    std::optional<std::uint64_t> answers_before;  // at the first look
    std::optional<MonoTime> answered_at;
    std::optional<MonoTime> next_look;  // none: it is over
};

// The proxy has taken the route (route.heard_at is there).
AnswerWatch routed(const EdgeRoute& route, const FirstAnswerRules& rules, MonoTime now);
// So many answers by now.
AnswerWatch counted(AnswerWatch watch, std::uint64_t answers, const FirstAnswerRules& rules,
                    MonoTime now);
// The proxy could not be asked.
AnswerWatch put_off(AnswerWatch watch, const FirstAnswerRules& rules, MonoTime now);

bool is_time_to_look(const AnswerWatch& watch, MonoTime now);
std::optional<MonoTime> next_look(const std::map<std::string, AnswerWatch>& watches);

RoutingReport routing_report(const EdgeRoute& route, const AnswerWatch& watch, Now now);

}  // namespace foyer::agent
