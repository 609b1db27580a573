// The identities of Foyer, each its own type.
#pragma once

#include "common/base/id.h"

namespace foyer {

using NodeId = Id<struct NodeTag>;  // "lille-1": the box's name, unique in the cluster
using SiteId = Id<struct SiteTag>;  // "lille"
using IspId = Id<struct IspTag>;    // "alder"
using IspFamilyId =
    Id<struct IspFamilyTag>;  // siblings share it; equal to the ISP's own name where it has none
using HostId = Id<struct HostTag>;             // the person or association that owns sites
using CountryCode = Id<struct CountryTag>;     // ISO 3166-1 alpha-2, upper case: "FR"
using AccountId = Id<struct AccountTag>;       // who orders, hosts, publishes or operates
using MemberName = Id<struct MemberTag>;       // of a person, unique in its account
using TokenId = Id<struct TokenTag>;           // public half of an API token
using InstanceName = Id<struct InstanceTag>;   // unique in the zone, a DNS label: "acme"
using ReleaseName = Id<struct ReleaseTag>;     // "tryton"
using ReleaseVersion = Id<struct VersionTag>;  // "7.0.30-1"
using SizeName = Id<struct SizeTag>;           // "s", "m", "l"
using Digest = Id<struct DigestTag>;           // "sha256:<64 hex>"
using OperationId = Id<struct OperationTag>;   // "op-…"
using RequestId = Id<struct RequestTag>;       // chosen by the client, at most 64 characters
using PartitionId = Id<struct PartitionTag>;   // "acme-0": instance and replica index; unique on a
                                               // node and in the cluster
using LineageId = Id<struct LineageTag>;       // of the database: new after a restore
using WgPublicKey = Id<struct WgKeyTag>;       // WireGuard public key, base64 as `wg` prints it

using Revision = Counter<struct RevisionTag>;      // of the whole cluster
using Generation = Counter<struct GenerationTag>;  // of an instance's group
using Epoch = Counter<struct EpochTag>;            // of an instance's leadership

// A replica's place in its instance: 0, 1, 2… Never reused within a generation.
struct ReplicaIndex {
    int number = 0;
    friend constexpr auto operator<=>(const ReplicaIndex&, const ReplicaIndex&) = default;
};

// (generation, epoch) orders everything an instance's leaders ever did: the fence.
struct Fence {
    Generation generation;
    Epoch epoch;
    friend constexpr auto operator<=>(const Fence&, const Fence&) = default;
};

}  // namespace foyer
