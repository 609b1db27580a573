// People of an account beside their table.
#include "master/store/row_mapping.h"

namespace foyer::master {
namespace {

const Table& members() {
    using enum Column::Kind;
    static const Table table({"members",
                              {"account", "name"},
                              {{"account"},
                               {"name"},
                               {"scopes", Texts},
                               {"read_only", Bool},
                               {"manages", Bool},
                               {"password_hash"},
                               {"totp"},
                               {"totp_on", Bool},
                               {"totp_step", Int8},
                               {"issuer"},
                               {"subject"},
                               {"invitation_hash"},
                               {"invited_until", Time},
                               {"made_by"},
                               {"last_login_at", Time},
                               {"created_at", Time},
                               {"revision", Int8}}});
    return table;
}

Status read_member(Row row, Changes& into) {
    Member m;
    TRY(row.into(m.account, m.name, m.scopes, m.read_only, m.manages, m.password_hash, m.totp,
                 m.totp_on, m.totp_step, m.identity.issuer, m.identity.subject, m.invitation_hash,
                 m.invited_until, m.made_by, m.last_login_at, m.created_at, m.revision));
    into.push_back(Put<Member>{std::move(m)});
    return ok_status();
}

}  // namespace

Call put_call(const Member& m) {
    return {&members().put,
            Params().add(m.account, m.name, m.scopes, m.read_only, m.manages, m.password_hash,
                         m.totp, m.totp_on, m.totp_step, m.identity.issuer, m.identity.subject,
                         m.invitation_hash, m.invited_until, m.made_by, m.last_login_at,
                         m.created_at, m.revision)};
}

Call drop_call(const DropMember& change) {
    return {&members().drop, Params().add(change.key.first, change.key.second)};
}

void add_member_loaders(std::vector<Loader>& loaders) {
    loaders.push_back({{}, &members().copy, read_member});
}

}  // namespace foyer::master
