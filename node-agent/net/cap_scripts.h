// The words by which tc and nft are told to hold caps. Pure.
//
//   partition ─► wg… ──egress──► capup ── htb ──► (the same wg…) ─► line
//   line ─► (wg…) ──ingress──► capdown ── htb ──► the same wg… as if just received
//
// capup and capdown are ifb devices: all tunnels lead through the same one, so it is their sum that
// is shaped. In it, what groups live by (their mail, and the questions to edges) goes first, in a
// class of its own; all else waits in a queue of some 100 ms. Where a kernel has none of that, nft
// drops what is too much, in a table of its own.
#pragma once

#include <string>
#include <vector>

#include "common/base/units.h"
#include "node-agent/app/own_line.h"

namespace foyer::agent {

enum class LineSide { Up, Down };

std::string cap_device(LineSide side);

// Fed to `tc -batch -`.
struct Shape {
    LineSide side = LineSide::Up;
    KbitPerSecond rate;
};
std::string shape_anew(const Shape& shape);     // on a device that has nothing
std::string shape_changed(const Shape& shape);  // of shape_anew(), without losing what waits
std::string fair_queue(LineSide side);          // in place of the plain one
std::string lead_through(const std::string& tunnel, const LineCaps& caps);

// Fed to `nft -f -`: replaces what an earlier one made.
std::string drop_excess(const LineCaps& caps);
std::string drop_nothing();

}  // namespace foyer::agent
