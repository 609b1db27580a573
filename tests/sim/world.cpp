#include "tests/sim/world.h"

#include "master/domain/decide.h"
#include "master/domain/progress.h"
#include "tests/sim/faults.h"

namespace foyer::sim {

using master::Command;
using master::State;

namespace {

// Done on the database before anybody runs.
void decide_on(Disk& disk, const Command& command, WallTime now) {
    const Result<master::Decision> decision = decide(disk.committed, command, now);
    if (!decision.ok()) {
        std::cerr << "the world cannot begin: " << decision.failure().message << '\n';
        CHECK(false);
    }
    disk.committed.apply(decision.value().changes, disk.committed.revision().next());
}

master::Release release() {
    master::Release erp;
    erp.name = ReleaseName("erp");
    erp.version = ReleaseVersion("1");
    erp.publisher = AccountId("house");
    erp.release_json = "{}";
    erp.sizes = {
        {SizeName("s"), {Millicores(500), gibibytes(1), gibibytes(10), KbitPerSecond(500)}},
        {SizeName("m"), {Millicores(1000), gibibytes(2), gibibytes(20), KbitPerSecond(1'000)}}};
    erp.copies_max = 5;
    erp.copies_default = 3;
    erp.web_port = 8000;
    return erp;
}

std::map<NodeId, Truth> truth_of(const std::vector<BoxSpec>& boxes) {
    std::map<NodeId, Truth> truth;
    for (const BoxSpec& spec : boxes) truth[spec.name] = {spec.isp, spec.capacity};
    return truth;
}

}  // namespace

World::World(Scenario scenario, std::uint64_t seed, Bug bug)
    : scenario_(std::move(scenario)),
      room_(seed, bug),
      disk_(scenario_.settings),
      invariants_(truth_of(scenario_.boxes)) {
    make_master();
    network_ = std::make_unique<Network>(room_, *master_);
    services_ = std::make_unique<Services>(Services::World{
        room_.timeline, room_.dice,
        [this](int a, int b) { return network_->overlay_connected(a, b); },
        [this](int box) { return boxes_[static_cast<std::size_t>(box)]->world.disk_full; },
        [this](Copy& copy) { boxes_[static_cast<std::size_t>(copy.box)]->service_changed(copy); },
        [this](const std::string& what) { room_.broken(what); },
        [this](const Copy& copy, const char* what) {
            room_.trace.line(copy.partition.str(), what,
                             boxes_[static_cast<std::size_t>(copy.box)]->spec().name.str());
        }});
    for (const BoxSpec& spec : scenario_.boxes) {
        const int number = static_cast<int>(boxes_.size());
        numbers_[spec.name] = number;
        boxes_.push_back(std::make_unique<Box>(number, spec, room_, *services_, *network_,
                                               room_.dice.rng().next()));
    }
    network_->connect(boxes_, *services_);
    network_->certificate_life = scenario_.certificate_life;
    people_ = std::make_unique<People>(room_, *master_, *network_, *services_, scenario_);
    faults_ = std::make_unique<Faults>(*this);
    found();
}

World::~World() = default;

Box& World::box(const NodeId& name) { return *boxes_[static_cast<std::size_t>(numbers_.at(name))]; }

void World::make_master() {
    SimMaster::Hooks hooks;
    hooks.commit_fault = [this] { return faults_->at_commit(); };
    hooks.commit_time = [this] {
        return slow_commits > 0 ? slow_commits : room_.dice.between(2, 12);
    };
    hooks.published = [this](const State& state, const State& before,
                             const std::vector<master::Entry>& batch) {
        commit_seen(state, before, batch);
    };
    hooks.loaded = [this](const State& state) {
        const std::string missing = people_->missing(state);
        if (!missing.empty())
            room_.broken("the acknowledged order of '" + missing + "' is lost after a restart");
        if (auto broken = invariants_.whole(state)) room_.broken(*broken);
        want_repair(scenario_.repair_every);
    };
    hooks.died = [this] {
        network_->master_died();
        watch();
        room_.timeline.after(room_.dice.span(second, 20 * second), [this] { master_->start(); });
    };
    master_ = std::make_unique<SimMaster>(room_, disk_, scenario_.settings, std::move(hooks));
}

// The catalogue as an operator would have typed it.
void World::found() {
    const WallTime now = master_->clock().wall();
    decide_on(disk_,
              master::CreateAccount{
                  AccountId("acme-org"), {master::AccountRole::Customer}, {}, CountryCode("FR")},
              now);
    decide_on(disk_, master::CreateAccount{AccountId("house"), {master::AccountRole::Publisher}},
              now);
    decide_on(disk_, master::CreateHost{HostId("anna")}, now);
    for (const BoxSpec& spec : scenario_.boxes) {
        // A planted bug: the catalogue takes the brands of one network for networks of their own.
        const IspId isp = room_.bug == Bug::SameIsp ? IspId(spec.site.str()) : spec.isp;
        if (!disk_.committed.isps().contains(isp))
            decide_on(disk_, master::CreateIsp{isp, {}}, now);
        if (!disk_.committed.sites().contains(spec.site))
            decide_on(
                disk_,
                master::CreateSite{spec.site, isp, spec.country, HostId("anna"), spec.host_class},
                now);
        master::CreateNodeToken token;
        token.site = spec.site;
        token.node = spec.name;
        token.edge = spec.edge;
        if (spec.edge) token.public_address = "198.51.100.7";
        token.token_hash = token_of(spec.name);
        decide_on(disk_, token, now);
    }
    decide_on(disk_, master::PublishRelease{release()}, now);
    disk_.keeps_log = scenario_.check_all;
    if (disk_.keeps_log)
        disk_.log.push_back({disk_.committed.revision(), rows_of(disk_.committed)});
}

void World::watch() {
    watch_until_ = room_.timeline.now() + 3 * minute;
    if (judging_ == no_event) judging_ = room_.timeline.after(5 * second, [this] { judge(); });
}

void World::judge() {
    network_->hear_everybody();
    const bool late = master_->judge();
    const bool again = late || room_.timeline.now() < watch_until_;
    judging_ = again ? room_.timeline.after(5 * second, [this] { judge(); }) : no_event;
}

void World::want_repair(Moment span) {
    const Moment at = room_.timeline.now() + span;
    if (repairing_ != no_event && repair_at_ <= at) return;
    room_.timeline.cancel(repairing_);
    repair_at_ = at;
    repairing_ = room_.timeline.after(span, [this] { repair(); });
}

// The real master asks once a second, whether there is something or not.
void World::repair() {
    repairing_ = no_event;
    master_->repair();
    if (master_->has_repairs()) want_repair(scenario_.repair_idle);
}

bool World::live_until(Moment end) {
    while (!room_.verdict.broken() && room_.timeline.step(end)) {
    }
    return !room_.verdict.broken();
}

void World::run() {
    master_->start();
    for (const auto& box : boxes_)
        room_.timeline.after(
            room_.dice.between(0, std::min<Moment>(minute, scenario_.orders_within)),
            [one = box.get()] { one->power_on(); });
    people_->begin();
    watch();
    const Moment calm = scenario_.bound;
    for (Moment begin = 0; begin < scenario_.length; begin += scenario_.round) {
        const Moment end = std::min(begin + scenario_.round, scenario_.length);
        people_->rest(false);
        faults_->begin();
        if (!live_until(end - calm)) return;
        room_.trace.line("world", "calm");
        people_->rest(true);
        faults_->calm();
        if (!live_until(end)) return;
        const std::string why = unsettled();
        if (!why.empty())
            room_.broken("not settled " + std::to_string(calm / minute) +
                         " minutes after the last fault: " + why);
        if (room_.verdict.broken()) return;
    }
    if (scenario_.check_all) check_replay();
}

}  // namespace foyer::sim
