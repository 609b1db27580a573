// Mail out of instances' copies: who may send as what, and the keys that it is signed with. An
// instance sends as its own hostname, signed by the zone's key, and as domains that its customer
// has proven, each signed by a key of its own. Edges alone get the private halves.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "master/domain/rows.h"

namespace foyer::master {

class State;

// What a customer's name is for.
enum class DomainUse { Web, Mail, WebAndMail };
inline constexpr std::array all_domain_uses{DomainUse::Web, DomainUse::Mail, DomainUse::WebAndMail};
std::string_view to_text(DomainUse use);
std::optional<DomainUse> domain_use_from(std::string_view text);
constexpr bool is_for_web(DomainUse use) { return use != DomainUse::Mail; }
constexpr bool is_for_mail(DomainUse use) { return use != DomainUse::Web; }

// All of it, or nothing.
struct MailKey {
    std::string selector;
    std::string public_key;  // base64, as DNS has it
    Sealed private_key;      // PEM
    friend bool operator==(const MailKey&, const MailKey&) = default;
};

// Of instances' own hostnames.
struct ZoneMailKey {
    std::string zone;
    MailKey key;
    Revision revision;
    friend bool operator==(const ZoneMailKey&, const ZoneMailKey&) = default;
};

// The cloud's zone has no key yet. One that is there stays.
struct MakeZoneMailKey {
    MailKey key;
};

// "foyer-3v9k2m._domainkey.acme.example", and what stands there.
std::string mail_key_name(std::string_view domain, const MailKey& key);
std::string mail_key_record(const MailKey& key);
// Where a private half is sealed for.
std::string mail_key_place(std::string_view domain, std::string_view selector);

// The relay's overlay address, the same at every edge.
std::string mail_relay_address(const State& state);

// The zone's, if it was made.
const ZoneMailKey* zone_mail_key(const State& state);

}  // namespace foyer::master
