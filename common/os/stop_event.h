// A descriptor that becomes readable when stop is requested, so that poll() wakes at once.
#pragma once

#include <stop_token>

#include "common/base/time.h"
#include "common/os/unique_fd.h"

namespace foyer::os {

class StopEvent {
public:
    explicit StopEvent(std::stop_token stop);
    int fd() const { return event_.get(); }

private:
    struct Wake {
        int fd;
        void operator()() const;
    };
    UniqueFd event_;
    std::stop_callback<Wake> callback_;
};

// Waits; false when stop was requested meanwhile. For things outside that announce nothing.
bool wait_unless_stopped(Duration span, std::stop_token stop = {});

}  // namespace foyer::os
