#include "master/domain/releases.h"

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;

namespace {

struct Shelf {
    Shelf() {
        Release next = world.state.releases().begin()->second;
        next.version = ReleaseVersion("2");
        next.release_json = "{}";
        world.run(PublishRelease{next});
    }
    Result<Decision> withdraw(const std::string& version, const std::string& reason,
                              std::optional<AccountId> publisher = std::nullopt) const {
        return world.attempt(WithdrawRelease{ReleaseName("tryton"), ReleaseVersion(version), reason,
                                             std::move(publisher)});
    }
    test::World world;
};

ReleaseVersion newest(const State& state) {
    const Release* found = newest_release(state, ReleaseName("tryton"), ReleaseVersion());
    return found == nullptr ? ReleaseVersion() : found->version;
}

}  // namespace

TEST_CASE("a withdrawn version is not the newest, is refused by name, and what runs it goes on") {
    Shelf shelf;
    CHECK(newest(shelf.world.state) == ReleaseVersion("2"));
    OrderInstance order = shelf.world.order("acme");
    order.checked_version = ReleaseVersion("2");
    shelf.world.run(order);
    shelf.world.run(
        WithdrawRelease{ReleaseName("tryton"), ReleaseVersion("2"), "forgets invoices", {}});
    CHECK(newest(shelf.world.state) == ReleaseVersion("1"));
    CHECK(newest_release(shelf.world.state, ReleaseName("tryton"), ReleaseVersion("2")) != nullptr);
    CHECK(shelf.world.instance("acme").version == ReleaseVersion("2"));
    order.name = InstanceName("other");
    order.operation = OperationId("op-other");
    order.version = ReleaseVersion("2");
    const auto refused = shelf.world.attempt(order);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.failure().code == ErrorCode::FailedPrecondition);
    CHECK(refused.failure().message.find("forgets invoices") != std::string::npos);
}

TEST_CASE("a release of which every version is withdrawn says so") {
    Shelf shelf;
    for (const char* version : {"1", "2"})
        shelf.world.run(WithdrawRelease{ReleaseName("tryton"), ReleaseVersion(version), "why", {}});
    const auto none = find_release(shelf.world.state, ReleaseName("tryton"), ReleaseVersion());
    REQUIRE_FALSE(none.ok());
    CHECK(none.failure().message.find("is withdrawn") != std::string::npos);
    const auto unknown = find_release(shelf.world.state, ReleaseName("other"), ReleaseVersion());
    CHECK(unknown.failure().message.find("is not published") != std::string::npos);
}

TEST_CASE("a release is withdrawn once, with a reason, by its publisher or an operator") {
    Shelf shelf;
    CHECK(shelf.withdraw("3", "why").failure().code == ErrorCode::NotFound);
    CHECK(shelf.withdraw("2", "").failure().code == ErrorCode::InvalidArgument);
    CHECK(shelf.withdraw("2", std::string(501, 'x')).failure().code == ErrorCode::InvalidArgument);
    CHECK(shelf.withdraw("2", "why", AccountId("acme-org")).failure().code ==
          ErrorCode::PermissionDenied);
    CHECK(shelf.withdraw("2", "why", AccountId("house")).ok());
    shelf.world.run(WithdrawRelease{ReleaseName("tryton"), ReleaseVersion("2"), "why", {}});
    CHECK(shelf.withdraw("2", "why").failure().code == ErrorCode::FailedPrecondition);
}
