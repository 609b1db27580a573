// What the log says when connections are too many: a line a minute, not one each, for a flood would
// fill a disk. The page of metrics counts all of them.
#pragma once

#include <string>

#include "common/base/time.h"
#include "common/log/log.h"
#include "master/app/connection_places.h"

namespace foyer::master {

// For one thread.
class ConnectionLog {
public:
    // `listener` as an operator knows it. Borrows the others.
    ConnectionLog(std::string listener, Log& log, const Clock& clock)
        : listener_(std::move(listener)), log_(log), clock_(clock) {}

    void tell(const std::string& source, const ConnectionVerdict& verdict);

private:
    const std::string listener_;
    Log& log_;
    const Clock& clock_;
    MonoTime next_line_;
};

}  // namespace foyer::master
