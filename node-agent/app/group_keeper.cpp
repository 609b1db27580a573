#include "node-agent/app/group_keeper.h"

namespace foyer::agent {
namespace {

namespace lead = leadership;

lead::Incarnation draw_incarnation(Rng& rng) { return {rng.next(), rng.next()}; }

}  // namespace

GroupKeeper::GroupKeeper(const GroupPorts& ports, const GroupRules& rules)
    : ports_(ports),
      rules_(rules),
      secrets_(ports.seal, rules.handover, ports.rng, ports.log),
      edge_(ports.seals.verifier, ports.check),
      disk_thread_([this](const std::stop_token& stop) { run_disk(stop); }),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

GroupKeeper::~GroupKeeper() {
    thread_.request_stop();
    ports_.post.poke();
    thread_.join();
    disk_thread_.request_stop();
    disk_wake_.notify_all();
}

MemberHands GroupKeeper::hands() {
    return {[this](const std::string& to, lead::Letter letter) {
                outgoing_[to].push_back(std::move(letter));
            },
            [this](SaveOrder order) {
                const std::scoped_lock lock(disk_mutex_);
                const PartitionId partition = order.partition;
                saves_[partition] = std::move(order);
                disk_wake_.notify_all();
            },
            [this](const PartitionId& partition, const FenceWish& wish) {
                if (ports_.fence && !ports_.fence(partition, wish).ok())
                    fences_[partition] = wish;
                else
                    fences_.erase(partition);
            },
            ports_.log,
            [this](const LeadershipReport& moment) {
                if (leads_listener_) leads_listener_(moment);
            },
            [this] { return ports_.clock.wall(); }};
}

std::unique_ptr<GroupMember> GroupKeeper::begin(const Assignment& assignment, bool led) {
    GroupMember::Begin begin;
    begin.partition = assignment.partition;
    begin.ordered_at = assignment.ordered_at;
    // Wall time has moved on since every earlier life; were it set back, a service would merely
    // be told again what it knows.
    begin.serial = static_cast<std::uint64_t>(ports_.clock.wall().unix_ms) << 16U;
    begin.tell = [this, partition = assignment.partition](lead::Input input) {
        tell(partition, std::move(input));
    };
    lead::Start& start = begin.start;
    start.identity = {assignment.instance, assignment.index, rules_.boot};
    start.timing = rules_.timing;
    start.fresh = draw_incarnation(ports_.rng);
    start.led = led;
    start.hash = ports_.seals.verifier.hash;
    start.sign = ports_.seals.sign;
    start.check = ports_.seals.verifier.check;
    auto memory = ports_.files.load(assignment.partition);
    if (memory.ok() && !is_other_order(memory.value().ordered_at, assignment.ordered_at))
        start.durable = std::move(memory.value().durable);
    else if (!memory.ok() && memory.failure().code != ErrorCode::NotFound)
        ports_.log.failure(LogLevel::Warn, "group_forgotten", memory.failure(),
                           {{"partition", assignment.partition}});
    return std::make_unique<GroupMember>(std::move(begin), hands(), ports_.clock.mono());
}

std::shared_ptr<CopyDesk> GroupKeeper::seat(const Assignment& assignment, bool led,
                                            const std::set<std::string>& lost) {
    const std::scoped_lock lock(seats_mutex_);
    auto& seat = seats_[assignment.partition];
    if (!seat || is_other_order(seat->ordered_at(), assignment.ordered_at)) {
        seat = begin(assignment, led);
        if (paused_) seat->take(lead::HostPauses{true}, ports_.clock.mono());
    }
    of_group_[assignment.instance] = assignment.partition;
    seat->assign(assignment, ports_.check, ports_.clock.mono());
    if (lost.empty())
        secrets_.hold(assignment);
    else
        secrets_.seek(assignment, lost);
    ports_.post.poke();
    return seat->desk();
}

void GroupKeeper::leave(const PartitionId& partition) {
    const std::scoped_lock lock(seats_mutex_);
    secrets_.leave(partition);
    if (seats_.erase(partition) == 0) return;
    fences_[partition] = {FenceWish::Kind::Forgotten};
    std::erase_if(of_group_, [&](const auto& item) { return item.second == partition; });
    const std::scoped_lock disk_lock(disk_mutex_);
    saves_[partition] = std::nullopt;
    disk_wake_.notify_all();
}

void GroupKeeper::pause(bool paused) {
    const std::scoped_lock lock(seats_mutex_);
    if (paused == paused_) return;
    paused_ = paused;
    for (const auto& [partition, seat] : seats_)
        seat->take(lead::HostPauses{paused}, ports_.clock.mono());
    ports_.post.poke();
}

void GroupKeeper::follow(const EdgeRoutes& routes) {
    {
        const std::scoped_lock lock(seats_mutex_);
        edge_.follow(routes);
    }
    ports_.post.poke();
}

void GroupKeeper::on_routes(std::function<void(const EdgeRoutes&)> listener) {
    const std::scoped_lock lock(seats_mutex_);
    routes_listener_ = std::move(listener);
}

void GroupKeeper::on_leads(std::function<void(const LeadershipReport&)> listener) {
    const std::scoped_lock lock(seats_mutex_);
    leads_listener_ = std::move(listener);
}

void GroupKeeper::on_secrets(std::function<void(const SecretNews&)> listener) {
    const std::scoped_lock lock(listener_mutex_);
    secrets_listener_ = std::move(listener);
}

void GroupKeeper::tell_routes(MonoTime now) {
    EdgeRoutes routes = edge_.proven(now);
    if (routes == told_) return;
    told_ = std::move(routes);
    if (routes_listener_) routes_listener_(told_);
}

void GroupKeeper::tell(const PartitionId& partition, lead::Input input) {
    {
        const std::scoped_lock lock(inbox_mutex_);
        inbox_.push_back({partition, std::move(input)});
    }
    ports_.post.poke();
}

// This thread's clock is half of what an idle agent costs its host. Whoever gives it work pokes, so
// none waits for the longer turn.
Duration GroupKeeper::next_wait() const {
    const std::scoped_lock lock(seats_mutex_);
    const bool is_idle = seats_.empty() && fences_.empty() && edge_.is_idle();
    return is_idle ? rules_.idle_tick : rules_.tick;
}

void GroupKeeper::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const auto mails = ports_.post.wait(next_wait());
        const std::scoped_lock lock(seats_mutex_);
        round(mails);
        send_out();
    }
}

void GroupKeeper::round(const std::vector<GroupMail>& mails) {
    std::vector<Fact> facts;
    {
        const std::scoped_lock lock(inbox_mutex_);
        facts.swap(inbox_);
    }
    const MonoTime now = ports_.clock.mono();
    for (const Fact& fact : facts) {
        const auto seat = seats_.find(fact.partition);
        if (seat != seats_.end()) seat->second->take(fact.input, now);
    }
    for (const GroupMail& mail : mails) deliver(mail, now);
    edge_.tick(ports_.rng, now, [this](const std::string& to, lead::Letter letter) {
        outgoing_[to].push_back(std::move(letter));
    });
    tell_routes(now);
    if (now < next_tick_) return;
    next_tick_ = now + rules_.tick;
    move_fences();
    for (const auto& [partition, seat] : seats_)
        seat->tick({static_cast<int>(ports_.rng.below(10'000))}, now);
    seek_secrets(now);
}

void GroupKeeper::seek_secrets(MonoTime now) {
    for (const auto& [partition, seat] : seats_) {
        for (const auto& [to, question] : secrets_.ask(partition, seat->on_disk(), now))
            ports_.post.send(to, question);
        tell_later(secrets_.look(partition, seat->on_disk(), now));
    }
}

void GroupKeeper::exchange(const GroupMail& mail, MonoTime now) {
    const auto seat_of = [&](const InstanceName& group) {
        const auto partition = of_group_.find(group);
        return partition == of_group_.end() ? seats_.end() : seats_.find(partition->second);
    };
    for (const SecretQuestion& question : mail.questions) {
        const auto seat = seat_of(question.group);
        if (seat == seats_.end()) continue;
        const auto answer =
            secrets_.answer(seat->first, question, mail.node_key, seat->second->on_disk(), now);
        if (answer) ports_.post.send(mail.from, *answer);
    }
    for (const SecretAnswer& answer : mail.answers) {
        const auto seat = seat_of(answer.group);
        if (seat == seats_.end()) continue;
        tell_later(secrets_.hear(seat->first, answer, mail.node_key, seat->second->on_disk(), now));
    }
}

void GroupKeeper::tell_later(std::optional<SecretNews> news) {
    if (!news) return;
    const std::scoped_lock lock(disk_mutex_);
    const PartitionId partition = news->partition;
    news_.insert_or_assign(partition, *std::move(news));
    disk_wake_.notify_all();
}

// False: there was nothing to do.
bool GroupKeeper::tell_news() {
    std::map<PartitionId, SecretNews>::node_type next;
    {
        const std::scoped_lock lock(disk_mutex_);
        if (news_.empty()) return false;
        next = news_.extract(news_.begin());
    }
    const std::scoped_lock lock(listener_mutex_);
    if (secrets_listener_) secrets_listener_(next.mapped());
    return true;
}

void GroupKeeper::deliver(const GroupMail& mail, MonoTime now) {
    exchange(mail, now);
    for (const lead::Letter& letter : mail.letters) {
        if (letter.message.envelope.to == lead::outsider) {
            edge_.hear(letter, mail, now);
            continue;
        }
        const auto group = of_group_.find(letter.message.envelope.group);
        if (group == of_group_.end()) continue;
        const auto seat = seats_.find(group->second);
        if (seat != seats_.end()) seat->second->receive(letter, mail, now);
    }
}

void GroupKeeper::move_fences() {
    std::erase_if(fences_, [&](const auto& item) {
        return !ports_.fence || ports_.fence(item.first, item.second).ok();
    });
}

void GroupKeeper::send_out() {
    for (const auto& [address, letters] : outgoing_) ports_.post.send(address, letters);
    outgoing_.clear();
}

void GroupKeeper::run_disk(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const bool told = tell_news();
        if (save_next(stop) || told) continue;
        std::unique_lock lock(disk_mutex_);
        disk_wake_.wait(lock, stop, [this] { return !saves_.empty() || !news_.empty(); });
    }
}

// False: there was nothing to do.
bool GroupKeeper::save_next(const std::stop_token& stop) {
    std::map<PartitionId, std::optional<SaveOrder>>::node_type next;
    {
        const std::scoped_lock lock(disk_mutex_);
        if (saves_.empty()) return false;
        next = saves_.extract(saves_.begin());
    }
    const std::optional<SaveOrder>& order = next.mapped();
    const Status done =
        order ? ports_.files.save(next.key(), order->memory) : ports_.files.forget(next.key());
    if (done.ok()) {
        if (order) tell(next.key(), lead::Persisted{order->version});
        return true;
    }
    ports_.log.failure(LogLevel::Warn, "group_not_saved", done.failure(),
                       {{"partition", next.key()}});
    std::unique_lock lock(disk_mutex_);
    saves_.insert(std::move(next));  // a newer one that came meanwhile stays
    disk_wake_.wait_for(lock, stop, rules_.save_again, [] { return false; });
    return true;
}

}  // namespace foyer::agent
