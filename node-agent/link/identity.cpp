#include "node-agent/link/identity.h"

#include <nlohmann/json.hpp>

#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "common/tls/certificate.h"
#include "common/tls/private_file.h"
#include "common/tls/wireguard_key.h"

namespace foyer::agent {
namespace {

Result<Secret<std::string>> load_or_make_key(const std::string& folder, const std::string& name) {
    TRY(os::make_dirs(folder, 0700));
    const std::string path = folder + "/" + name;
    auto text = tls::read_private_file(path);
    if (text.ok()) return Secret(std::move(text).value());
    if (text.failure().code != ErrorCode::NotFound) return std::move(text).failure();
    Secret<std::string> key = TRY(tls::make_key());
    TRY(tls::create_private_file(path, key.reveal()));
    return key;
}

std::string node_json(const Identity& identity) {
    const nlohmann::json body = {{"node", identity.node.str()},
                                 {"masters", identity.addresses},
                                 {"edge", identity.edge},
                                 {"cpu_millicores", identity.capacity.cpu.count()},
                                 {"memory_bytes", identity.capacity.memory.count()},
                                 {"disk_bytes", identity.capacity.disk.count()},
                                 {"uplink_kbit", identity.capacity.uplink.count()}};
    return body.dump(2) + "\n";
}

Result<Identity> identity_from(const std::string& text, const std::string& path) {
    const auto damaged = [&] {
        return error(ErrorCode::FailedPrecondition,
                     "'" + path + "' is damaged; enrol this box again");
    };
    const auto body = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!body.is_object()) return damaged();
    const auto number = [&](const char* key) -> std::int64_t {
        const auto at = body.find(key);
        return at != body.end() && at->is_number_integer() ? at->get<std::int64_t>() : 0;
    };
    const auto node = body.find("node");
    const auto masters = body.find("masters");
    const auto edge = body.find("edge");
    if (node == body.end() || !node->is_string() || masters == body.end() || !masters->is_array() ||
        masters->empty())
        return damaged();
    if (edge == body.end() || !edge->is_boolean()) return damaged();
    Identity identity;
    identity.node = NodeId(node->get<std::string>());
    identity.edge = edge->get<bool>();
    for (const auto& address : *masters) {
        if (!address.is_string()) return damaged();
        identity.addresses.push_back(address.get<std::string>());
    }
    identity.capacity = {Millicores(number("cpu_millicores")), Bytes(number("memory_bytes")),
                         Bytes(number("disk_bytes")), KbitPerSecond(number("uplink_kbit"))};
    return identity;
}

}  // namespace

bool IdentityFolder::is_enrolled() const { return os::exists(folder_ + "/node.json"); }

Result<Identity> IdentityFolder::load() const {
    auto text = tls::read_small_file(folder_ + "/node.json");
    if (!text.ok() && text.failure().code == ErrorCode::NotFound) {
        return error(ErrorCode::NotFound, "this box is not enrolled ('" + folder_ +
                                              "' holds no node.json); run: foyer-node enrol");
    }
    if (!text.ok()) return std::move(text).failure();
    Identity identity = TRY(identity_from(text.value(), folder_ + "/node.json"));
    identity.key_pem = Secret(TRY(tls::read_private_file(folder_ + "/node.key")));
    identity.certificate_pem = TRY(tls::read_small_file(folder_ + "/node.crt"));
    identity.ca_pem = TRY(tls::read_small_file(ca_file()));
    const Status fits = tls::check_key_pair(identity.certificate_pem, identity.key_pem);
    if (!fits.ok())
        return error(ErrorCode::FailedPrecondition, "'" + folder_ + "': " + fits.failure().message);
    return identity;
}

Result<Secret<std::string>> IdentityFolder::node_key() const {
    return load_or_make_key(folder_, "node.key");
}

Result<std::string> IdentityFolder::wireguard_public_key(Rng& rng) const {
    TRY(os::make_dirs(folder_, 0700));
    auto text = tls::read_private_file(wireguard_key_file());
    if (text.ok()) return tls::wireguard_public_key(Secret(std::move(text).value()));
    if (text.failure().code != ErrorCode::NotFound) return std::move(text).failure();
    const tls::WireGuardKey made = tls::make_wireguard_key(rng);
    TRY(tls::create_private_file(wireguard_key_file(), made.private_key.reveal() + "\n"));
    return made.public_key;
}

Status IdentityFolder::store(const Identity& identity) const {
    TRY(store_certificate(identity.certificate_pem, identity.ca_pem));
    return os::write_atomically(folder_ + "/node.json", node_json(identity), {.mode = 0644});
}

Status IdentityFolder::store_certificate(const std::string& certificate_pem,
                                         const std::string& ca_pem) const {
    // The CA first: a new certificate may be signed by a new CA, and the bundle holds both then.
    TRY(os::write_atomically(ca_file(), ca_pem, {.mode = 0644}));
    return os::write_atomically(folder_ + "/node.crt", certificate_pem, {.mode = 0644});
}

Result<Secret<std::string>> IdentityFolder::serving_key() const {
    return load_or_make_key(folder_, "serving.key");
}

std::optional<ServingCertificate> IdentityFolder::serving() const {
    auto key = tls::read_private_file(folder_ + "/serving.key");
    auto certificate = tls::read_small_file(folder_ + "/serving.crt");
    if (!key.ok() || !certificate.ok()) return std::nullopt;
    ServingCertificate serving{Secret(std::move(key).value()), std::move(certificate).value()};
    if (!tls::check_key_pair(serving.certificate_pem, serving.key_pem).ok()) return std::nullopt;
    return serving;
}

Status IdentityFolder::store_serving(const std::string& certificate_pem) const {
    return os::write_atomically(folder_ + "/serving.crt", certificate_pem, {.mode = 0644});
}

Status IdentityFolder::forget_serving() const {
    TRY(os::remove_file(folder_ + "/serving.crt"));
    return os::remove_file(folder_ + "/serving.key");
}

}  // namespace foyer::agent
