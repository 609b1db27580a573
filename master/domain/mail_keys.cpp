#include "master/domain/mail_keys.h"

#include "common/base/check.h"
#include "common/base/enum_text.h"
#include "master/domain/draft.h"
#include "master/domain/state.h"

namespace foyer::master {

std::string_view to_text(DomainUse use) {
    switch (use) {
        case DomainUse::Web: return "web";
        case DomainUse::Mail: return "mail";
        case DomainUse::WebAndMail: return "web_and_mail";
    }
    CHECK(false);
}

std::optional<DomainUse> domain_use_from(std::string_view text) {
    return enum_from_text(all_domain_uses, text);
}

std::string mail_key_name(std::string_view domain, const MailKey& key) {
    return key.selector + "._domainkey." + std::string(domain);
}

std::string mail_key_record(const MailKey& key) { return "v=DKIM1; k=rsa; p=" + key.public_key; }

std::string mail_key_place(std::string_view domain, std::string_view selector) {
    return "mail/" + std::string(domain) + "/" + std::string(selector);
}

const ZoneMailKey* zone_mail_key(const State& state) {
    return state.zone_mail_keys().get(state.settings().zone);
}

// Edges hear of the key, and of who may send.
Result<Decision> make_zone_mail_key(const State& state, const MakeZoneMailKey& command,
                                    WallTime now) {
    Draft draft(state, now);
    if (zone_mail_key(state) != nullptr) return std::move(draft).done();
    draft.put(ZoneMailKey{state.settings().zone, command.key, Revision()});
    for (const NodeId& name : state.edges()) {
        Node edge = state.nodes().at(name);
        edge.overlay_revision = draft.revision();
        draft.put(std::move(edge));
    }
    for (const auto& [name, row] : state.instances()) {
        if (row.desired == DesiredState::Deleted) continue;
        Instance instance = row;
        instance.route_revision = draft.revision();
        draft.put(std::move(instance));
    }
    return std::move(draft).done();
}

}  // namespace foyer::master
