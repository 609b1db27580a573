#include "node-agent/runtime/uid_ranges.h"

#include <fcntl.h>
#include <sys/file.h>

#include "common/base/text.h"
#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "common/os/stop_event.h"
#include "common/os/sys.h"

namespace foyer::agent {

namespace {

constexpr std::size_t claim_bytes_max = 4096;  // a path
constexpr Duration lock_poll{20};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::optional<std::uint32_t> range_from(const std::string& text) {
    const auto number = parse_int(text);
    if (!number || *number <= 0 || *number > UINT32_MAX - uids_per_range) return std::nullopt;
    return static_cast<std::uint32_t>(*number);
}

Result<std::uint32_t> range_in(const std::string& file) {
    const std::string text = TRY(os::read_file(file, 64));
    const auto range = range_from(first_line(text));
    if (!range) return error(ErrorCode::FailedPrecondition, "'" + file + "' is damaged");
    return *range;
}

// Does that partition still have the range? What cannot be looked at is believed.
bool is_held(const std::string& partition_folder, std::uint32_t range) {
    if (!os::exists(os::parent_of(partition_folder))) return true;
    const auto own = range_in(partition_folder + "/uid_range");
    if (own.ok()) return own.value() == range;
    return own.failure().code != ErrorCode::NotFound;
}

}  // namespace

Result<std::uint32_t> lowest_free_range(const std::set<std::uint32_t>& taken, std::uint32_t first,
                                        std::uint32_t ranges_max) {
    for (std::uint32_t i = 0; i < ranges_max; ++i)
        if (!taken.contains(first + i * uids_per_range)) return first + i * uids_per_range;
    return error(ErrorCode::ResourceExhausted,
                 "all " + std::to_string(ranges_max) + " user ranges are taken");
}

std::string UidRanges::claim_file(std::uint32_t range) const {
    return space_.claims + "/" + std::to_string(range);
}

Result<os::UniqueFd> UidRanges::lock() const {
    TRY(os::make_dirs(space_.claims, 0755));
    os::UniqueFd fd = TRY(os::open_file(space_.claims + "/lock", O_RDWR | O_CREAT, 0600));
    for (Duration waited{0}; ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0; waited += lock_poll) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return os::errno_error("cannot lock '" + space_.claims + "'");
        if (waited >= space_.lock_wait)
            return error(ErrorCode::Unavailable,
                         "another agent has held '" + space_.claims + "/lock' for " +
                             std::to_string(space_.lock_wait.count() / 1000) + " s");
        os::wait_unless_stopped(lock_poll);
    }
    return fd;
}

Result<std::uint32_t> UidRanges::find(const PartitionId& id) const {
    return range_in(paths_.uid_range(id));
}

Result<std::string> UidRanges::holder(std::uint32_t range) const {
    const auto text = os::read_file(claim_file(range), claim_bytes_max);
    if (!text.ok() && text.failure().code == ErrorCode::NotFound) return std::string();
    const std::string folder = first_line(TRY(text));
    if (!folder.starts_with('/'))
        return error(ErrorCode::FailedPrecondition,
                     "'" + claim_file(range) + "' does not name a partition's folder");
    return is_held(folder, range) ? folder : std::string();
}

Status UidRanges::claim(std::uint32_t range, const PartitionId& id) const {
    return os::write_atomically(claim_file(range), paths_.partition(id) + "\n", {.mode = 0644});
}

Status UidRanges::confirm(std::uint32_t range, const PartitionId& id) const {
    const auto text = os::read_file(claim_file(range), claim_bytes_max);
    if (text.ok() && first_line(text.value()) == paths_.partition(id)) return ok_status();
    const std::string other = TRY(holder(range));
    // A folder that was moved claims anew what it had under its former name.
    if (!other.empty() && os::exists(os::parent_of(other)))
        return error(ErrorCode::FailedPrecondition,
                     "'" + paths_.partition(id) + "' and '" + other +
                         "' belong to the same users (from " + std::to_string(range) +
                         " on): one is a copy of the other; remove one of them");
    return claim(range, id);
}

Result<std::set<std::uint32_t>> UidRanges::claimed() const {
    std::set<std::uint32_t> taken;
    for (const std::string& name : TRY(os::list_dir(space_.claims))) {
        const auto range = range_from(name);
        if (!range) continue;  // the lock
        const auto by = holder(*range);
        if (!by.ok() || !by.value().empty()) taken.insert(*range);
    }
    return taken;
}

Result<std::uint32_t> UidRanges::take(const PartitionId& id) {
    const std::lock_guard turn(taking_);
    const os::UniqueFd held = TRY(lock());
    const auto own = find(id);
    if (own.ok()) TRY(confirm(own.value(), id));
    if (own.ok() || own.failure().code != ErrorCode::NotFound) return own;
    const auto range = lowest_free_range(TRY(claimed()), space_.first, space_.ranges_max);
    if (!range.ok())
        return error(range.failure().code,
                     range.failure().message + ": each file of '" + space_.claims +
                         "' names the partition that has one; remove those of boxes that are no "
                         "more");
    TRY(claim(range.value(), id));
    TRY(os::write_atomically(paths_.uid_range(id), std::to_string(range.value()) + "\n",
                             {.mode = 0644}));
    return range;
}

Status UidRanges::release(const PartitionId& id) {
    const std::lock_guard turn(taking_);
    const os::UniqueFd held = TRY(lock());
    for (const std::string& name : TRY(os::list_dir(space_.claims))) {
        const auto text = os::read_file(space_.claims + "/" + name, claim_bytes_max);
        if (text.ok() && first_line(text.value()) == paths_.partition(id))
            TRY(os::remove_file(space_.claims + "/" + name));
    }
    return ok_status();
}

Status UidRanges::claim_all() {
    const std::lock_guard turn(taking_);
    const os::UniqueFd held = TRY(lock());
    TRY(os::remove_drafts(space_.claims));  // nobody else writes while we hold the lock
    for (const std::string& name : TRY(os::list_dir(paths_.partitions()))) {
        const PartitionId id(name);
        const auto own = find(id);
        if (own.ok()) discard(confirm(own.value(), id), "take() says it when the range is needed");
    }
    return ok_status();
}

}  // namespace foyer::agent
