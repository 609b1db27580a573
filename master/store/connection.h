// One connection to PostgreSQL, with a deadline on everything it does. Not for two threads at once.
//
// Calls travel as a pipeline: any number of statements, one round trip. A connection that missed a
// deadline or was lost stays broken; open another.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "master/store/statement.h"

struct pg_conn;  // PGconn

namespace foyer::master {

struct ConnectionLimits {
    Duration connect_timeout{10'000};
    Duration statement_timeout{30'000};  // the server ends a statement after this
    Duration lock_timeout{15'000};       // … or when it waits this long for a lock
    Duration idle_in_transaction_timeout{
        10'000};                        // a master cut off inside a batch lets go of the leadership
    Duration answer_timeout{60'000};    // we give up on a round trip …
    Duration commit_timeout{10'000};    // … or on one that people wait for
    Duration tcp_user_timeout{10'000};  // sent, but not acknowledged by the other machine
};

// Results of the calls that succeeded, in order; then what stopped the rest.
struct Answers {
    std::vector<Rows> rows;
    std::optional<Error> failure;
};

struct FreePiece {
    void operator()(char* data) const;
};
struct PieceOfCopy {
    std::unique_ptr<char, FreePiece> data;
    std::size_t size = 0;
};

class Connection {
public:
    // `conninfo`: URI or key=value text of libpq. Never logged: it may hold a password.
    // Unavailable: the server does not answer. FailedPrecondition: it refuses us.
    static Result<std::unique_ptr<Connection>> open(const std::string& conninfo,
                                                    const ConnectionLimits& limits, Clock& clock);
    ~Connection();

    // In one round trip. Outside BEGIN … COMMIT all calls are one transaction. FailedPrecondition,
    // and nothing sent: a value that text cannot hold (a NUL byte).
    Answers run_all(const std::vector<Call>& calls) {
        return run_all(calls, limits_.answer_timeout);
    }
    Answers run_all(const std::vector<Call>& calls, Duration within);
    Result<Rows> run(const Call& call) { return run(call, limits_.answer_timeout); }
    Result<Rows> run(const Call& call, Duration within);
    // Several statements of ours in one text, without values.
    Status script(const std::string& sql);
    // Every row of a COPY … TO STDOUT (FORMAT binary) whose columns are all text, as it arrives:
    // the server reads ahead while `each` works. Ends at the first failure; the connection is then
    // to be thrown away. The answer timeout is for each piece of data.
    Status copy_out(const std::string& sql, const std::vector<std::string>& columns,
                    const std::function<Status(Row row)>& each);

    bool broken() const;
    int server_process() const;
    // A WARNING came since the last call: on COMMIT that means "perhaps".
    bool take_warning();

private:
    Connection(pg_conn* conn, const ConnectionLimits& limits, Clock& clock);
    Status configure_session();
    Status send(const Call& call, std::vector<const Statement*>& pending);
    Result<Rows> receive(MonoTime deadline);
    Status wait_readable(MonoTime deadline);
    Status wait_for_input(MonoTime deadline, bool unsent);
    Result<std::optional<PieceOfCopy>> next_piece();
    Error lost(std::string_view doing);

    struct Closer {
        void operator()(pg_conn* conn) const;
    };
    std::unique_ptr<pg_conn, Closer> conn_;
    ConnectionLimits limits_;
    Clock& clock_;
    std::set<const Statement*> prepared_;
    bool broken_ = false;
    bool warned_ = false;
};

}  // namespace foyer::master
