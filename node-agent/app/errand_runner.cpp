#include "node-agent/app/errand_runner.h"

#include <algorithm>
#include <condition_variable>

namespace foyer::agent {
namespace {

Result<ErrandOutcome> outcome_of(PartitionConsole& console, const Errand& errand, bool exec,
                                 const std::stop_token& stop) {
    if (const auto* log = std::get_if<ReadLog>(&errand.what))
        return ErrandOutcome(TRY(console.read_log(errand.partition, *log, stop)));
    if (!exec)
        return error(ErrorCode::PermissionDenied,
                     "the host of this box lets nobody run programs there");
    return ErrandOutcome(
        TRY(console.run_program(errand.partition, std::get<RunProgram>(errand.what), stop)));
}

// False: stopped.
bool pause(Duration span, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, span, [] { return false; });
    return !stop.stop_requested();
}

}  // namespace

ErrandRunner::~ErrandRunner() {
    for (const auto& one : running_) one->thread.request_stop();
}

void ErrandRunner::take(const std::vector<Errand>& errands) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(running_, [](const auto& one) { return one->ended.load(); });
    for (const Errand& errand : errands) begin(errand, running_.size() < rules_.at_once_max);
}

// What is refused is told from a thread too: the link must not wait for a call of its own. There
// are no more of these than one answer brings.
void ErrandRunner::begin(const Errand& errand, bool room) {
    auto running = std::make_unique<Running>();
    Running* self = running.get();
    running_.push_back(std::move(running));
    self->thread = std::jthread([this, self, errand, room](const std::stop_token& stop) {
        run(errand, room, stop);
        self->ended = true;
    });
}

void ErrandRunner::run(const Errand& errand, bool room, const std::stop_token& stop) {
    const bool program = std::holds_alternative<RunProgram>(errand.what);
    const Result<ErrandOutcome> outcome =
        room ? outcome_of(console_, errand, rules_.exec, stop)
             : Result<ErrandOutcome>(
                   error(ErrorCode::ResourceExhausted,
                         "this box reads logs and runs programs for others; try again soon"));
    if (program) log_.info("program_run", {{"partition", errand.partition}, {"ok", outcome.ok()}});
    for (int i = 0; i < rules_.tells_max; ++i) {
        const Status told = tell_(errand.id, outcome);
        if (told.ok() || told.failure().code == ErrorCode::NotFound) return;
        log_.failure(LogLevel::Info, "errand_not_told", told.failure());
        if (!pause(rules_.tell_again, stop)) return;
    }
}

}  // namespace foyer::agent
