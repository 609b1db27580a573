#include "master/domain/precondition.h"

#include <algorithm>

#include "master/domain/draft.h"
#include "master/domain/tokens.h"
#include "master/domain/upgrades.h"

namespace foyer::master {
namespace {

template <class Map, class Key>
std::optional<Revision> of(const Map& rows, const Key& key) {
    const auto* row = rows.get(key);
    return row == nullptr ? std::nullopt : std::optional(row->revision);
}

// A command that is not here does not compile: it says whether it has a subject.
struct Subject {
    const State& state;
    using Found = std::optional<Revision>;

    Found operator()(const UpdateAccount& c) const { return of(state.accounts(), c.name); }
    Found operator()(const DeleteAccount& c) const { return of(state.accounts(), c.name); }
    // Another's is as if it were not there.
    Found operator()(const RevokeToken& c) const {
        const ApiToken* row = state.tokens().get(c.id);
        const ApiToken* by = state.tokens().get(c.by);
        const bool seen = row != nullptr && by != nullptr && may_see(state, *by, *row);
        return seen ? std::optional(row->revision) : std::nullopt;
    }
    Found operator()(const DeleteIsp& c) const { return of(state.isps(), c.name); }
    Found operator()(const DeleteHost& c) const { return of(state.hosts(), c.name); }
    Found operator()(const DeleteSite& c) const { return of(state.sites(), c.name); }
    Found operator()(const DeleteNode& c) const { return of(state.nodes(), c.name); }
    Found operator()(const CordonNode& c) const { return of(state.nodes(), c.name); }
    Found operator()(const UncordonNode& c) const { return of(state.nodes(), c.name); }
    Found operator()(const DrainNode& c) const { return of(state.nodes(), c.name); }
    Found operator()(const CancelDrain& c) const { return of(state.nodes(), c.name); }
    Found operator()(const WithdrawRelease& c) const {
        return of(state.releases(), std::pair(c.name, c.version));
    }
    Found operator()(const StopInstance& c) const { return instance(c.name, c.owner); }
    Found operator()(const StartInstance& c) const { return instance(c.name, c.owner); }
    Found operator()(const DeleteInstance& c) const { return instance(c.name, c.owner); }
    Found operator()(const PromoteInstance& c) const { return instance(c.name, c.owner); }
    Found operator()(const RevealInstance& c) const { return instance(c.name, c.owner); }
    Found operator()(const ExecInstance& c) const { return instance(c.name, c.by); }
    // Another's is as if it were not there.
    Found instance(const InstanceName& name, const AccountId& owner) const {
        const auto row = find_instance_of(state, name, owner);
        return row.ok() ? std::optional(row.value().revision) : std::nullopt;
    }

    Found operator()(const DeleteWebhook& c) const { return of(state.webhooks(), c.key); }
    Found operator()(const EnableWebhook& c) const { return of(state.webhooks(), c.key); }

    // Another's is as if it were not there.
    Found operator()(const UpdateMember& c) const { return member(c.key, c.by); }
    Found operator()(const InviteMember& c) const { return member(c.key, c.by); }
    Found operator()(const DeleteMember& c) const { return member(c.key, c.by); }
    Found member(const MemberKey& key, const TokenId& by) const {
        return sees_members(state, key.first, by) ? of(state.members(), key) : std::nullopt;
    }

    Found operator()(const CreateMember&) const { return std::nullopt; }
    Found operator()(const OpenSession&) const { return std::nullopt; }
    Found operator()(const CloseSession&) const { return std::nullopt; }
    Found operator()(const AcceptInvitation&) const { return std::nullopt; }
    Found operator()(const ChangePassword&) const { return std::nullopt; }
    Found operator()(const StartTotp&) const { return std::nullopt; }
    Found operator()(const ConfirmTotp&) const { return std::nullopt; }
    Found operator()(const RemoveTotp&) const { return std::nullopt; }
    Found operator()(const LinkIdentity&) const { return std::nullopt; }
    Found operator()(const ChangeContact& c) const { return of_contact(c.contact); }
    Found operator()(const RemoveContact& c) const { return of_contact(c.contact); }
    Found operator()(const RenewContactCode& c) const { return of_contact(c.contact); }
    Found operator()(const ConfirmContact& c) const { return of_contact(c.contact); }
    Found operator()(const CountContactTry& c) const { return of_contact(c.contact); }
    // Another's is as if it were not there.
    Found of_contact(const ContactOf& asked) const {
        const Contact* row = find_contact(state, asked);
        return row == nullptr ? std::nullopt : std::optional(row->revision);
    }

    Found operator()(const AddContact&) const { return std::nullopt; }
    Found operator()(const NoteMails&) const { return std::nullopt; }
    Found operator()(const NoteRefusedOrder&) const { return std::nullopt; }
    Found operator()(const LookAtCertificates&) const { return std::nullopt; }
    Found operator()(const DeleteDomain& c) const {
        const auto row = find_domain(state, c.domain);
        return row.ok() ? std::optional(row.value()->revision) : std::nullopt;
    }

    Found operator()(const CreateDomain&) const { return std::nullopt; }
    Found operator()(const MakeZoneMailKey&) const { return std::nullopt; }
    Found operator()(const NoteDomains&) const { return std::nullopt; }
    Found operator()(const CreateWebhook&) const { return std::nullopt; }
    Found operator()(const NoteWebhooks&) const { return std::nullopt; }
    Found operator()(const CreateAccount&) const { return std::nullopt; }
    Found operator()(const CreateToken&) const { return std::nullopt; }
    Found operator()(const CreateIsp&) const { return std::nullopt; }
    Found operator()(const UpdateIsp& c) const { return of(state.isps(), c.name); }
    Found operator()(const AcceptLine& c) const { return of(state.nodes(), c.name); }
    Found operator()(const CreateHost&) const { return std::nullopt; }
    Found operator()(const CreateSite&) const { return std::nullopt; }
    Found operator()(const CreateNodeToken&) const { return std::nullopt; }
    Found operator()(const EnrolNode&) const { return std::nullopt; }
    Found operator()(const LeaveNode&) const { return std::nullopt; }
    Found operator()(const RenewNode&) const { return std::nullopt; }
    Found operator()(const PublishRelease&) const { return std::nullopt; }
    Found operator()(const PublishPriceList&) const { return std::nullopt; }
    Found operator()(const DeletePriceList& c) const { return of(state.price_lists(), c.name); }
    Found operator()(const OrderInstance&) const { return std::nullopt; }
    Found operator()(const ReportNode&) const { return std::nullopt; }
    Found operator()(const MarkSilent&) const { return std::nullopt; }
    Found operator()(const StartRebalance&) const { return std::nullopt; }
    Found operator()(const StopRebalance&) const { return std::nullopt; }
    Found operator()(const PublishAgentRelease&) const { return std::nullopt; }
    Found operator()(const StartUpgrade&) const { return std::nullopt; }
    Found operator()(const SteerUpgrade&) const {
        const Upgrade* row = current_upgrade(state);
        return row == nullptr ? std::nullopt : std::optional(row->revision);
    }
    Found operator()(const Tick&) const { return std::nullopt; }
    Found operator()(const NoteSightings&) const { return std::nullopt; }
    Found operator()(const ForgetOld&) const { return std::nullopt; }
    Found operator()(const SendApplication&) const { return std::nullopt; }
    Found operator()(const WithdrawApplication&) const { return std::nullopt; }
    Found operator()(const ApproveApplication& c) const { return of(state.applications(), c.id); }
    Found operator()(const RejectApplication& c) const { return of(state.applications(), c.id); }
};

}  // namespace

std::optional<Revision> revision_of_subject(const State& state, const Command& command) {
    return command.visit(Subject{state});
}

Status check_precondition(const State& state, const Command& command,
                          const Precondition& precondition) {
    if (!precondition.any_of) return ok_status();
    const std::optional<Revision> now = revision_of_subject(state, command);
    if (!now || std::ranges::find(*precondition.any_of, *now) != precondition.any_of->end())
        return ok_status();
    return error(ErrorCode::Aborted,
                 "it changed since you read it: it is at revision " +
                     std::to_string(now->number()) +
                     " now, which your If-Match does not name; read it again and decide anew",
                 {{"rule", "if_match"}, {"revision", std::to_string(now->number())}});
}

}  // namespace foyer::master
