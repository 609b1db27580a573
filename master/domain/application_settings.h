// How many hosts may ask to be taken in, and how long what they said is kept. From the
// configuration
// ([applications] of master.toml); common/docs/applications.md explains each.
#pragma once

#include "common/base/time.h"

namespace foyer::master {

struct ApplicationSettings {
    bool accept = false;  // takes applications at all
    int open_max = 200;   // that wait for an operator
    // New ones within a day: of all, and of one IPv4 address or IPv6 /64.
    int day_max = 100;
    int source_day_max = 3;
    // Nobody decided for so long: it lapses.
    Duration open_for{std::int64_t{30} * 24 * 3600 * 1000};
    // So long after the decision what is personal is erased.
    Duration contact_for{std::int64_t{30} * 24 * 3600 * 1000};
    // And so long after its end the row is forgotten. More than a node token is valid: as long as a
    // box may enrol with it, it is known which one.
    Duration kept_for{std::int64_t{90} * 24 * 3600 * 1000};
    friend bool operator==(const ApplicationSettings&, const ApplicationSettings&) = default;
};

}  // namespace foyer::master
