#include "node-agent/start_groups.h"

#include "common/base/text.h"
#include "common/leadership/record_text.h"
#include "common/os/process_id.h"
#include "common/tls/node_key.h"
#include "common/tls/sha256.h"
#include "node-agent/net/partition_net.h"
#include "node-agent/net/secret_seal.h"
#include "node-agent/runtime/box_paths.h"

namespace foyer::agent {
namespace {

std::uint64_t boot_number() {
    const auto digest = tls::sha256(as_bytes(os::boot_id()));
    std::uint64_t number = 0;
    for (std::size_t at = 0; at < 8; ++at) number = (number << 8U) | digest[at];
    return number;
}

Status move_fence(LeaseFences& fences, const PartitionId& partition, const FenceWish& wish) {
    using Gate = LeaseFences::Gate;
    switch (wish.kind) {
        case FenceWish::Kind::Lease:
            return fences.extend(partition, wish.until, wish.clients ? Gate::Open : Gate::Closed);
        case FenceWish::Kind::Lifted: return fences.lift(partition);
        case FenceWish::Kind::Closed: return fences.close(partition);
        case FenceWish::Kind::Silent: return fences.silence(partition);
        case FenceWish::Kind::Forgotten: return fences.forget(partition);
    }
    CHECK(false);
}

FirstRecordCheck check_of(const std::string& master_key) {
    return [master_key](const InstanceName& instance, WallTime ordered_at,
                        const FirstRecord& first) -> Status {
        const auto bytes = from_base64url(first.signature);
        if (!bytes) return error(ErrorCode::InvalidArgument, "its signature is malformed");
        return tls::verify_node_signature(
            master_key, leadership::first_record_signed_part(instance, ordered_at, first.text),
            std::string(bytes->begin(), bytes->end()));
    };
}

std::string_view text_of(std::span<const std::uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// By the key of the box's certificate, which records name by its fingerprint. A signature that
// cannot be made is an empty one: no answer, as from a box that is off.
GroupSeals seals_of(std::shared_ptr<const tls::NodeSigner> signer) {
    return {[signer = std::move(signer)](std::span<const std::uint8_t> bytes) {
                auto signature = tls::sign_with_key(*signer, text_of(bytes));
                return signature.ok() ? std::move(signature).value() : std::string();
            },
            {tls::sha256, [](const leadership::NodeKey& key, std::span<const std::uint8_t> bytes,
                             const leadership::Signature& signature) {
                 return tls::verify_with_key(key.str(), text_of(bytes), signature).ok();
             }}};
}

}  // namespace

Result<std::unique_ptr<Groups>> start_groups(const std::string& data_dir,
                                             const std::string& run_dir, const Identity& identity,
                                             LeaseFences& fences, const Clock& clock, Rng& rng,
                                             Log& log) {
    const Netns box(BoxPaths{data_dir, run_dir}.box_netns());
    if (!box.exists()) TRY(ensure_box_net(box, identity.edge ? BoxRole::Edge : BoxRole::Home));
    auto groups = std::make_unique<Groups>();
    auto signs_mail = TRY(tls::NodeSigner::make(identity.key_pem));
    auto signs_votes = TRY(tls::NodeSigner::make(identity.key_pem));
    groups->post = TRY(UdpPost::open(box.file(), std::move(signs_mail)));
    auto signer = std::make_shared<const tls::NodeSigner>(std::move(signs_votes));
    groups->files = TRY(FileGroups::open(data_dir + "/state"));
    const std::string master_key = TRY(tls::public_key_of_certificate(identity.ca_pem));
    GroupRules rules;
    rules.boot = boot_number();
    groups->keeper = std::make_unique<GroupKeeper>(
        GroupPorts{*groups->post, *groups->files,
                   [&fences](const PartitionId& partition, const FenceWish& wish) {
                       return move_fence(fences, partition, wish);
                   },
                   check_of(master_key), seals_of(std::move(signer)), clock, rng, log,
                   box_seal(rng)},
        rules);
    return groups;
}

}  // namespace foyer::agent
