// How well a machine is, for whoever would make it a box: one look, without a history. Pure.
#pragma once

#include "node-agent/check/judge.h"

namespace foyer::agent {

Finding disk_health(const MachineFacts& facts);
Finding temperature(const MachineFacts& facts);
Finding power(const MachineFacts& facts);

}  // namespace foyer::agent
