// People of an account. Whose they are is looked at here for reads, by the decision for writes.
#include "common/tls/sha256.h"
#include "master/rpc/handlers.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

constexpr std::size_t invitation_letters = 32;  // 160 bits

void show(const Member& from, api::Member& to) {
    to.set_account(from.account.str());
    to.set_name(from.name.str());
    for (const AccountRole role : from.scopes) to.add_scopes(to_wire(role));
    to.set_read_only(from.read_only);
    to.set_manages(from.manages);
    to.set_has_password(!from.password_hash.empty());
    to.set_totp(from.totp_on);
    to.set_oidc(!from.identity.subject.empty());
    if (from.invited_until) set_time(*from.invited_until, *to.mutable_invited_until());
    if (from.last_login_at) set_time(*from.last_login_at, *to.mutable_last_login_at());
    set_time(from.created_at, *to.mutable_created_at());
    to.set_made_by(from.made_by.str());
    to.set_revision(from.revision.number());
}

template <class Request>
MemberKey key_of(const Request& request) {
    return {AccountId(request.account()), MemberName(request.name())};
}

template <class Request>
Result<MemberRights> rights_in(const Request& request) {
    MemberRights rights;
    rights.scopes = TRY(roles_in(request.scopes(), "scopes"));
    rights.read_only = request.read_only();
    rights.manages = request.manages();
    return rights;
}

// The row as the write leaves it.
auto shown_later(const MemberKey& key, std::string invitation) {
    return [key, invitation = std::move(invitation)](const State& after, const Reply&,
                                                     google::protobuf::Message& answer) {
        auto& shown = static_cast<api::Member&>(answer);
        show(after.members().at(key), shown);
        shown.set_invitation(invitation);
    };
}

struct Invitation {
    std::string text;  // "inv_…"
    std::string hash;
};

Invitation new_invitation(Rng& rng) {
    std::string text = "inv_" + rng.text(invitation_letters);
    std::string hash = tls::sha256_hex(text);
    return {std::move(text), std::move(hash)};
}

}  // namespace

void create_member(const ApiContext& context, ApiCall call, const api::CreateMemberRequest& request,
                   api::Member& response) {
    const auto rights = rights_in(request);
    if (!rights.ok()) return call.done(rights.failure());
    const Invitation invitation = new_invitation(context.rng);
    PreparedWrite write;
    write.command =
        CreateMember{key_of(request), rights.value(), invitation.hash, call.caller.token};
    write.kind = AnswerKind::Secret;
    write.render =
        shown_later(key_of(request), request.validate_only() ? std::string() : invitation.text);
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void get_member(const ApiContext& context, ApiCall call, const api::GetMemberRequest& request,
                api::Member& response) {
    call.done(context.planner.read([&](const State& state) -> Status {
        const Member* found = state.members().get(key_of(request));
        const bool seen = sees_members(state, AccountId(request.account()), call.caller.token);
        if (found == nullptr || !seen)
            return error(ErrorCode::NotFound, "member '" + request.name() + "' does not exist");
        show(*found, response);
        return ok_status();
    }));
}

void list_members(const ApiContext& context, ApiCall call, const api::ListMembersRequest& request,
                  api::ListMembersResponse& response) {
    const auto window = page_window(context, request.page());
    if (!window.ok()) return call.done(window.failure());
    const AccountId account(request.account());
    call.done(context.planner.read([&](const State& state) -> Status {
        const bool seen =
            state.accounts().contains(account) && sees_members(state, account, call.caller.token);
        if (!seen)
            return error(ErrorCode::NotFound, "account '" + request.account() + "' does not exist");
        std::map<MemberName, Member> own;
        for (auto at = state.members().lower_bound({account, {}});
             at != state.members().end() && at->first.first == account; ++at)
            own.emplace(at->first.second, at->second);
        list_rows(state, own, window.value(), *response.mutable_page(),
                  [&](const Member& row) { show(row, *response.add_members()); });
        return ok_status();
    }));
}

void update_member(const ApiContext& context, ApiCall call, const api::UpdateMemberRequest& request,
                   api::Member& response) {
    const auto rights = rights_in(request);
    if (!rights.ok()) return call.done(rights.failure());
    PreparedWrite write;
    write.command = UpdateMember{key_of(request), rights.value(), call.caller.token};
    write.render = shown_later(key_of(request), {});
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void delete_member(const ApiContext& context, ApiCall call, const api::MemberActionRequest& request,
                   api::DeleteMemberResponse& response) {
    PreparedWrite write;
    write.command = DeleteMember{key_of(request), call.caller.token};
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void invite_member(const ApiContext& context, ApiCall call, const api::MemberActionRequest& request,
                   api::Member& response) {
    const Invitation invitation = new_invitation(context.rng);
    PreparedWrite write;
    write.command = InviteMember{key_of(request), invitation.hash, call.caller.token};
    write.kind = AnswerKind::Secret;
    write.render =
        shown_later(key_of(request), request.validate_only() ? std::string() : invitation.text);
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

}  // namespace foyer::master
