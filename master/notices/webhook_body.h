// What a webhook is told: the event as the API shows it, in an envelope. Pure.
#pragma once

#include <string>

#include "master/domain/deliveries.h"

namespace foyer::master {

// {"type":"serving","timestamp":…,"delivery":7,"data":{the event},"notice":{what a mail would say}}
// Without a notice where nobody is written to of such an event.
std::string webhook_body(const Letter& letter);

// "evt_41": the same at each repetition, so that a receiver may drop what it has already.
std::string webhook_id(const Letter& letter);

}  // namespace foyer::master
