// How far somebody is, written down now and then: one write at a time, and no more rows in it than
// the planner decides at once; what is left over comes with the next one.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include "master/app/planner.h"

namespace foyer::master {

class ProgressNotes {
public:
    // Borrows the planner.
    explicit ProgressNotes(Planner& planner) : planner_(planner) {}

    // `progress()` is asked for a command (NoteWebhooks, NoteMails) unless a write is under way.
    template <class Progress>
    void note(Progress progress) {
        if (writing_->load()) return;
        auto command = bounded(progress());
        if (command.progress.empty()) return;
        writing_->store(true);
        Write write;
        write.command = std::move(command);
        planner_.submit(std::move(write), [writing = writing_](const Result<Answer>& done) {
            discard(done, "the next round brings more");
            writing->store(false);
        });
    }

    // At the end: waits until it is written, if this master still may.
    template <class Command>
    void last(Command all) {
        auto command = bounded(std::move(all));
        if (command.progress.empty() || planner_.phase() != PlannerPhase::Leading) return;
        Write write;
        write.command = std::move(command);
        discard(planner_.write(std::move(write)), "what is not written down comes again");
    }

private:
    static constexpr std::size_t rows_at_once = 1'000;

    template <class Command>
    static Command bounded(Command command) {
        if (command.progress.size() > rows_at_once) command.progress.resize(rows_at_once);
        return command;
    }

    Planner& planner_;
    // Shared: the planner may answer after we are gone.
    std::shared_ptr<std::atomic<bool>> writing_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace foyer::master
