// What the master does by itself, a little at each tick of main's loop: somebody who may do
// everything, boxes fallen silent, when boxes were seen, what is old enough to be forgotten.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/random.h"
#include "common/base/time.h"
#include "common/log/log.h"
#include "master/app/hearing.h"
#include "master/app/planner.h"
#include "master/app/presence.h"

namespace foyer::master {

struct HousekeepingConfig {
    std::string operator_token_file;  // data_dir/operator.token
    Duration keep_operator{60'000};
    Duration silence_scan{1'000};
    Duration note_sightings{60'000};
    std::size_t sightings_at_once = 1'000;  // in one decision; more go at the next ticks
    Duration forget_old{60'000};            // how often; the lives below are of what is forgotten
    Duration request_life{std::int64_t{30} * 24 * 3600 * 1000};
    Duration operation_life{std::int64_t{30} * 24 * 3600 * 1000};  // from its end
    Duration secret_life{600'000};                                 // of a recorded answer
    Duration token_life{std::int64_t{30} * 24 * 3600 * 1000};      // of an API token, from its end
    Duration repair_tick{1'000};
    // How often certificates are looked at. At first a while after the start, so that boxes that
    // were kept from it can renew theirs.
    Duration look_at_certificates{3'600'000};
    Duration first_look_at_certificates{600'000};
    Duration node_certificate_warning{std::int64_t{15} * 24 * 3600 * 1000};
    std::optional<WallTime> master_certificate_ends;
    // Makes the key that mail of the zone is signed with; null: mail is never sent.
    std::function<Result<MailKey>(const std::string& zone)> make_mail_key = nullptr;
    Duration keep_mail_key{60'000};
    int repair_ticks_max = 50;     // in a row, when each says that there is more
    Duration hearing_gap{30'000};  // hearing.h
};

class Housekeeping {
public:
    // Borrows everything.
    Housekeeping(Planner& planner, Presence& presence, const Clock& clock, Rng& rng, Log& log,
                 HousekeepingConfig config);

    // Called several times a second by one thread; does nothing while the database is away. May
    // wait for a commit at the first start.
    void tick();

private:
    void keep_operator();
    Status make_operator_token();
    void keep_mail_key();
    void scan_silence();
    void note_sightings();
    void forget_old();
    void repair();
    void look_at_certificates();

    Planner& planner_;
    Presence& presence_;
    const Clock& clock_;
    Rng& rng_;
    Log& log_;
    HousekeepingConfig config_;
    bool isolated_ = false;
    MonoTime next_operator_;
    MonoTime next_mail_key_;
    MonoTime next_scan_;
    MonoTime next_forget_;
    MonoTime next_note_;
    std::vector<Sighting> sightings_;  // of this round, still to be sent
    MonoTime next_repair_;
    std::optional<MonoTime> next_certificates_;
    Hearing hearing_;
    // What is not committed yet is not sent twice. Shared: a continuation may outlive us.
    std::shared_ptr<std::atomic<bool>> repairing_ = std::make_shared<std::atomic<bool>>(false);
    std::shared_ptr<std::atomic<bool>> marking_ = std::make_shared<std::atomic<bool>>(false);
    std::shared_ptr<std::atomic<bool>> noting_ = std::make_shared<std::atomic<bool>>(false);
    std::shared_ptr<std::atomic<bool>> forgetting_ = std::make_shared<std::atomic<bool>>(false);
    std::shared_ptr<std::atomic<bool>> more_to_forget_ = std::make_shared<std::atomic<bool>>(false);
};

// A fresh API token: what is shown once, and the hash that is kept.
struct FreshToken {
    TokenId id;
    std::string text;         // "foyer_<id>_<secret>"
    std::string secret_hash;  // hex SHA-256 of the secret
};
FreshToken make_api_token(Rng& rng);

}  // namespace foyer::master
