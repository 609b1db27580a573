// All parts of a running master, made in order and stopped in the opposite order. The only place
// that wires.
#pragma once

#include <memory>
#include <stop_token>

#include "common/base/random.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/log/log.h"
#include "master/config.h"

namespace foyer::master {

enum class DatabaseKind {
    Named,    // config.database_url
    Private,  // a PostgreSQL of our own in data_dir/postgres
};

class Server {
public:
    // Everything listens when it returns; the database may still be away (then /healthz says so).
    // Borrows clock, rng and log.
    static Result<std::unique_ptr<Server>> start(const Config& config, DatabaseKind database,
                                                 Clock& clock, Rng& rng, Log& log);
    ~Server();

    // Small regular work; several times a second, from one thread.
    void tick();

    // Held calls end, listeners close, requests under way are answered, the batch under way is
    // committed, then the database goes.
    void stop();

private:
    struct Parts;
    explicit Server(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace foyer::master
