#include "common/wire/errand_convert.h"

#include "common/base/utf8.h"
#include "common/wire/field_check.h"
#include "foyer/agent/v1/errand.pb.h"

namespace foyer::wire {
namespace {

constexpr std::int64_t span_ms_max = 60'000;
constexpr std::size_t failure_bytes_max = 1'024;

Result<Duration> span_field(std::string_view field, std::int64_t milliseconds) {
    if (milliseconds < 0 || milliseconds > span_ms_max)
        return field_error(field, "is not from 0 to a minute");
    return Duration(milliseconds);
}

Result<std::string> bytes_field(std::string_view field, const std::string& bytes,
                                std::size_t bytes_max) {
    if (bytes.size() > bytes_max)
        return field_error(field, "is longer than " + std::to_string(bytes_max) + " bytes");
    return bytes;
}

Result<ReadLog> read_log_from(const agent::v1::ReadLog& from) {
    ReadLog to;
    if (from.newest() < 0 || from.newest() > errand_limits::lines_max)
        return field_error("read_log.newest", "is out of range");
    to.newest = from.newest();
    to.after = TRY(text_field("read_log.after", from.after(), errand_limits::place_bytes_max));
    to.wait = TRY(span_field("read_log.wait_ms", from.wait_ms()));
    return to;
}

Result<RunProgram> run_program_from(const agent::v1::RunProgram& from) {
    RunProgram to;
    TRY(count_field("run_program.argv", from.argv_size(), errand_limits::words_max));
    if (from.argv().empty()) return field_error("run_program.argv", "is empty");
    std::size_t bytes = 0;
    for (const std::string& word : from.argv()) {
        to.argv.push_back(
            TRY(text_field("run_program.argv", word, errand_limits::words_bytes_max)));
        bytes += word.size();
    }
    if (bytes > errand_limits::words_bytes_max)
        return field_error("run_program.argv", "is too long altogether");
    to.input = TRY(bytes_field("run_program.input", from.input(), errand_limits::input_bytes_max));
    to.timeout = TRY(span_field("run_program.timeout_ms", from.timeout_ms()));
    return to;
}

void to_wire(const LogPart& from, agent::v1::LogPart& to) {
    for (const LogLine& line : from.lines) {
        auto& added = *to.add_lines();
        added.set_at_unix_ms(line.at.unix_ms);
        added.set_error(line.stream == LogStream::Error);
        added.set_text(plain_text(line.text, errand_limits::line_bytes_max));
        added.set_continued(line.continued);
    }
    to.set_last(from.last);
    to.set_gap(from.gap);
    to.set_more(from.more);
}

Result<LogPart> log_from(const agent::v1::LogPart& from) {
    LogPart to;
    TRY(count_field("log.lines", from.lines_size(), errand_limits::lines_max));
    std::size_t bytes = 0;
    for (const auto& line : from.lines()) {
        LogLine& added = to.lines.emplace_back();
        added.at = WallTime{TRY(amount_field("log.lines.at_unix_ms", line.at_unix_ms()))};
        added.stream = line.error() ? LogStream::Error : LogStream::Output;
        added.text = TRY(text_field("log.lines.text", line.text(), errand_limits::line_bytes_max));
        added.continued = line.continued();
        bytes += added.text.size();
    }
    if (bytes > errand_limits::log_bytes_max) return field_error("log.lines", "are too long");
    to.last = TRY(text_field("log.last", from.last(), errand_limits::place_bytes_max));
    to.gap = from.gap();
    to.more = from.more();
    return to;
}

void to_wire(const ProgramEnd& from, agent::v1::ProgramEnd& to) {
    to.set_exit_code(from.exit_code);
    to.set_timed_out(from.timed_out);
    to.set_output(from.output.substr(0, errand_limits::output_bytes_max));
    const std::size_t surplus =
        from.errors.size() - std::min(from.errors.size(), errand_limits::errors_bytes_max);
    to.set_errors(from.errors.substr(surplus));
    to.set_output_cut(from.output_cut || from.output.size() > errand_limits::output_bytes_max);
}

Result<ProgramEnd> program_from(const agent::v1::ProgramEnd& from) {
    ProgramEnd to;
    if (from.exit_code() < 0 || from.exit_code() > 255)
        return field_error("program.exit_code", "is none");
    to.exit_code = from.exit_code();
    to.timed_out = from.timed_out();
    to.output = TRY(bytes_field("program.output", from.output(), errand_limits::output_bytes_max));
    to.errors = TRY(bytes_field("program.errors", from.errors(), errand_limits::errors_bytes_max));
    to.output_cut = from.output_cut();
    return to;
}

}  // namespace

void to_wire(const Errand& from, agent::v1::Errand& to) {
    to.set_id(from.id.str());
    to.set_partition(from.partition.str());
    if (const auto* log = std::get_if<ReadLog>(&from.what)) {
        to.mutable_read_log()->set_newest(log->newest);
        to.mutable_read_log()->set_after(log->after);
        to.mutable_read_log()->set_wait_ms(log->wait.count());
    } else {
        const auto& program = std::get<RunProgram>(from.what);
        for (const std::string& word : program.argv) to.mutable_run_program()->add_argv(word);
        to.mutable_run_program()->set_input(program.input);
        to.mutable_run_program()->set_timeout_ms(program.timeout.count());
    }
}

Result<Errand> from_wire(const agent::v1::Errand& from) {
    Errand to;
    to.id = ErrandId(TRY(name_field("errand.id", from.id())));
    to.partition = PartitionId(TRY(name_field("errand.partition", from.partition())));
    switch (from.what_case()) {
        case agent::v1::Errand::kReadLog: to.what = TRY(read_log_from(from.read_log())); break;
        case agent::v1::Errand::kRunProgram:
            to.what = TRY(run_program_from(from.run_program()));
            break;
        case agent::v1::Errand::WHAT_NOT_SET:
            return field_error("errand.what", "is nothing that this agent knows");
    }
    return to;
}

void to_wire(const FinishedErrand& from, agent::v1::FinishErrandRequest& to) {
    to.set_id(from.id.str());
    if (!from.outcome.ok()) {
        to.set_failure(plain_text(from.outcome.failure().message, failure_bytes_max));
    } else if (const auto* log = std::get_if<LogPart>(&from.outcome.value())) {
        to_wire(*log, *to.mutable_log());
    } else {
        to_wire(std::get<ProgramEnd>(from.outcome.value()), *to.mutable_program());
    }
}

Result<FinishedErrand> from_wire(const agent::v1::FinishErrandRequest& from) {
    ErrandId id(TRY(name_field("id", from.id())));
    switch (from.outcome_case()) {
        case agent::v1::FinishErrandRequest::kLog:
            return FinishedErrand{std::move(id), ErrandOutcome(TRY(log_from(from.log())))};
        case agent::v1::FinishErrandRequest::kProgram:
            return FinishedErrand{std::move(id), ErrandOutcome(TRY(program_from(from.program())))};
        case agent::v1::FinishErrandRequest::OUTCOME_NOT_SET: break;
    }
    const std::string why = TRY(text_field("failure", from.failure(), failure_bytes_max));
    return FinishedErrand{std::move(id), error(ErrorCode::Unavailable, why)};
}

}  // namespace foyer::wire
