#include "master/domain/draft.h"

namespace foyer::master {

Draft::Draft(const State& state, WallTime now)
    : state_(state),
      now_(now),
      revision_(state.revision().next()),
      next_event_(state.last_event() + 1) {}
Draft::Draft(Draft&&) noexcept = default;
Draft::~Draft() = default;

void Draft::add(Change change) { changes_.push_back(std::move(change)); }

Decision Draft::done(std::string subject, std::optional<OperationId> operation) && {
    Reply reply;
    reply.subject = std::move(subject);
    reply.operation = std::move(operation);
    return Decision{std::move(changes_), std::move(reply)};
}

}  // namespace foyer::master
