// What goes on inside a copy: its box is asked, and whoever calls waits.
#include "master/domain/console.h"

#include <algorithm>

#include "master/domain/limits.h"
#include "master/rpc/handlers.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

constexpr int newest_default = 100;
constexpr Duration exec_default{30'000};
constexpr Duration log_wait_max{55'000};

struct Place {
    NodeId node;
    PartitionId partition;
    ReplicaIndex index;
};

std::optional<ReplicaIndex> index_of(bool given, int number) {
    return given ? std::optional(ReplicaIndex{number}) : std::nullopt;
}

Result<Place> place_of(const State& state, const Caller& caller, const std::string& name,
                       std::optional<ReplicaIndex> index, CopyWanted wanted) {
    const Instance* row = TRY(find_own(state, caller, name));
    TRY(check_orderer(*row, caller.account));
    const Replica* copy = TRY(find_copy(state, *row, index, wanted));
    return Place{copy->node, partition_id(copy->key), copy->key.index};
}

Result<ReadLog> log_wanted(const ApiContext& context, const api::ReadInstanceLogRequest& request) {
    ReadLog wanted;
    if (request.newest() < 0 || request.newest() > errand_limits::lines_max)
        return error(ErrorCode::InvalidArgument,
                     "'/newest' must be from 0 to " + std::to_string(errand_limits::lines_max),
                     {{"path", "/newest"}});
    if (!request.after().empty() && request.newest() > 0)
        return error(ErrorCode::InvalidArgument, "'/newest' does not stand with '/after'",
                     {{"path", "/newest"}});
    if (request.after().size() > errand_limits::place_bytes_max)
        return error(ErrorCode::InvalidArgument, "'/after' is not one this API gave",
                     {{"path", "/after"}});
    wanted.after = request.after();
    wanted.newest = request.newest();
    if (wanted.after.empty() && wanted.newest == 0) wanted.newest = newest_default;
    wanted.wait = std::min(TRY(wait_of(context, request.wait_ms())), log_wait_max);
    return wanted;
}

void show(const LogPart& part, api::ReadInstanceLogResponse& response) {
    for (const LogLine& line : part.lines) {
        auto& added = *response.add_lines();
        set_time(line.at, *added.mutable_at());
        added.set_stream(line.stream == LogStream::Error ? api::LOG_STREAM_ERROR
                                                         : api::LOG_STREAM_OUTPUT);
        added.set_text(line.text);
        added.set_continued(line.continued);
    }
    response.set_last(part.last);
    response.set_gap(part.gap);
    response.set_has_more(part.more);
}

Result<RunProgram> program_wanted(const api::ExecInstanceRequest& request) {
    RunProgram program;
    program.argv.assign(request.command().begin(), request.command().end());
    std::size_t bytes = 0;
    for (const std::string& word : program.argv) bytes += word.size();
    if (program.argv.empty() || program.argv.front().empty())
        return error(ErrorCode::InvalidArgument, "'/command' names no program",
                     {{"path", "/command"}});
    if (request.command_size() > errand_limits::words_max || bytes > errand_limits::words_bytes_max)
        return error(ErrorCode::InvalidArgument,
                     "'/command' has at most " + std::to_string(errand_limits::words_max) +
                         " words, " + std::to_string(errand_limits::words_bytes_max) +
                         " bytes together; give more by '/input'",
                     {{"path", "/command"}});
    if (request.input().size() > errand_limits::input_bytes_max)
        return error(
            ErrorCode::InvalidArgument,
            "'/input' has at most " + std::to_string(errand_limits::input_bytes_max) + " bytes",
            {{"path", "/input"}});
    if (request.timeout_ms() < 0 || request.timeout_ms() > limits::exec_timeout_max.count())
        return error(
            ErrorCode::InvalidArgument,
            "'/timeout_ms' must be from 0 to " + std::to_string(limits::exec_timeout_max.count()),
            {{"path", "/timeout_ms"}});
    program.input = request.input();
    program.timeout = request.timeout_ms() == 0 ? exec_default : Duration(request.timeout_ms());
    return program;
}

void show(const ProgramEnd& end, api::ExecInstanceResponse& response) {
    response.set_exit_code(end.exit_code);
    response.set_timed_out(end.timed_out);
    response.set_output(end.output);
    response.set_errors(end.errors);
    response.set_output_cut(end.output_cut);
}

// What the box tells, shown, and the call is done.
template <class Part, class Response>
ErrandDesk::Done answering(Response& response, Api::Done done) {
    return [&response, done = std::move(done)](const Result<ErrandOutcome>& outcome) {
        if (!outcome.ok()) return done(outcome.failure());
        show(std::get<Part>(outcome.value()), response);
        done(ok_status());
    };
}

// In which copy it is, or would be, run.
void render_copy(const State& after, const ExecInstance& command,
                 api::ExecInstanceResponse& answer) {
    const Instance* row = after.instances().get(command.name);
    if (row == nullptr) return;
    const auto copy = find_copy(after, *row, command.index, CopyWanted::Running);
    if (copy.ok()) answer.set_index(copy.value()->key.index.number);
}

}  // namespace

void read_instance_log(const ApiContext& context, ApiCall call,
                       const api::ReadInstanceLogRequest& request,
                       api::ReadInstanceLogResponse& response) {
    const auto wanted = log_wanted(context, request);
    if (!wanted.ok()) return call.done(wanted.failure());
    const auto place = context.planner.read([&](const State& state) {
        return place_of(state, call.caller, request.name(),
                        index_of(request.has_index(), request.index()), CopyWanted::Any);
    });
    if (!place.ok()) return call.done(place.failure());
    response.set_index(place.value().index.number);
    context.errands.send(place.value().node, place.value().partition, wanted.value(),
                         wanted.value().wait, answering<LogPart>(response, std::move(call.done)));
}

void exec_instance(const ApiContext& context, ApiCall call, const api::ExecInstanceRequest& request,
                   api::ExecInstanceResponse& response) {
    const auto program = program_wanted(request);
    if (!program.ok()) return call.done(program.failure());
    const Status own = context.planner.read([&](const State& state) -> Status {
        return check_orderer(*TRY(find_own(state, call.caller, request.name())),
                             call.caller.account);
    });
    if (!own.ok()) return call.done(own);
    const ExecInstance command{InstanceName(request.name()),
                               index_of(request.has_index(), request.index()), program.value().argv,
                               call.caller.account};
    PreparedWrite write;
    write.command = command;
    write.render = [command](const State& after, const Reply&, google::protobuf::Message& answer) {
        render_copy(after, command, static_cast<api::ExecInstanceResponse&>(answer));
    };
    const auto newly = std::make_shared<bool>(false);
    write.committed = [newly] { *newly = true; };
    call.done = [&context, &response, newly, only_plan = request.validate_only(), command,
                 caller = call.caller, program = program.value(),
                 done = std::move(call.done)](const Status& committed) {
        if (!committed.ok() || only_plan) return done(committed);
        if (!*newly)
            return done(error(ErrorCode::FailedPrecondition,
                              "it was run under this request id already, and what it said is not "
                              "kept; to run it again, choose another id",
                              {{"rule", "already_run"}}));
        const auto place = context.planner.read([&](const State& state) {
            return place_of(state, caller, command.name.str(), ReplicaIndex{response.index()},
                            CopyWanted::Running);
        });
        if (!place.ok()) return done(place.failure());
        // Given away at most once, whatever happens on the way.
        context.errands.send(place.value().node, place.value().partition, program, program.timeout,
                             answering<ProgramEnd>(response, done));
    };
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

}  // namespace foyer::master
