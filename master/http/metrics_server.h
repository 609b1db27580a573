// GET /metrics (and nothing else) over plain HTTP, for Prometheus on a private address. One thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/base/result.h"

namespace foyer::master {

class MetricsServer {
public:
    // `write` makes the page; called on the server's thread. Unavailable: the address cannot be
    // listened on.
    static Result<std::unique_ptr<MetricsServer>> start(const std::string& host, int port,
                                                        std::function<std::string()> write);
    ~MetricsServer();

private:
    struct Shared;
    explicit MetricsServer(std::unique_ptr<Shared> shared);
    std::unique_ptr<Shared> shared_;
};

}  // namespace foyer::master
