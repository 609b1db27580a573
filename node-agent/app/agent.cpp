#include "node-agent/app/agent.h"

#include <algorithm>
#include <cstdlib>

#include "common/base/text.h"

namespace foyer::agent {
namespace {

// Smaller changes are not worth saying; a disk that has less than that left is worth it once.
constexpr std::int64_t disk_news_bytes = std::int64_t{64} * 1024 * 1024;

bool is_disk_news(const std::optional<std::int64_t>& reported, std::int64_t now) {
    if (!reported) return true;
    return std::abs(now - *reported) >= disk_news_bytes ||
           (now < disk_news_bytes) != (*reported < disk_news_bytes);
}

// An agent skips the fields that it does not know, and a master sends an assignment again only when
// it changes: what another agent wrote down may lack what this one could read.
bool is_of_before(const Recovered& recovered, const std::string& version) {
    const bool unnamed = std::ranges::any_of(recovered.desired.assignments, [](const auto& item) {
        return item.second.ordered_at.unix_ms == 0;
    });
    return unnamed || recovered.agent_version != version;
}

}  // namespace

AgentHands hands_with_threads() {
    return {[](LocalState local, Orders orders, const WorkerPorts& ports,
               const WorkerRules& rules) -> std::unique_ptr<Worker> {
                return std::make_unique<PartitionWorker>(std::move(local), std::move(orders), ports,
                                                         rules);
            },
            [](const BoxPorts& ports, const BoxRules& rules) -> std::unique_ptr<BoxKeeper> {
                return std::make_unique<BoxWorker>(ports, rules);
            }};
}

Agent::Agent(const AgentPorts& ports, AgentRules rules, Recovered recovered, AgentHands hands)
    : ports_(ports),
      rules_(std::move(rules)),
      hands_(std::move(hands)),
      book_(ports.clock, rules_.report),
      worker_ports_{ports.images, ports.runtime, ports.read_release, ports.journal,
                    book_,        ports.clock,   ports.rng,          ports.log},
      recovered_(std::move(recovered)),
      desired_(recovered_.desired),
      removing_(recovered_.removed),
      takeovers_(recovered_.takeovers),
      wish_version_(recovered_.agent_version),
      ask_full_(recovered_.desired_lost || !recovered_.without_secrets.empty() ||
                recovered_.mail_keys_lost || is_of_before(recovered_, rules_.version)),
      host_(recovered_.host),
      refuses_(recovered_.refuses) {
    for (const LeadershipReport& seen : takeovers_.leaderships) book_.note(seen);
    for (const RoutingReport& seen : takeovers_.routings) book_.note(seen);
    book_.set(host_);
    book_.set(refuses_);
}

Agent::~Agent() {
    if (ports_.groups != nullptr) {
        ports_.groups->on_routes({});
        ports_.groups->on_leads({});
        ports_.groups->on_secrets({});
    }
    if (ports_.domains != nullptr) ports_.domains->on_report({});
    // Threads end before what they use; partitions go on running.
    box_.reset();
    workers_.clear();
}

void Agent::on_news(std::function<void()> listener) { book_.on_news(std::move(listener)); }

Status Agent::start() {
    const auto found = TRY(ports_.runtime.list());
    if (ports_.groups != nullptr) {
        ports_.groups->on_leads([this](const LeadershipReport& seen) { book_.note(seen); });
        ports_.groups->on_secrets([this](const SecretNews& news) { learn_secrets(news); });
    }
    if (ports_.domains != nullptr)
        ports_.domains->on_report([this](const DomainsReport& seen) { book_.set(seen); });
    const std::scoped_lock lock(mutex_);
    // Before anybody is seated: not even for a moment does a paused box lead.
    if (ports_.groups != nullptr) ports_.groups->pause(is_paused());
    std::map<PartitionId, LocalState> known = recovered_.partitions;
    for (const auto& [partition, ordered_at] : found) {
        if (const auto held = known.find(partition); held != known.end()) {
            // An older agent's journal, or one begun anew over a volume that stayed.
            if (held->second.ordered_at.unix_ms == 0) held->second.ordered_at = ordered_at;
            continue;
        }
        // On the box but not in the journal: taken as found, its role asked of the service itself.
        LocalState unknown{.partition = partition};
        unknown.ordered_at = ordered_at;
        unknown.led.reset();
        unknown.begun_empty = false;
        if (!desired_.assignments.contains(partition)) {
            unknown.removal = Removal::Forgotten;
            unknown.removed_at = ports_.clock.wall();
        }
        known[partition] = unknown;
        ports_.log.warn("partition_without_journal", {{"partition", partition}});
    }
    for (const auto& [partition, assignment] : desired_.assignments) {
        if (!known.contains(partition)) known[partition] = LocalState{.partition = partition};
    }
    note_lost_secrets(known);
    for (auto& [partition, local] : known) {
        const auto wanted = desired_.assignments.find(partition);
        Orders orders;
        if (wanted != desired_.assignments.end()) {
            orders.desired = std::make_shared<const Assignment>(wanted->second);
            orders.desk = seat(wanted->second, local);
            orders.refused = refused_of(wanted->second);
        }
        orders.removal = local.removal;
        // Let go of, and this agent's forerunner died before the partition's journal knew.
        if (orders.desired == nullptr && orders.removal == Removal::None)
            orders.removal = removal_of(partition);
        orders.secrets = secrets_of(partition);
        orders.paused = is_paused();
        // The first report is a full one, and may go out before the worker has looked: what it does
        // not name would count as erased. Without a fence it says no more than that it is here.
        PartitionObservation here;
        here.partition = partition;
        here.ordered_at = local.ordered_at;
        book_.set(here);
        start_worker(partition, local, std::move(orders));
    }
    box_ = hands_.box(BoxPorts{ports_.overlay, ports_.proxy, ports_.meter, ports_.images,
                               [this] { return images_in_use(); }, ports_.clock, ports_.rng,
                               ports_.log, [this](const RoutingReport& seen) { book_.note(seen); }},
                      rules_.box);
    if (ports_.groups != nullptr)
        ports_.groups->on_routes(
            [box = box_.get()](const EdgeRoutes& routes) { box->prove(routes); });
    order_box();
    ports_.log.info("agent_started", {{"partitions", workers_.size()},
                                      {"revision", desired_.revision},
                                      {"asks_full", ask_full_}});
    return ok_status();
}

void Agent::order_box() {
    DesiredNode wished = desired_;
    if (is_paused()) {  // an edge, too, serves nobody
        wished.settings.edge = false;
        wished.routes.clear();
    }
    box_->order({wished.settings, wished.peers, wished.routes});
    if (ports_.groups != nullptr)
        ports_.groups->follow(wished.settings.edge ? wished.routes : EdgeRoutes{});
    if (ports_.domains != nullptr) ports_.domains->order(domain_wish(wished));
    if (ports_.mail != nullptr) ports_.mail->order(wished.settings, wished.routes);
    if (ports_.zone == nullptr) return;
    std::set<std::string> names;
    for (const auto& [hostname, route] : wished.routes) names.insert(hostname);
    ports_.zone->order({wished.settings, wished.peers, std::move(names)});
}

void Agent::tell_care(const BoxCare& care) { book_.set(care); }

void Agent::tell_upgrade(const UpgradeReport& upgrade) { book_.set(upgrade); }

Removal Agent::removal_of(const PartitionId& partition) const {
    const auto found = removing_.find(partition);
    return found == removing_.end() ? Removal::None : found->second;
}

// Where the journal was lost, the copy may have led.
std::shared_ptr<CopyDesk> Agent::seat(const Assignment& assignment, const LocalState& local) {
    if (ports_.groups == nullptr || !assignment.group) return nullptr;
    const auto lost = lost_secrets_.find(assignment.partition);
    const bool shared =
        lost != lost_secrets_.end() && secrets_of(lost->first) != SecretsState::Known;
    return ports_.groups->seat(assignment, local.led.value_or(true),
                               shared ? lost->second.names : std::set<std::string>());
}

void Agent::note_lost_secrets(const std::map<PartitionId, LocalState>& known) {
    for (const auto& [partition, names] : recovered_.without_secrets) {
        const auto wanted = desired_.assignments.find(partition);
        if (wanted == desired_.assignments.end()) continue;
        const auto needed = needed_secrets(names, known.at(partition).initialized);
        const SecretsState state = where_secrets_are(wanted->second, needed);
        if (state != SecretsState::Known) lost_secrets_[partition] = {needed, state};
    }
}

SecretsState Agent::secrets_of(const PartitionId& partition) const {
    const auto lost = lost_secrets_.find(partition);
    return lost == lost_secrets_.end() ? SecretsState::Known : lost->second.state;
}

// As if the master had told them; the next full answer, which is still asked for, replaces them.
void Agent::learn_secrets(const SecretNews& news) {
    const std::scoped_lock lock(mutex_);
    const auto lost = lost_secrets_.find(news.partition);
    const auto wanted = desired_.assignments.find(news.partition);
    if (lost == lost_secrets_.end() || wanted == desired_.assignments.end() ||
        wanted->second.ordered_at != news.ordered_at)
        return;
    lost->second.state = news.state;
    if (news.state == SecretsState::Known) {
        wanted->second.secrets = news.secrets.reveal();
        lost_secrets_.erase(lost);
        keep_secrets();
    }
    give(news.partition);
}

// So that the next agent finds them; the wish itself is the one that was there.
void Agent::keep_secrets() {
    const Status kept = ports_.journal.save(desired_, removing_, wish_version_);
    if (!kept.ok()) ports_.log.failure(LogLevel::Warn, "secrets_not_kept", kept.failure());
}

void Agent::start_worker(const PartitionId& partition, LocalState local, Orders orders) {
    workers_[partition] =
        hands_.partition(std::move(local), std::move(orders), worker_ports_, rules_.worker);
}

SyncReport Agent::report() {
    const std::scoped_lock lock(mutex_);
    keep_takeovers();
    SyncReport report;
    if (!ask_full_) {
        report.applied_lineage = desired_.lineage;
        report.applied_revision = desired_.revision;
    }
    auto batch = book_.take();
    report.observation_number = batch.number;
    report.observations = std::move(batch.observations);
    report.observations_full = batch.full;
    report.erased = std::move(batch.erased);
    report.leaderships = std::move(batch.leaderships);
    report.routings = std::move(batch.routings);
    report.domains = std::move(batch.domains);
    report.host = batch.host;
    report.care = std::move(batch.care);
    report.refuses = std::move(batch.refuses);
    report.upgrade = std::move(batch.upgrade);
    if (first_report_) {
        report.capacity = rules_.capacity;
        report.agent_version = rules_.version;
    }
    report.immediate = first_report_;
    report.clock = ports_.clock.wall();
    const auto disk_free = box_ ? box_->state().disk_free_bytes : std::nullopt;
    disk_sent_.reset();
    if (disk_free && is_disk_news(disk_reported_, *disk_free)) {
        disk_sent_ = disk_free;
        report.disk_free_bytes = std::max<std::int64_t>(1, *disk_free);  // 0 means "unchanged"
    }
    return report;
}

Status Agent::digest(const SyncAnswer& answer) {
    const std::scoped_lock lock(mutex_);
    sweep();
    first_report_ = false;
    if (disk_sent_) disk_reported_ = disk_sent_;
    if (answer.observations_wanted) disk_reported_.reset();  // a new master knows nothing
    book_.acknowledge(answer.observations_acknowledged, answer.observations_wanted);
    auto applied = apply_delta(desired_, answer.delta);
    if (!applied.ok()) {
        ask_full_ = true;
        return std::move(applied).failure();
    }
    AppliedDelta& change = applied.value();
    for (const PartitionId& partition : change.stale)
        ports_.log.warn("stale_order_ignored", {{"partition", partition}});
    const bool changed = change.node != desired_ || ask_full_;
    // On the box, in no wish that we still have, and not in this full one: nobody can tell whether
    // it was removed or forgotten, so it is kept for the longer time.
    if (answer.delta.full()) {
        for (const auto& [partition, worker] : workers_) {
            if (worker->desired() == nullptr && !removing_.contains(partition) &&
                !change.node.assignments.contains(partition))
                change.removed.try_emplace(partition, Removal::Forgotten);
        }
    }
    Removals removing = removing_;
    for (const auto& [partition, removal] : change.removed)
        if (workers_.contains(partition)) removing[partition] = removal;
    std::erase_if(removing, [&](const auto& item) {
        return !workers_.contains(item.first) || change.node.assignments.contains(item.first);
    });
    const Status kept =
        changed ? ports_.journal.save(change.node, removing, rules_.version) : ok_status();
    if (!kept.ok()) {
        for (const Assignment& assignment : answer.delta.assignments)
            refuse(assignment.partition,
                   "this box cannot write its orders down: " + kept.failure().message);
        return kept;
    }
    ask_full_ = false;
    desired_ = std::move(change.node);
    removing_ = std::move(removing);
    if (!changed) return ok_status();
    wish_version_ = rules_.version;
    std::set<PartitionId> assigned;
    for (const Assignment& assignment : answer.delta.assignments) {
        assigned.insert(assignment.partition);
        lost_secrets_.erase(assignment.partition);
    }
    dispatch(assigned, change.removed);
    forget_refused();
    order_box();
    ports_.log.info("wish_applied", {{"revision", desired_.revision},
                                     {"assigned", assigned.size()},
                                     {"removed", change.removed.size()}});
    return ok_status();
}

void Agent::dispatch(const std::set<PartitionId>& assigned,
                     const std::map<PartitionId, Removal>& removed) {
    for (const auto& [partition, removal] : removed) {
        if (ports_.groups != nullptr) ports_.groups->leave(partition);
        const auto worker = workers_.find(partition);
        if (worker != workers_.end()) {
            worker->second->order({nullptr, removal, SecretsState::Known, {}, is_paused()});
        } else {
            book_.erased(partition);  // it never was here
        }
    }
    for (const PartitionId& partition : assigned) give(partition);
}

void Agent::give(const PartitionId& partition) {
    const auto wanted = desired_.assignments.find(partition);
    if (wanted == desired_.assignments.end()) return;
    Orders orders{std::make_shared<const Assignment>(wanted->second), Removal::None,
                  secrets_of(partition)};
    orders.paused = is_paused();
    orders.refused = refused_of(wanted->second);
    const auto worker = workers_.find(partition);
    const bool there = worker != workers_.end() && !worker->second->is_gone();
    const bool room = there || static_cast<int>(workers_.size()) < rules_.partitions_max;
    if (room) orders.desk = seat(wanted->second, LocalState{.partition = partition});
    if (there) {
        worker->second->order(std::move(orders));
        return;
    }
    if (worker == workers_.end() && static_cast<int>(workers_.size()) >= rules_.partitions_max) {
        refuse(partition,
               "this box holds at most " + std::to_string(rules_.partitions_max) + " partitions");
        return;
    }
    refused_.erase(partition);
    start_worker(partition, LocalState{.partition = partition}, std::move(orders));
}

// Says why nothing is done about a partition that was assigned. What is here already speaks for
// itself.
void Agent::refuse(const PartitionId& partition, const std::string& reason) {
    if (workers_.contains(partition)) return;
    PartitionObservation seen;
    seen.partition = partition;
    seen.phase = PartitionPhase::Failed;
    seen.reason = reason;
    book_.set(seen);
    refused_.insert(partition);
}

// What was refused and is wanted no more was never here.
void Agent::forget_refused() {
    for (const PartitionId& partition : refused_)
        if (!desired_.assignments.contains(partition)) book_.erased(partition);
    std::erase_if(refused_, [&](const PartitionId& partition) {
        return !desired_.assignments.contains(partition);
    });
}

// Before they are told: also while the master is away, since each try to reach it passes here.
void Agent::keep_takeovers() {
    KeptTakeovers seen = book_.takeovers();
    if (seen == takeovers_) return;
    const Status kept = ports_.journal.keep(seen);
    if (kept.ok())
        takeovers_ = std::move(seen);
    else
        ports_.log.failure(LogLevel::Warn, "takeovers_not_kept", kept.failure());
}

// Workers whose partition is erased have ended; their places are free again.
void Agent::sweep() {
    std::erase_if(workers_, [](const auto& item) { return item.second->is_gone(); });
}

std::optional<std::vector<Digest>> Agent::images_in_use() {
    const std::scoped_lock lock(mutex_);
    std::vector<Digest> digests;
    for (const auto& [partition, worker] : workers_) {
        const auto wanted = worker->desired();
        if (wanted == nullptr) return std::nullopt;
        const auto release = ports_.read_release(*wanted);
        if (!release.ok()) return std::nullopt;
        digests.push_back(release.value().image);
    }
    return digests;
}

bool Agent::has_overdue_news() const { return book_.has_overdue(); }

Agent::Overview Agent::overview() const {
    const std::scoped_lock lock(mutex_);
    std::map<PartitionId, std::string> refused;
    for (const auto& [partition, wanted] : desired_.assignments) {
        const Refused why = refused_of(wanted);
        if (!why.reason.empty()) refused[partition] = why.reason;
    }
    return {desired_.lineage,
            desired_.revision,
            desired_.settings,
            host_,
            refuses_,
            std::move(refused),
            book_.all(),
            box_ ? box_->state() : BoxState{},
            ports_.zone != nullptr ? ports_.zone->state() : ZoneState{},
            ports_.domains != nullptr ? ports_.domains->state() : DomainsState{},
            ports_.mail != nullptr ? ports_.mail->state() : MailState{}};
}

}  // namespace foyer::agent
