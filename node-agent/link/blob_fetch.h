// Blobs from the master into files, going on where a broken download stopped. Whether the bytes are
// right is the image store's to check.
#pragma once

#include "common/base/random.h"
#include "node-agent/app/ports.h"
#include "node-agent/domain/backoff.h"
#include "node-agent/link/master_client.h"

namespace foyer::agent {

struct BlobFetchRules {
    int attempts_max = 5;  // in a row without a single new byte
    Backoff backoff{Duration(500), Duration(8'000)};
};

class BlobFetch final : public BlobSource {
public:
    BlobFetch(MasterClient& client, Rng& rng, BlobFetchRules rules)
        : client_(client), rng_(rng), rules_(rules) {}

    // ResourceExhausted: disk full. NotFound: the master has no such blob. Unavailable: no progress
    // after all attempts, or stopped.
    Status fetch(const Digest& digest, const std::string& file, const Progress& progress,
                 std::stop_token stop) override;

private:
    Status attempt(const Digest& digest, int descriptor, std::int64_t& done,
                   const Progress& progress, std::stop_token stop);

    MasterClient& client_;
    Rng& rng_;
    BlobFetchRules rules_;
};

}  // namespace foyer::agent
