#include "node-agent/app/upgrade_keeper.h"

#include <algorithm>

#include "common/base/utf8.h"

namespace foyer::agent {
namespace {

constexpr Duration retry_after{30'000};  // what could not be written down

bool is_open(UpgradePhase phase) {
    return phase == UpgradePhase::Fetching || phase == UpgradePhase::Installing;
}

Error switched_off() {
    return error(ErrorCode::FailedPrecondition,
                 "the host of this box has switched upgrades off: foyer-node upgrades --on");
}

}  // namespace

UpgradeKeeper::UpgradeKeeper(UpgradePorts ports, UpgradeBox box, KeptUpgrade kept)
    : ports_(std::move(ports)), box_(std::move(box)), kept_(std::move(kept)) {
    ports_.tell(report_of(kept_));
}

UpgradeKeeper::~UpgradeKeeper() = default;

void UpgradeKeeper::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void UpgradeKeeper::obey(const UpgradeOrder& order) {
    const std::scoped_lock lock(mutex_);
    // In every answer until its end is known: one is taken up once.
    if (order.number <= kept_.order) return;
    asked_ = order;
    poked_ = true;
    wake_.notify_all();
}

// Only the first answer of this agent's life tells something; one that was there before the helper
// began says nothing of the agent to come.
void UpgradeKeeper::synced() {
    {
        const std::scoped_lock lock(mutex_);
        if (synced_) return;
        synced_ = true;
        if (kept_.phase != UpgradePhase::Installing) return;
    }
    const Status marked = ports_.folder.mark_synced(box_.version);
    if (marked.ok()) return;
    ports_.log.failure(LogLevel::Warn, "sync_not_marked", marked.failure());
    const std::scoped_lock lock(mutex_);
    synced_ = false;  // the next answer tries it again
}

Status UpgradeKeeper::switch_off(bool off) {
    KeptUpgrade next = kept();
    if (next.off == off) return ok_status();
    next.off = off;
    TRY(ports_.folder.keep(next));
    {
        const std::scoped_lock lock(mutex_);
        kept_.off = off;
        next = kept_;
    }
    ports_.tell(report_of(next));
    return ok_status();
}

void UpgradeKeeper::look() {
    const std::scoped_lock lock(mutex_);
    if (kept_.phase != UpgradePhase::Installing) return;
    poked_ = true;
    wake_.notify_all();
}

KeptUpgrade UpgradeKeeper::kept() const {
    const std::scoped_lock lock(mutex_);
    return kept_;
}

UpgradeReport UpgradeKeeper::report() const { return report_of(kept()); }

UpgradeReport UpgradeKeeper::report_of(const KeptUpgrade& kept) const {
    UpgradeReport report;
    report.stance = box_.publisher_keys.empty() ? UpgradeStance::NoKey
                    : kept.off                  ? UpgradeStance::Off
                                                : UpgradeStance::Takes;
    report.architecture = box_.architecture;
    report.order = kept.order;
    report.phase = kept.phase;
    report.reason = plain_text(kept.reason, upgrade_reason_max);
    return report;
}

void UpgradeKeeper::run(const std::stop_token& stop) {
    // A power cut may have come between an outcome that was noted and what was left of it.
    if (!is_open(kept().phase)) discard(ports_.folder.clear(), "it only takes room");
    while (!stop.stop_requested()) {
        if (step(stop)) continue;
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, retry_after, [this] { return poked_; });
        poked_ = false;
    }
}

// On the disk first; then it is so.
void UpgradeKeeper::move(KeptUpgrade next) {
    {
        const std::scoped_lock lock(mutex_);
        next.off = kept_.off;
        kept_ = next;
    }
    ports_.log.info(
        "upgrade",
        {{"phase", to_text(next.phase)}, {"order", next.order}, {"reason", next.reason}});
    ports_.tell(report_of(next));
}

bool UpgradeKeeper::step(const std::stop_token& stop) {
    KeptUpgrade kept;
    std::optional<UpgradeOrder> asked;
    {
        const std::scoped_lock lock(mutex_);
        kept = kept_;
        asked = asked_;
    }
    Status done = ok_status();
    if (kept.phase == UpgradePhase::Fetching) {
        done = prepare(kept, stop);
    } else if (kept.phase == UpgradePhase::Installing) {
        done = install(kept);
    } else if (asked) {
        done = take_up(*asked);
    } else {
        return false;
    }
    if (!done.ok() && !stop.stop_requested())
        ports_.log.failure(LogLevel::Warn, "upgrade_waits", done.failure());
    const KeptUpgrade now = this->kept();
    const bool moved = now.phase != kept.phase || now.order != kept.order;
    return done.ok() && moved && !stop.stop_requested();
}

Result<CheckedUpgrade> UpgradeKeeper::check(const UpgradeOrder& order,
                                            const KeptUpgrade& kept) const {
    TRY(ports_.folder.can_install());
    return check_upgrade(order, box_, kept.came_from, ports_.check_signature);
}

Status UpgradeKeeper::take_up(const UpgradeOrder& order) {
    KeptUpgrade next = kept();
    next.order = order.number;
    next.reason.clear();
    next.orders.reset();
    const auto checked = next.off ? Result<CheckedUpgrade>(switched_off()) : check(order, next);
    if (!checked.ok()) {
        next.phase = UpgradePhase::Refused;
        next.reason = checked.failure().message;
    } else if (checked.value().wanted.version == box_.version) {
        next.phase = UpgradePhase::Done;
    } else {
        next.phase = UpgradePhase::Fetching;
        next.orders = order;
    }
    TRY(ports_.folder.keep(next));
    {
        const std::scoped_lock lock(mutex_);
        if (asked_ && asked_->number <= order.number) asked_.reset();
    }
    move(std::move(next));
    return ok_status();
}

void UpgradeKeeper::refuse(KeptUpgrade kept, const Error& why) {
    kept.phase = UpgradePhase::Refused;
    kept.reason = why.message;
    kept.orders.reset();
    const Status noted = ports_.folder.keep(kept);
    if (!noted.ok()) return ports_.log.failure(LogLevel::Warn, "upgrade_waits", noted.failure());
    discard(ports_.folder.clear(), "the next order begins with what it finds");
    move(std::move(kept));
}

// The order is checked anew: it may come from before a restart, with other keys pinned since.
Status UpgradeKeeper::prepare(const KeptUpgrade& kept, const std::stop_token& stop) {
    const auto checked = check(*kept.orders, kept);
    if (!checked.ok()) return refuse(kept, checked.failure()), ok_status();
    const CheckedUpgrade& both = checked.value();
    for (const auto& [package, file] : {std::pair(both.present, ports_.folder.present_file()),
                                        std::pair(both.wanted, ports_.folder.wanted_file())}) {
        const Status here = fetch(package, file, stop);
        if (here.ok()) continue;
        if (stop.stop_requested()) return here;
        return refuse(kept, in_context("version " + package.version, here.failure())), ok_status();
    }
    KeptUpgrade next = kept;
    next.phase = UpgradePhase::Installing;
    TRY(ports_.folder.keep(next));
    move(std::move(next));
    return ok_status();
}

// A part of it may lie there from before; what is there and wrong is fetched once more.
Status UpgradeKeeper::fetch(const AgentPackage& package, const std::string& file,
                            const std::stop_token& stop) {
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (!ports_.folder.is_right(file, package)) {
            if (attempt > 0) TRY(ports_.folder.remove(file));
            const Status fetched =
                ports_.blobs.fetch(package.file, file, [](std::int64_t, std::int64_t) {}, stop);
            if (!fetched.ok() && (stop.stop_requested() || attempt > 0)) return fetched;
        }
        if (!ports_.folder.is_right(file, package)) continue;
        return check_deb(TRY(ports_.folder.inspect(file)), package);
    }
    discard(ports_.folder.remove(file), "it is wrong");
    return error(ErrorCode::InvalidArgument,
                 "what was fetched is not the package that was signed: its hash or size differs");
}

Status UpgradeKeeper::install(const KeptUpgrade& kept) {
    const auto outcome = ports_.folder.outcome(kept.order);
    if (!outcome) {
        if (ports_.folder.is_handed_over(kept.order)) return ok_status();
        const auto checked = check(*kept.orders, kept);
        if (!checked.ok()) return refuse(kept, checked.failure()), ok_status();
        return ports_.folder.hand_over(
            {checked.value().wanted, checked.value().present, *kept.orders});
    }
    KeptUpgrade next = kept;
    next.phase = outcome->phase;
    next.reason = outcome->reason;
    if (outcome->phase == UpgradePhase::Done) {
        const auto present = parse_agent_document(kept.orders->present.document);
        next.came_from = present.ok() ? present.value().version : std::string();
    }
    next.orders.reset();
    TRY(ports_.folder.keep(next));
    TRY(ports_.folder.clear());
    move(std::move(next));
    return ok_status();
}

}  // namespace foyer::agent
