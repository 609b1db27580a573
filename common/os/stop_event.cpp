#include "common/os/stop_event.h"

#include <cstdint>
#include <sys/eventfd.h>

namespace foyer::os {

void StopEvent::Wake::operator()() const {
    const std::uint64_t one = 1;
    const ssize_t written = ::write(fd, &one, sizeof one);
    static_cast<void>(written);  // a full counter is readable already
}

StopEvent::StopEvent(std::stop_token stop)
    : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      callback_(std::move(stop), Wake{event_.get()}) {}

}  // namespace foyer::os
