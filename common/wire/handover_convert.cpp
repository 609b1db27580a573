#include "common/wire/handover_convert.h"

#include "common/wire/field_check.h"
#include "common/wire/group_convert.h"
#include "foyer/group/v1/group.pb.h"

namespace foyer::wire {
namespace {

namespace v1 = group::v1;

constexpr std::size_t key_bytes = 32;
constexpr int secrets_max = static_cast<int>(handover_secrets_max);
// All secrets that one answer may hold, sealed or not: fits in a datagram.
constexpr std::size_t secrets_bytes_max =
    handover_secrets_max * (handover_secret_bytes_max + name_bytes_max + 32);
static_assert(secrets_bytes_max + 2048 < datagram_bytes_max);

Result<WallTime> order_of(std::int64_t unix_ms) {
    if (unix_ms <= 0) return field_error("ordered_at_unix_ms", "is missing");
    return WallTime{unix_ms};
}

Result<std::string> bytes_of(std::string_view field, const std::string& bytes, std::size_t count) {
    if (bytes.size() != count)
        return field_error(field, "is not of " + std::to_string(count) + " bytes");
    return bytes;
}

}  // namespace

void put(const SecretQuestion& from, v1::SecretQuestion& to) {
    to.set_group(from.group.str());
    to.set_ordered_at_unix_ms(from.ordered_at.unix_ms);
    for (const std::string& name : from.names) to.add_names(name);
    to.set_nonce(from.nonce);
    to.set_public_key(from.public_key);
}

void put(const SecretAnswer& from, v1::SecretAnswer& to) {
    to.set_group(from.group.str());
    to.set_ordered_at_unix_ms(from.ordered_at.unix_ms);
    to.set_nonce(from.nonce);
    to.set_public_key(from.public_key);
    to.set_sealed(from.sealed);
}

Result<SecretQuestion> question_of(const v1::SecretQuestion& from) {
    SecretQuestion to;
    to.group = InstanceName(TRY(name_field("group", from.group())));
    to.ordered_at = TRY(order_of(from.ordered_at_unix_ms()));
    TRY(count_field("names", from.names_size(), secrets_max));
    if (from.names().empty()) return field_error("names", "is empty");
    for (const std::string& name : from.names()) {
        if (!to.names.insert(TRY(name_field("names", name))).second)
            return field_error("names", "holds a name twice");
    }
    to.nonce = TRY(bytes_of("nonce", from.nonce(), handover_nonce_bytes));
    to.public_key = TRY(bytes_of("public_key", from.public_key(), key_bytes));
    return to;
}

Result<SecretAnswer> answer_of(const v1::SecretAnswer& from) {
    SecretAnswer to;
    to.group = InstanceName(TRY(name_field("group", from.group())));
    to.ordered_at = TRY(order_of(from.ordered_at_unix_ms()));
    to.nonce = TRY(bytes_of("nonce", from.nonce(), handover_nonce_bytes));
    to.public_key =
        TRY(bytes_of("public_key", from.public_key(), from.sealed().empty() ? 0 : key_bytes));
    if (from.sealed().size() > secrets_bytes_max) return field_error("sealed", "is too long");
    to.sealed = from.sealed();
    return to;
}

Secret<std::string> secrets_bytes(const Secret<PartitionSecrets>& secrets) {
    v1::Secrets to;
    for (const auto& [name, content] : secrets.reveal().by_name) {
        v1::NamedSecret& one = *to.add_secrets();
        one.set_name(name);
        one.set_content(content);
    }
    return Secret(to.SerializeAsString());
}

Result<Secret<PartitionSecrets>> parse_secrets(const Secret<std::string>& bytes) {
    v1::Secrets from;
    const std::string& plain = bytes.reveal();
    if (plain.size() > secrets_bytes_max ||
        !from.ParseFromArray(plain.data(), static_cast<int>(plain.size())))
        return field_error("secrets", "are malformed");
    TRY(count_field("secrets", from.secrets_size(), secrets_max));
    PartitionSecrets to;
    for (const v1::NamedSecret& one : from.secrets()) {
        const std::string name = TRY(name_field("secrets.name", one.name()));
        if (one.content().size() > handover_secret_bytes_max)
            return field_error("secrets.content", "is too long");
        if (!to.by_name.emplace(name, one.content()).second)
            return field_error("secrets", "hold a name twice");
    }
    return Secret(std::move(to));
}

}  // namespace foyer::wire
