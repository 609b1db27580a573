// What is kept of a copy's last report. As PartitionObservation, but light: a master keeps one for
// every copy there is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/rare.h"
#include "common/model/assignment.h"

namespace foyer::master {

class Observed {
public:
    Observed() = default;
    // Of which partition it is, is in its row's key.
    explicit Observed(PartitionObservation seen);
    // As it was reported.
    PartitionObservation as_reported(PartitionId partition) const;

    Fence fence;       // 0 before the first report
    Revision applied;  // Assignment::revision the service has taken up
    ReplicaRole role = ReplicaRole::Standby;
    PartitionPhase phase = PartitionPhase::Assigned;
    bool ready = false;
    bool initialized = false;
    std::optional<Position> position;

    const std::string& step() const { return words_ ? words_->step : nothing(); }
    const std::string& reason() const { return words_ ? words_->reason : nothing(); }
    const std::vector<FollowerView>& followers() const;
    void say(std::string step, std::string reason);

    friend bool operator==(const Observed&, const Observed&) = default;

private:
    // A copy that runs has nothing to say.
    struct Words {
        std::string step;
        std::string reason;
        friend bool operator==(const Words&, const Words&) = default;
    };
    static const std::string& nothing();

    Rare<Words> words_;
    Rare<std::vector<FollowerView>> followers_;  // of a primary
};

}  // namespace foyer::master
