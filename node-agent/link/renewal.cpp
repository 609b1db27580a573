#include "node-agent/link/renewal.h"

#include <algorithm>

#include "common/tls/certificate.h"

namespace foyer::agent {
namespace {

constexpr Duration pause_shortest{1'000};
constexpr Duration pause_longest{60'000};

bool is_due(const std::string& certificate_pem, WallTime now) {
    const auto when = renewal_time(certificate_pem);
    return !when.ok() || now >= when.value();
}

bool serves_zone(const std::string& certificate_pem, const std::string& zone) {
    const auto facts = tls::read_certificate(certificate_pem);
    if (!facts.ok()) return false;
    const auto& names = facts.value().dns_names;
    return std::find(names.begin(), names.end(), "*." + zone) != names.end();
}

}  // namespace

Result<WallTime> renewal_time(const std::string& certificate_pem) {
    const auto facts = TRY(tls::read_certificate(certificate_pem));
    const Duration life = facts.not_after - facts.not_before;
    return facts.not_before + life * 2 / 3;
}

Duration renewal_pause(const std::string& certificate_pem) {
    const auto facts = tls::read_certificate(certificate_pem);
    if (!facts.ok()) return pause_shortest;
    const Duration life = facts.value().not_after - facts.value().not_before;
    return std::clamp(life / 20, pause_shortest, pause_longest);
}

Renewal::Renewal(IdentityFolder folder, Identity identity, MasterClient& client, const Clock& clock,
                 Log& log, OnServing on_serving)
    : folder_(std::move(folder)),
      identity_(std::move(identity)),
      client_(client),
      clock_(clock),
      log_(log),
      on_serving_(std::move(on_serving)) {}

Renewal::Due Renewal::due(const std::optional<ServingCertificate>& serving, bool edge,
                          const std::string& zone) const {
    const WallTime now = clock_.wall();
    return {.own = is_due(identity_.certificate_pem, now),
            .serving = edge && (!serving || is_due(serving->certificate_pem, now) ||
                                !serves_zone(serving->certificate_pem, zone))};
}

void Renewal::tend(bool edge, const std::string& zone) {
    const MonoTime now = clock_.mono();
    const bool serves = edge && !zone.empty();
    auto serving = folder_.serving();
    if (!edge) {
        told_.clear();
        const Status forgotten = folder_.forget_serving();
        if (!forgotten.ok())
            log_.failure(LogLevel::Warn, "serving_key_not_removed", forgotten.failure());
    }
    const Due wanted = due(serving, serves, zone);
    if ((wanted.own || wanted.serving) && now >= next_try_) {
        const Status renewed = renew(wanted, zone);
        if (!renewed.ok()) log_.failure(LogLevel::Warn, "renewal_failed", renewed.failure());
        const std::string old =
            wanted.serving ? (serving ? serving->certificate_pem : "") : identity_.certificate_pem;
        next_try_ = now + renewal_pause(old);
        serving = folder_.serving();
    }
    if (serves && serving && serves_zone(serving->certificate_pem, zone)) tell(*serving);
}

void Renewal::tell(const ServingCertificate& serving) {
    const MonoTime now = clock_.mono();
    if (told_ == serving.certificate_pem && now < next_tell_) return;
    const Status taken = on_serving_(serving);
    told_ = serving.certificate_pem;
    next_tell_ = now + (taken.ok() ? pause_longest : pause_shortest);
    if (!taken.ok()) log_.failure(LogLevel::Error, "serving_certificate_refused", taken.failure());
}

Status Renewal::renew(const Due& wanted, const std::string& zone) {
    std::string csr;
    std::string serving_csr;
    if (wanted.own) csr = TRY(tls::make_request(identity_.key_pem, identity_.node.str()));
    if (wanted.serving) {
        const auto key = TRY(folder_.serving_key());
        serving_csr = TRY(tls::make_request(key, "*." + zone));
    }
    const RenewedCertificates renewed = TRY(client_.renew(csr, serving_csr));
    // One that is of no use does not cost the box the other.
    const Status serving = wanted.serving ? take_serving(renewed, zone) : ok_status();
    if (wanted.own) TRY(take_own(renewed));
    return serving;
}

Status Renewal::take_serving(const RenewedCertificates& renewed, const std::string& zone) {
    const ServingCertificate serving{TRY(folder_.serving_key()), renewed.serving_certificate_pem};
    TRY(tls::check_key_pair(serving.certificate_pem, serving.key_pem));
    TRY(folder_.store_serving(serving.certificate_pem));
    log_.info("serving_certificate_renewed", {{"zone", zone}});
    return ok_status();
}

Status Renewal::take_own(const RenewedCertificates& renewed) {
    Identity fresh = identity_;
    fresh.certificate_pem = renewed.certificate_pem;
    if (!renewed.ca_pem.empty()) fresh.ca_pem = renewed.ca_pem;
    TRY(tls::check_key_pair(fresh.certificate_pem, fresh.key_pem));
    TRY(tls::verify_certificate(fresh.certificate_pem, fresh.ca_pem, clock_.wall()));
    TRY(folder_.store_certificate(fresh.certificate_pem, fresh.ca_pem));
    identity_ = std::move(fresh);
    client_.use(identity_);
    log_.info("certificate_renewed", {{"node", identity_.node}});
    return ok_status();
}

Status Renewal::check_own_certificate() const {
    return tls::verify_certificate(identity_.certificate_pem, identity_.ca_pem, clock_.wall());
}

}  // namespace foyer::agent
