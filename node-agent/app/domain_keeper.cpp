#include "node-agent/app/domain_keeper.h"

#include <algorithm>

#include "common/base/text.h"

namespace foyer::agent {

DomainKeeper::DomainKeeper(const DomainPorts& ports, DomainRules rules)
    : ports_(ports),
      rules_(std::move(rules)),
      shelved_(ports.shelf.load()),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

DomainKeeper::~DomainKeeper() {
    thread_.request_stop();
    wake_.notify_all();
}

void DomainKeeper::order(Wish wish) {
    const std::scoped_lock lock(mutex_);
    ordered_ = std::move(wish);
    wake_.notify_all();
}

void DomainKeeper::on_report(std::function<void(const DomainsReport&)> listener) {
    const std::scoped_lock lock(telling_);
    listener_ = std::move(listener);
}

DomainsState DomainKeeper::state() const {
    const std::scoped_lock lock(mutex_);
    return state_;
}

// Before the first order nothing is known, and what runs is left alone.
void DomainKeeper::run(const std::stop_token& stop) {
    bool told = false;
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock(mutex_);
            wake_.wait_for(lock, stop, rules_.tick, [this] { return ordered_.has_value(); });
            if (ordered_) {
                wish_ = *std::exchange(ordered_, std::nullopt);
                told = true;
                not_before_ = {};
            }
        }
        if (!told || stop.stop_requested()) continue;
        take_wish();
        if (wish_.settings.edge) {
            learn_account();
            serve();
            ask(stop);
        }
        tell();
    }
}

// What is held of a name that comes back is still of use.
void DomainKeeper::take_wish() {
    const MonoTime now = ports_.clock.mono();
    std::map<std::string, std::string> names;
    if (wish_.settings.edge) names = wish_.hostnames;
    for (auto it = records_.begin(); it != records_.end();) {
        if (names.contains(it->first)) {
            ++it;
            continue;
        }
        shelved_[it->first] = it->second;
        heard_of_.erase(it->first);
        it = records_.erase(it);
    }
    for (const auto& [name, hostname] : names) {
        if (records_.contains(name)) continue;
        const auto shelved = shelved_.extract(name);
        records_[name] = shelved.empty() ? NameRecord{} : shelved.mapped();
        heard_of_[name] = now;
    }
}

void DomainKeeper::learn_account() {
    const auto own = ports_.acme.thumbprint();
    thumbprint_ = own.ok() ? own.value() : std::string();
    account_problem_ = own.ok() || own.failure().code == ErrorCode::FailedPrecondition
                           ? std::string()
                           : own.failure().message;
}

EdgeDomains DomainKeeper::plan() const {
    EdgeDomains plan;
    plan.turn = rules_.turns.turn;
    for (const AcmeAccount& account : acme_accounts(rules_.self, wish_.settings, wish_.peers))
        plan.thumbprints.push_back(account.thumbprint);
    plan.hostnames = wish_.hostnames;
    for (const auto& [name, record] : records_) {
        const std::string file = ports_.shelf.file(name);
        if (record.held && !file.empty()) plan.certificates[name] = {file, *record.held};
    }
    return plan;
}

void DomainKeeper::serve() {
    const MonoTime now = ports_.clock.mono();
    if (now < not_before_) return;
    const Status done = ports_.proxy.serve_domains(plan());
    if (done.ok()) {
        failures_ = 0;
        proxy_problem_.clear();
        return forget_others();
    }
    if (proxy_problem_ != done.failure().message)
        ports_.log.failure(LogLevel::Warn, "domains_not_served", done.failure());
    proxy_problem_ = done.failure().message;
    failures_ += 1;
    not_before_ = now + backoff_wait(rules_.backoff, failures_, ports_.rng);
}

// After the proxy let go of them. A wish that was lost takes nothing away.
void DomainKeeper::forget_others() {
    if (wish_.revision == Revision() || shelved_.empty()) return;
    for (const auto& [name, record] : shelved_) {
        const Status gone = ports_.shelf.erase(name);
        if (!gone.ok())
            return ports_.log.failure(LogLevel::Warn, "certificate_not_erased", gone.failure(),
                                      {{"domain", name}});
        ports_.log.info("certificate_erased", {{"domain", name}});
    }
    shelved_.clear();
    discard(ports_.shelf.note(records_), "what is noted too much is of names that nobody wishes");
}

NameRecords DomainKeeper::settled(MonoTime now) const {
    NameRecords names;
    for (const auto& [name, record] : records_)
        if (record.held || now - heard_of_.at(name) >= rules_.settle) names[name] = record;
    return names;
}

// One after the other, as long as the turn lasts. Authorities find no answer where plain HTTP is
// not served, so nothing is asked then.
void DomainKeeper::ask(const std::stop_token& stop) {
    while (!stop.stop_requested() && proxy_problem_.empty() && !thumbprint_.empty()) {
        const WallTime now = ports_.clock.wall();
        const auto accounts = acme_accounts(rules_.self, wish_.settings, wish_.peers);
        const auto time = time_to_order(accounts, {rules_.self, thumbprint_}, rules_.turns, now);
        if (!time) return;
        const auto name = next_order(settled(ports_.clock.mono()), now);
        if (!name) return;
        ports_.log.info("certificate_ordered", {{"domain", *name}, {"limit_ms", *time}});
        const auto issued = ports_.acme.order(*name, *time, stop);
        if (stop.stop_requested() && !issued.ok()) return;
        take(*name, issued);
        serve();
        tell();
        const std::scoped_lock lock(mutex_);
        if (ordered_) return;
    }
}

void DomainKeeper::take(const std::string& name, const Result<AcmeClient::Issued>& issued) {
    const Status kept =
        issued.ok() ? ports_.shelf.put(name, issued.value()) : Status(issued.failure());
    NameRecord& record = records_.at(name);
    if (kept.ok()) {
        record = ordered(issued.value().span);
        ports_.log.info("certificate_issued",
                        {{"domain", name}, {"until", to_rfc3339(record.held->not_after)}});
    } else {
        const bool limited = kept.failure().code == ErrorCode::ResourceExhausted;
        record = refused(std::move(record), kept.failure().message, limited, rules_.orders,
                         ports_.clock.wall(), ports_.rng);
        ports_.log.failure(LogLevel::Warn, "certificate_refused", kept.failure(),
                           {{"domain", name},
                            {"failures", record.failures},
                            {"retry_at", to_rfc3339(*record.retry_at)}});
    }
    const Status noted = ports_.shelf.note(records_);
    if (!noted.ok()) ports_.log.failure(LogLevel::Warn, "orders_not_noted", noted.failure());
}

void DomainKeeper::tell() {
    DomainsState now;
    if (wish_.settings.edge) now.report = domains_report(thumbprint_, records_);
    now.problem = account_problem_.empty() ? proxy_problem_ : account_problem_;
    {
        const std::scoped_lock lock(mutex_);
        state_ = now;
    }
    const std::scoped_lock lock(telling_);
    if (listener_ && wish_.settings.edge) listener_(now.report);
}

DomainKeeper::Wish domain_wish(const DesiredNode& desired) {
    DomainKeeper::Wish wish{desired.revision, desired.settings, desired.peers, {}};
    for (const auto& [hostname, route] : desired.routes)
        for (const std::string& alias : route.aliases)
            // The master lets no such name in; one would take another instance's.
            if (alias != desired.settings.zone && !alias.ends_with("." + desired.settings.zone))
                wish.hostnames[alias] = hostname;
    return wish;
}

}  // namespace foyer::agent
