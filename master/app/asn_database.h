// Whose network an address is in: a database in MaxMind's format (DB-IP's "IP to ASN Lite",
// GeoLite2-ASN), read through libmaxminddb. Its records hold "autonomous_system_number" and
// "autonomous_system_organization".
//
// The file is read when refresh() is called, whole and into memory: whatever is written to it
// afterwards, what was read stays as it is. So a newer one takes its place without a restart; one
// that cannot be read leaves the old one in use, or none. Safe from any thread.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/base/result.h"
#include "common/base/time.h"
#include "master/domain/isp.h"

namespace foyer::master {

class AsnDatabase {
public:
    // `path` empty: there is never one, and no network is known.
    explicit AsnDatabase(std::string path);
    ~AsnDatabase();

    // Of an address as inet_ntop writes it. Nothing: it is in no network, or the text is none.
    std::optional<AutonomousSystem> find(const std::string& address) const;

    // Whether another file was taken into use. NotFound, InvalidArgument: it cannot be read, is
    // none, or knows no autonomous systems. ResourceExhausted: it is too large.
    Result<bool> refresh();

    // When its maker built it. Nothing: there is none.
    std::optional<WallTime> built_at() const;

private:
    struct File;
    std::shared_ptr<const File> current() const;

    const std::string path_;  // empty: none
    mutable std::mutex mutex_;
    std::shared_ptr<const File> file_;
};

}  // namespace foyer::master
