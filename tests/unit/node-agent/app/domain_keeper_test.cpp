#include "node-agent/app/domain_keeper.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <set>

#include "tests/support/catch.h"
#include "tests/support/eventually.h"

using namespace foyer;
using namespace foyer::agent;
using foyer::test::eventually;

namespace {

const std::string name = "erp.acme.example";

class FakeProxy final : public EdgeProxy {
public:
    Status set_certificate(const std::string&, const std::string&) override { return ok_status(); }
    Status apply(const std::map<std::string, EdgeRoute>&) override { return ok_status(); }
    Status check() override { return ok_status(); }
    Result<std::uint64_t> answers(const std::string&) override { return 0; }
    Status stop() override { return ok_status(); }
    Status serve_domains(const EdgeDomains& domains) override {
        const std::scoped_lock lock(mutex_);
        served_ = domains;
        if (no_http) return error(ErrorCode::FailedPrecondition, "port 80 is taken");
        return ok_status();
    }
    EdgeDomains served() const {
        const std::scoped_lock lock(mutex_);
        return served_;
    }
    std::atomic<bool> no_http = false;

private:
    mutable std::mutex mutex_;
    EdgeDomains served_;
};

class FakeAcme final : public AcmeClient {
public:
    explicit FakeAcme(const Clock& clock) : clock_(clock) {}
    Result<std::string> thumbprint() override {
        if (off) return error(ErrorCode::FailedPrecondition, "ACME is off");
        return std::string("own");
    }
    Result<Issued> order(const std::string& /*name*/, Duration, std::stop_token) override {
        orders += 1;
        if (refuses) return error(ErrorCode::Unavailable, "no CNAME");
        return Issued{"chain",
                      Secret<std::string>("key"),
                      {clock_.wall(), clock_.wall() + Duration(life_ms)}};
    }
    std::atomic<bool> off = false, refuses = false;
    std::atomic<int> orders = 0;
    std::atomic<std::int64_t> life_ms = 86'400'000;

private:
    const Clock& clock_;
};

class FakeShelf final : public CertificateShelf {
public:
    NameRecords load() override { return found; }
    std::string file(const std::string& of) const override {
        const std::scoped_lock lock(mutex_);
        return files_.contains(of) ? "/shelf/" + of : std::string();
    }
    Status put(const std::string& of, const AcmeClient::Issued&) override {
        const std::scoped_lock lock(mutex_);
        files_.insert(of);
        return ok_status();
    }
    Status erase(const std::string& of) override {
        const std::scoped_lock lock(mutex_);
        files_.erase(of);
        erased += 1;
        return ok_status();
    }
    Status note(const NameRecords&) override { return ok_status(); }
    NameRecords found;
    std::atomic<int> erased = 0;

private:
    mutable std::mutex mutex_;
    std::set<std::string> files_;
};

DomainRules rules() {
    DomainRules made;
    made.self = NodeId("aix-1");
    // Alone, each turn is its own; nothing of it is lost.
    made.turns = {.turn = Duration(1'000), .margin = Duration(0), .least = Duration(1)};
    made.orders.backoff = {Duration(20), Duration(40)};
    made.tick = Duration(5);
    made.backoff = {Duration(5), Duration(10)};
    made.settle = Duration(0);
    return made;
}

struct World {
    SystemClock clock;
    SystemRng rng;
    CapturingSink sink;
    Log log{sink, clock};
    FakeProxy proxy;
    FakeAcme acme{clock};
    FakeShelf shelf;
    std::unique_ptr<DomainKeeper> keeper;

    void start() {
        keeper = std::make_unique<DomainKeeper>(DomainPorts{proxy, acme, shelf, clock, rng, log},
                                                rules());
    }
    static DomainKeeper::Wish wish() {
        DomainKeeper::Wish made;
        made.revision = Revision(7);
        made.settings.edge = true;
        made.settings.zone = "cloud.example.org";
        made.settings.acme_thumbprint = "own";
        made.hostnames = {{name, "acme.cloud.example.org"}};
        return made;
    }
    bool serves() const { return proxy.served().certificates.contains(name); }
};

}  // namespace

TEST_CASE("a name that is told is asked for, served, and told of") {
    World world;
    world.start();
    std::atomic<int> reports = 0;
    world.keeper->on_report([&](const DomainsReport&) { reports += 1; });
    world.keeper->order(World::wish());
    REQUIRE(eventually([&] { return world.serves(); }));
    CHECK(world.proxy.served().thumbprints == std::vector<std::string>{"own"});
    CHECK(world.proxy.served().hostnames.at(name) == "acme.cloud.example.org");
    REQUIRE(eventually([&] { return reports > 0; }));
    REQUIRE(eventually([&] {
        const auto told = world.keeper->state().report.domains;
        return told.size() == 1 && told[0].not_after && told[0].failures == 0;
    }));
    CHECK(world.acme.orders == 1);
    world.keeper->on_report({});
}

TEST_CASE("a certificate is renewed by itself, and stays while that is refused") {
    World world;
    world.acme.life_ms = 150;
    world.start();
    world.keeper->order(World::wish());
    REQUIRE(eventually([&] { return world.acme.orders >= 3; }));
    world.acme.refuses = true;
    REQUIRE(eventually([&] {
        const auto told = world.keeper->state().report.domains;
        return told.size() == 1 && told[0].failures > 0;
    }));
    CHECK(world.serves());
    CHECK(world.keeper->state().report.domains[0].failure == "no CNAME");
    world.acme.refuses = false;
    REQUIRE(eventually([&] { return world.keeper->state().report.domains[0].failures == 0; }));
}

TEST_CASE("nobody is asked where ACME is off, others have the turn, or no answer would be found") {
    World world;
    world.acme.off = true;
    world.start();
    world.keeper->order(World::wish());
    REQUIRE(eventually([&] { return world.proxy.served().hostnames.size() == 1; }));
    CHECK(world.keeper->state().report.acme_thumbprint.empty());
    world.proxy.no_http = true;
    world.acme.off = false;
    REQUIRE(eventually([&] { return world.keeper->state().problem == "port 80 is taken"; }));
    DomainKeeper::Wish untold = World::wish();
    untold.settings.acme_thumbprint.clear();
    world.keeper->order(untold);
    REQUIRE(eventually([&] { return world.proxy.served().thumbprints.empty(); }));
    world.proxy.no_http = false;
    REQUIRE(eventually([&] { return world.keeper->state().problem.empty(); }));
    CHECK(world.acme.orders == 0);
    world.keeper->order(World::wish());
    REQUIRE(eventually([&] { return world.acme.orders == 1; }));
}

TEST_CASE("certificates of names that are gone are erased, but not because a wish was lost") {
    World world;
    world.start();
    world.keeper->order(World::wish());
    REQUIRE(eventually([&] { return world.serves(); }));
    DomainKeeper::Wish lost;
    lost.settings.edge = true;
    world.keeper->order(lost);
    REQUIRE(eventually([&] { return world.proxy.served().hostnames.empty(); }));
    CHECK(world.shelf.erased == 0);
    world.keeper->order(World::wish());
    REQUIRE(eventually([&] { return world.serves(); }));
    CHECK(world.acme.orders == 1);
    DomainKeeper::Wish none = World::wish();
    none.hostnames.clear();
    world.keeper->order(none);
    REQUIRE(eventually([&] { return world.shelf.erased == 1; }));
    CHECK_FALSE(world.serves());
}

TEST_CASE("names of the cloud's own zone lead nowhere else, whatever a master tells") {
    DesiredNode desired;
    desired.settings.zone = "cloud.example.org";
    EdgeRoute route;
    route.hostname = "acme.cloud.example.org";
    route.aliases = {name, "other.cloud.example.org", "cloud.example.org"};
    desired.routes[route.hostname] = route;
    CHECK(domain_wish(desired).hostnames ==
          std::map<std::string, std::string>{{name, "acme.cloud.example.org"}});
}
