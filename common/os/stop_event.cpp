#include "common/os/stop_event.h"

#include <cstdint>
#include <poll.h>
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

bool wait_unless_stopped(Duration span, std::stop_token stop) {
    const StopEvent stopped(stop);
    pollfd wait = {stopped.fd(), POLLIN, 0};
    ::poll(&wait, 1, static_cast<int>(span.count()));
    return !stop.stop_requested();
}

}  // namespace foyer::os
