#include "master/store/connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>

#include "master/store/copy_reader.h"
#include "master/store/pq.h"
#include "master/store/sql_error.h"

namespace foyer::master {

namespace {

// Round trips that only we may ask for: names, never values, are in these texts.
const Statement session_settings{
    "session_settings",
    "SELECT set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false),"
    " set_config('idle_in_transaction_session_timeout', $3, false),"
    " set_config('timezone', 'UTC', false),"
    // An acknowledged write survives a crash of the server, whatever its own default says.
    " set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN"
    " ('off', 'local') THEN 'on' ELSE current_setting('synchronous_commit') END, false)"};

std::string one_line(const char* text) {
    std::string line = text == nullptr ? "" : text;
    while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
    std::ranges::replace(line, '\n', ' ');
    return line;
}

void hear_notice(void* warned, const PGresult* notice) {
    const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity != nullptr && std::strcmp(severity, "WARNING") == 0)
        *static_cast<bool*>(warned) = true;
}

std::string in_seconds(Duration span) { return std::to_string((span.count() + 999) / 1000); }

// A wrong password or an unknown database will be wrong again: no SQLSTATE is kept by libpq here.
ErrorCode code_of_refusal(const std::string& why) {
    for (const std::string_view hopeless :
         {"authentication failed", "does not exist", "no pg_hba.conf entry", "invalid"}) {
        if (why.find(hopeless) != std::string::npos &&
            why.find("No such file") == std::string::npos)
            return ErrorCode::FailedPrecondition;
    }
    return ErrorCode::Unavailable;
}

}  // namespace

void Connection::Closer::operator()(pg_conn* conn) const { PQfinish(conn); }

Connection::Connection(pg_conn* conn, const ConnectionLimits& limits, Clock& clock)
    : conn_(conn), limits_(limits), clock_(clock) {}

Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::open(const std::string& conninfo,
                                                     const ConnectionLimits& limits, Clock& clock) {
    const std::string connect_timeout = in_seconds(limits.connect_timeout);
    const std::string tcp_timeout = std::to_string(limits.tcp_user_timeout.count());
    const std::array<const char*, 7> keys = {"dbname",
                                             "connect_timeout",
                                             "tcp_user_timeout",
                                             "client_encoding",
                                             "fallback_application_name",
                                             "target_session_attrs",
                                             nullptr};
    const std::array<const char*, 7> values = {
        conninfo.c_str(), connect_timeout.c_str(), tcp_timeout.c_str(),
        "UTF8",           "foyer-master",          "read-write",
        nullptr};
    ConnPtr conn(PQconnectdbParams(keys.data(), values.data(), 1));
    if (PQstatus(conn.get()) != CONNECTION_OK) {
        const std::string why = one_line(PQerrorMessage(conn.get()));
        return error(code_of_refusal(why), "cannot connect to the database: " + why);
    }
    std::unique_ptr<Connection> connection(new Connection(conn.release(), limits, clock));
    PQsetNoticeReceiver(connection->conn_.get(), hear_notice, &connection->warned_);
    if (PQsetnonblocking(connection->conn_.get(), 1) != 0 ||
        PQenterPipelineMode(connection->conn_.get()) != 1)
        return connection->lost("prepare the connection");
    TRY(connection->configure_session());
    return connection;
}

Status Connection::configure_session() {
    Params params;
    params.add(std::to_string(limits_.statement_timeout.count()),
               std::to_string(limits_.lock_timeout.count()),
               std::to_string(limits_.idle_in_transaction_timeout.count()));
    TRY(run({&session_settings, params}));
    return ok_status();
}

Error Connection::lost(std::string_view doing) {
    broken_ = true;
    const std::string why = one_line(PQerrorMessage(conn_.get()));
    return error(ErrorCode::Unavailable, "lost the database while trying to " + std::string(doing) +
                                             (why.empty() ? "" : ": " + why));
}

bool Connection::broken() const { return broken_ || PQstatus(conn_.get()) != CONNECTION_OK; }
int Connection::server_process() const { return PQbackendPID(conn_.get()); }
bool Connection::take_warning() { return std::exchange(warned_, false); }

Status Connection::send(const Call& call, std::vector<const Statement*>& pending) {
    if (!prepared_.contains(call.statement) &&
        std::ranges::find(pending, call.statement) == pending.end()) {
        if (PQsendPrepare(conn_.get(), call.statement->name.c_str(), call.statement->sql.c_str(), 0,
                          nullptr) != 1)
            return lost("prepare a statement");
        pending.push_back(call.statement);
    }
    std::vector<const char*> texts;
    for (const auto& value : call.params.values())
        texts.push_back(value ? value->c_str() : nullptr);
    if (PQsendQueryPrepared(conn_.get(), call.statement->name.c_str(),
                            static_cast<int>(texts.size()), texts.data(), nullptr, nullptr, 0) != 1)
        return lost("send a statement");
    return ok_status();
}

Answers Connection::run_all(const std::vector<Call>& calls, Duration within) {
    Answers answers;
    const auto fail = [&](Error why) {
        answers.failure = std::move(why);
        return std::move(answers);
    };
    for (const Call& call : calls) {
        for (const auto& value : call.params.values()) {
            if (!value || value->find('\0') == std::string::npos) continue;
            return fail(
                error(ErrorCode::FailedPrecondition, "a text with a NUL byte cannot be stored"));
        }
    }
    // Which statement each coming result prepares; nullptr: it answers a call.
    std::vector<const Statement*> expected;
    std::vector<const Statement*> pending;
    for (const Call& call : calls) {
        const std::size_t before = pending.size();
        const Status sent = send(call, pending);
        if (!sent.ok()) return fail(sent.failure());
        if (pending.size() > before) expected.push_back(call.statement);
        expected.push_back(nullptr);
    }
    if (PQpipelineSync(conn_.get()) != 1) return fail(lost("send a batch"));
    const MonoTime deadline = clock_.mono() + within;
    for (const Statement* prepares : expected) {
        Result<Rows> got = receive(deadline);
        if (broken_) return fail(got.ok() ? lost("read an answer") : got.failure());
        if (answers.failure) continue;  // what follows a failure was not run
        if (!got.ok()) {
            answers.failure = got.failure();
        } else if (prepares != nullptr) {
            prepared_.insert(prepares);
        } else {
            answers.rows.push_back(std::move(got).value());
        }
    }
    const Result<Rows> end = receive(deadline);
    if (!end.ok() && broken_) return fail(end.failure());
    return answers;
}

Result<Rows> Connection::run(const Call& call, Duration within) {
    Answers answers = run_all({call}, within);
    if (answers.failure) return *answers.failure;
    return std::move(answers.rows.front());
}

// One result, and the NULL that ends it (the pipeline's own end has none).
Result<Rows> Connection::receive(MonoTime deadline) {
    std::shared_ptr<PGresult> kept;
    for (;;) {
        TRY(wait_readable(deadline));
        PGresult* raw = PQgetResult(conn_.get());
        if (raw == nullptr) break;
        kept = std::shared_ptr<PGresult>(raw, FreeWith<PQclear>());
        if (PQresultStatus(raw) == PGRES_PIPELINE_SYNC) return Rows(kept);
        if (PQstatus(conn_.get()) != CONNECTION_OK) return lost("read an answer");
    }
    if (!kept) return lost("read an answer");
    switch (PQresultStatus(kept.get())) {
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK:
        case PGRES_PIPELINE_SYNC: return Rows(kept);
        case PGRES_PIPELINE_ABORTED:
            return error(ErrorCode::Aborted, "not run: an earlier statement failed");
        case PGRES_FATAL_ERROR:
        case PGRES_EMPTY_QUERY:
        case PGRES_COPY_OUT:
        case PGRES_COPY_IN:
        case PGRES_BAD_RESPONSE:
        case PGRES_NONFATAL_ERROR:
        case PGRES_COPY_BOTH:
        case PGRES_SINGLE_TUPLE: break;
    }
    return error_of(kept.get());
}

// Sends what is still to be sent and reads until a result is whole, or the deadline has passed.
Status Connection::wait_readable(MonoTime deadline) {
    for (;;) {
        const int unsent = PQflush(conn_.get());
        if (unsent < 0 && PQstatus(conn_.get()) != CONNECTION_OK) return lost("send a batch");
        if (PQisBusy(conn_.get()) == 0) return ok_status();
        TRY(wait_for_input(deadline, unsent > 0));
    }
}

// Once: something arrived, or could be sent, or a second has passed.
Status Connection::wait_for_input(MonoTime deadline, bool unsent) {
    const Duration left = deadline - clock_.mono();
    if (left.count() <= 0) {
        broken_ = true;  // its answer may still come, to nobody
        return error(ErrorCode::Unavailable, "the database did not answer in time");
    }
    const short wanted = static_cast<short>(unsent ? POLLIN | POLLOUT : POLLIN);
    pollfd wait{PQsocket(conn_.get()), wanted, 0};
    const int ready =
        ::poll(&wait, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 1'000)));
    if (ready < 0 && errno != EINTR) return lost("wait for an answer");
    if (ready > 0 && (wait.revents & ~POLLOUT) != 0 && PQconsumeInput(conn_.get()) != 1)
        return lost("read an answer");
    return ok_status();
}

Status Connection::script(const std::string& sql) {
    if (PQexitPipelineMode(conn_.get()) != 1) return lost("begin a script");
    if (PQsendQuery(conn_.get(), sql.c_str()) != 1) return lost("send a script");
    const MonoTime deadline = clock_.mono() + limits_.answer_timeout;
    std::optional<Error> failure;
    for (;;) {
        TRY(wait_readable(deadline));
        const ResultPtr result(PQgetResult(conn_.get()));
        if (!result) break;
        const ExecStatusType status = PQresultStatus(result.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && !failure)
            failure = error_of(result.get());
    }
    if (broken()) return lost("run a script");
    if (PQenterPipelineMode(conn_.get()) != 1) return lost("end a script");
    if (failure) return *failure;
    return ok_status();
}

void FreePiece::operator()(char* data) const { PQfreemem(data); }

// Absent: the copy is over.
Result<std::optional<PieceOfCopy>> Connection::next_piece() {
    const MonoTime deadline = clock_.mono() + limits_.answer_timeout;
    for (;;) {
        char* data = nullptr;
        const int size = PQgetCopyData(conn_.get(), &data, 1);
        if (size > 0)
            return std::optional(PieceOfCopy{std::unique_ptr<char, FreePiece>(data),
                                             static_cast<std::size_t>(size)});
        if (size == -1) return std::optional<PieceOfCopy>();
        if (size < -1) return lost("copy a table");
        TRY(wait_for_input(deadline, false));
    }
}

Status Connection::copy_out(const std::string& sql, const std::vector<std::string>& columns,
                            const std::function<Status(Row row)>& each) {
    if (PQexitPipelineMode(conn_.get()) != 1) return lost("begin a copy");
    if (PQsendQuery(conn_.get(), sql.c_str()) != 1) return lost("send a copy");
    TRY(wait_readable(clock_.mono() + limits_.answer_timeout));
    const ResultPtr begun(PQgetResult(conn_.get()));
    if (begun && PQresultStatus(begun.get()) != PGRES_COPY_OUT) return error_of(begun.get());
    CopyReader reader(columns);
    for (;;) {
        const std::optional<PieceOfCopy> piece = TRY(next_piece());
        if (!piece) break;
        TRY(reader.read({piece->data.get(), piece->size}, each));
    }
    std::optional<Error> failure;
    for (;;) {
        TRY(wait_readable(clock_.mono() + limits_.answer_timeout));
        const ResultPtr result(PQgetResult(conn_.get()));
        if (!result) break;
        if (PQresultStatus(result.get()) != PGRES_COMMAND_OK && !failure)
            failure = error_of(result.get());
    }
    if (failure) return *failure;
    if (PQenterPipelineMode(conn_.get()) != 1) return lost("end a copy");
    return ok_status();
}

}  // namespace foyer::master
