#include "master/domain/console.h"

#include "common/base/utf8.h"
#include "master/domain/draft.h"
#include "master/domain/membership.h"

namespace foyer::master {
namespace {

constexpr std::size_t told_bytes_max = 400;  // of a command

Result<const Replica*> chosen(const State& state, const Instance& row,
                              std::optional<ReplicaIndex> index, CopyWanted wanted) {
    const std::string list = "; `foyer instance show " + row.name.str() + "` lists the copies";
    const auto copies = state.replicas_of(row.name);
    if (!index) index = row.leader;
    if (!index && wanted == CopyWanted::Any && !copies.empty()) return copies.front();
    if (!index)
        return error(ErrorCode::FailedPrecondition,
                     "no copy of '" + row.name.str() + "' leads now; wait, or name one" + list,
                     {{"rule", "no_leader"}});
    for (const Replica* copy : copies)
        if (copy->key.index == *index && copy->kind == ReplicaKind::Data) return copy;
    return error(
        ErrorCode::NotFound,
        "copy " + std::to_string(index->number) + " does not exist, or holds no data" + list,
        {{"field", "index"}});
}

bool runs(const Replica& copy) {
    switch (copy.observed.phase) {
        case PartitionPhase::Running:
        case PartitionPhase::Unhealthy: return true;
        case PartitionPhase::Assigned:
        case PartitionPhase::Preparing:
        case PartitionPhase::Starting:
        case PartitionPhase::Stopping:
        case PartitionPhase::Stopped:
        case PartitionPhase::Failed:
        case PartitionPhase::Erasing: return false;
    }
    CHECK(false);
}

std::string command_text(const std::vector<std::string>& program) {
    std::string text;
    for (const std::string& word : program) {
        if (!text.empty()) text += ' ';
        text += word;
    }
    const bool whole = text.size() <= told_bytes_max;
    return plain_text(text, told_bytes_max) + (whole ? "" : "…");
}

}  // namespace

Status check_orderer(const Instance& row, const AccountId& by) {
    if (row.owner == by) return ok_status();
    return error(ErrorCode::PermissionDenied,
                 "only '" + row.owner.str() + "', who ordered '" + row.name.str() +
                     "', may look into its copies; ask for a token of that account",
                 {{"rule", "orderer_only"}});
}

Result<const Replica*> find_copy(const State& state, const Instance& row,
                                 std::optional<ReplicaIndex> index, CopyWanted wanted) {
    const Replica* copy = TRY(chosen(state, row, index, wanted));
    const Node* node = state.nodes().get(copy->node);
    if (node == nullptr || node->state != NodeState::Online)
        return error(ErrorCode::Unavailable,
                     copy_text(*copy) + " cannot be asked: its box is not there",
                     {{"rule", "box_away"}, {"node", copy->node.str()}});
    if (wanted == CopyWanted::Running && !runs(*copy))
        return error(
            ErrorCode::FailedPrecondition,
            copy_text(*copy) + " does not run: it is " + std::string(to_text(copy->observed.phase)),
            {{"rule", "not_running"}});
    return copy;
}

Result<Decision> exec_instance(const State& state, const ExecInstance& command, WallTime now) {
    const Instance row =
        TRY(find_row(state.instances(), command.name, "instance", "foyer instance ls"));
    TRY(check_orderer(row, command.by));
    const Replica* copy = TRY(find_copy(state, row, command.index, CopyWanted::Running));
    Draft draft(state, now);
    draft.event("program_run", row,
                "in " + copy_text(*copy) + ": " + command_text(command.program));
    return std::move(draft).done(command.name.str());
}

}  // namespace foyer::master
