// Room that is kept taken on the box's disk, to be given back when others have filled it: so the
// journal can still be written, orders are still obeyed, and what was deleted can be erased, which
// is what makes room again. Given and taken in small steps, because others reach for it too.
#pragma once

#include <string>

#include "common/base/result.h"
#include "common/base/units.h"

namespace foyer::agent {

class DiskReserve {
public:
    static constexpr Bytes step = Bytes(256 * 1024);

    DiskReserve(std::string file, Bytes size) : file_(std::move(file)), size_(size) {}

    // Takes what is missing, or as much of it as there is. ResourceExhausted: not all of it.
    Status take() const;
    // Gives one step back. NotFound: nothing is left to give.
    Status give() const;

private:
    std::string file_;
    Bytes size_;
};

}  // namespace foyer::agent
