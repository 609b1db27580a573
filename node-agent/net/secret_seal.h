// Seals secrets from box to box: their form on the wire, under keys made for one question.
#pragma once

#include "common/base/random.h"
#include "node-agent/app/group_ports.h"

namespace foyer::agent {

SecretSeal box_seal(Rng& rng);  // which outlives it

}  // namespace foyer::agent
