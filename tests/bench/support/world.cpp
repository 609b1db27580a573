#include "tests/bench/support/world.h"

#include <array>

namespace foyer::bench {

namespace {

using namespace master;

constexpr WallTime noon{1'772'368'200'250};
const Resources small{Millicores(100), mebibytes(128), gibibytes(1)};

std::string street(int number) { return "rue-du-moulin-" + std::to_string(number); }

// 64 hex digits that differ from box to box.
std::string hash_of(const std::string& what, int number) {
    std::string digits = std::to_string(number);
    std::string hash;
    for (const char letter : what) hash += "0123456789abcdef"[letter % 16];
    return std::string(64 - digits.size() - hash.size(), 'a') + hash + digits;
}

Node box(int number, Revision revision) {
    Node node;
    node.name = node_name(number);
    node.site = SiteId(street(number));
    node.state = NodeState::Online;
    node.number = number + 1;
    node.token_hash = hash_of("token", number);
    node.token_expires_at = noon;
    node.token_used = true;
    node.key_fingerprint = hash_of("key", number);
    node.certificate_expires_at = noon;
    const std::string digits = std::to_string(number);
    node.wg_public_key = WgPublicKey(std::string(43 - digits.size(), 'W') + digits + "=");
    node.capacity = {Millicores(64'000), gibibytes(128), gibibytes(4'000), KbitPerSecond(10'000)};
    node.agent_version = "0.1.0";
    node.revision = revision;
    node.overlay_revision = revision;
    return node;
}

Release echo(Revision revision) {
    Release release;
    release.name = ReleaseName("echo");
    release.version = ReleaseVersion("1.0.0-1");
    release.title = "Echo";
    release.publisher = AccountId("pub");
    release.publisher_key = "publisher-key";
    release.release_json = R"({"name": "echo"})";
    release.signature = "signature";
    release.image = Digest("sha256:" + std::string(64, '0'));
    release.image_size = mebibytes(10);
    release.sizes = {{SizeName("s"), small}};
    release.parameters_schema_json = "{}";
    release.copies_max = 5;
    release.copies_default = copies;
    release.web_port = 8'000;
    release.sequence = 1;
    release.created_at = noon;
    release.revision = revision;
    return release;
}

}  // namespace

NodeId node_name(int number) { return NodeId(street(number) + "-box"); }
InstanceName instance_name(int number) {
    return InstanceName("menuiserie-" + std::to_string(number));
}

Changes world(const WorldShape& shape, Revision revision) {
    constexpr std::array countries = {"FR", "BE", "DE", "NL", "LU"};
    Changes all;
    all.push_back(Put<Account>{{AccountId("olga"), {AccountRole::Operator}, {}, noon, revision}});
    all.push_back(Put<Account>{{AccountId("carl"), {AccountRole::Customer}, {}, noon, revision}});
    all.push_back(Put<Account>{{AccountId("pub"), {AccountRole::Publisher}, {}, noon, revision}});
    all.push_back(Put<Host>{{HostId("host-1"), noon, revision}});
    const auto isp = [](int number) { return "isp-" + std::to_string(number); };
    for (int i = 0; i < shape.isps; ++i)
        all.push_back(Put<Isp>{{IspId(isp(i)), IspFamilyId(isp(i)), noon, revision}});
    for (int i = 0; i < shape.nodes; ++i) {
        const bool first = i % 100 < shape.percent_on_first_isp;
        const int on = first || shape.isps == 1         ? 0
                       : shape.percent_on_first_isp > 0 ? 1 + i % (shape.isps - 1)
                                                        : i % shape.isps;
        all.push_back(Put<Site>{{SiteId(street(i)), IspId(isp(on)),
                                 CountryCode(countries[static_cast<std::size_t>(i / 7) % 5]),
                                 HostId("host-1"), HostClass::Vetted, noon, revision}});
        all.push_back(Put<Node>{box(i, revision)});
    }
    all.push_back(Put<Release>{echo(revision)});
    return all;
}

OrderInstance order(int number) {
    OrderInstance order;
    order.name = instance_name(number);
    order.owner = AccountId("carl");
    order.release = ReleaseName("echo");
    order.parameters_json = R"({"company": "Menuiserie Durand"})";
    order.checked_version = ReleaseVersion("1.0.0-1");
    order.operation = OperationId("op-" + std::string(20, 'x') + std::to_string(number));
    order.admin_password = Sealed(std::string(80, 'a'));
    order.replication_password = Sealed(std::string(80, 'r'));
    return order;
}

}  // namespace foyer::bench
