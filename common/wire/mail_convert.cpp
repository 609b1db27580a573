#include "common/wire/mail_convert.h"

#include "common/wire/field_check.h"

namespace foyer::wire {
namespace {

constexpr int sources_max = 64;
constexpr int keys_max = 64;
constexpr std::size_t key_bytes_max = 8192;

void write_key(const DkimKey& from, agent::v1::DkimKey& to) {
    to.set_domain(from.domain);
    to.set_selector(from.selector);
    to.set_private_key_pem(from.private_key);
}

// Domain and selector become a file's name and a header's words.
Result<DkimKey> key_from(const agent::v1::DkimKey& from) {
    DkimKey to;
    to.domain = TRY(name_field("mail.domain", from.domain(), hostname_bytes_max));
    to.selector = TRY(name_field("mail.selector", from.selector()));
    to.private_key = TRY(text_field("mail.private_key", from.private_key_pem(), key_bytes_max));
    return to;
}

}  // namespace

void to_wire(const MailRelaySettings& from, agent::v1::MailRelay& to) {
    to.set_address(from.address);
    write_key(from.zone_key, *to.mutable_zone_key());
    to.set_zone_public_key(from.zone_public_key);
}

Result<MailRelaySettings> from_wire(const agent::v1::MailRelay& from) {
    MailRelaySettings to;
    to.address = TRY(name_field("mail_relay.address", from.address()));
    to.zone_key = TRY(key_from(from.zone_key()));
    to.zone_public_key =
        TRY(text_field("mail_relay.zone_public_key", from.zone_public_key(), line_bytes_max));
    return to;
}

void to_wire(const RouteMail& from, agent::v1::RouteMail& to) {
    for (const std::string& source : from.sources) to.add_sources(source);
    for (const DkimKey& key : from.keys) write_key(key, *to.add_keys());
    to.set_per_day_max(from.per_day_max);
}

Result<RouteMail> from_wire(const agent::v1::RouteMail& from) {
    RouteMail to;
    TRY(count_field("mail.sources", from.sources_size(), sources_max));
    for (const std::string& source : from.sources())
        to.sources.push_back(TRY(name_field("mail.sources", source)));
    TRY(count_field("mail.keys", from.keys_size(), keys_max));
    for (const auto& key : from.keys()) to.keys.push_back(TRY(key_from(key)));
    if (from.per_day_max() < 0) return field_error("mail.per_day_max", "is out of range");
    to.per_day_max = from.per_day_max();
    return to;
}

}  // namespace foyer::wire
