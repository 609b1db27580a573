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

Status check_first_record(const std::string& master_key, const Assignment& assignment) {
    const auto bytes = from_base64url(assignment.group->first_record_signature);
    if (!bytes) return error(ErrorCode::InvalidArgument, "its signature is malformed");
    return tls::verify_node_signature(
        master_key,
        leadership::first_record_signed_part(assignment.instance, assignment.ordered_at,
                                             assignment.group->first_record),
        std::string(bytes->begin(), bytes->end()));
}

}  // namespace

Result<std::unique_ptr<Groups>> start_groups(const std::string& data_dir,
                                             const std::string& run_dir, const Identity& identity,
                                             LeaseFences& fences, const Clock& clock, Rng& rng,
                                             Log& log) {
    const Netns box(BoxPaths{data_dir, run_dir}.box_netns());
    if (!box.exists()) TRY(ensure_box_net(box, identity.edge ? BoxRole::Edge : BoxRole::Home));
    auto groups = std::make_unique<Groups>();
    auto signer = TRY(tls::NodeSigner::make(identity.key_pem));
    groups->post = TRY(UdpPost::open(box.file(), std::move(signer)));
    groups->files = TRY(FileGroups::open(data_dir + "/state"));
    const std::string master_key = TRY(tls::public_key_of_certificate(identity.ca_pem));
    GroupRules rules;
    rules.boot = boot_number();
    groups->keeper = std::make_unique<GroupKeeper>(
        GroupPorts{*groups->post, *groups->files,
                   [&fences](const PartitionId& partition, const FenceWish& wish) {
                       return move_fence(fences, partition, wish);
                   },
                   [master_key](const Assignment& assignment) {
                       return check_first_record(master_key, assignment);
                   },
                   clock, rng, log, box_seal(rng)},
        rules);
    return groups;
}

}  // namespace foyer::agent
