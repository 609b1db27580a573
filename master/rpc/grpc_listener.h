// Accepts the connections of a gRPC server and hands each over as a descriptor. gRPC 1.51 knows no
// limit on their number, and one accept() that fails for want of descriptors ends a listener of its
// own for good.
//
// Whoever has the descriptor closes it and tells nobody: when a place is wanted, and when they are
// counted, those that are no longer the socket that was accepted give theirs back. So nobody makes
// place for another here: a newcomer without one is refused.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <sys/types.h>
#include <thread>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/log/log.h"
#include "common/os/unique_fd.h"
#include "master/app/connection_log.h"
#include "master/app/connection_places.h"

namespace foyer::master {

class GrpcListener {
public:
    // Has to close the descriptor, which does not block. On the listener's thread.
    using Take = std::function<void(int descriptor)>;

    // `address`: "host:port"; 0.0.0.0 and [::] stand for every address of both families. `name` for
    // the log. Unavailable: it cannot be listened on. Borrows clock and log.
    static Result<std::unique_ptr<GrpcListener>> open(const std::string& name,
                                                      const std::string& address,
                                                      const PlaceLimits& limits, const Clock& clock,
                                                      Log& log);
    ~GrpcListener();

    void start(Take take);
    // Accepts no more. Those that there are go on.
    void stop();

    std::size_t connections();
    ConnectionCounts refused();

private:
    // Numbers of descriptors are used again, those of sockets are not.
    struct Socket {
        int descriptor;
        dev_t device;
        ino_t inode;
    };

    GrpcListener(os::UniqueFd listener, const std::string& name, const PlaceLimits& limits,
                 const Clock& clock, Log& log);
    void run(const std::stop_token& stop);
    void admit(os::UniqueFd socket, const std::string& source);
    ConnectionVerdict enter(const std::string& source, const Socket& socket);
    void forget_closed();

    os::UniqueFd listener_;
    const Clock& clock_;
    ConnectionLog full_;
    Take take_;
    std::mutex mutex_;  // of what follows
    ConnectionPlaces places_;
    std::map<ConnectionNumber, Socket> sockets_;
    MonoTime looked_;  // for closed ones
    std::jthread thread_;
};

}  // namespace foyer::master
