#include "master/app/asn_database.h"

#include <arpa/inet.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <sys/stat.h>

#include "common/base/utf8.h"
#include "common/os/files.h"
#include "common/os/sys.h"
#include "common/os/unique_fd.h"

namespace foyer::master {
namespace {

constexpr std::size_t holder_bytes_max = 100;
constexpr std::size_t file_bytes_max = std::size_t{256} << 20U;  // GeoLite2-ASN has 10 MB

// What tells one file from the next that is put in its place.
struct Stamp {
    std::int64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t changed_ns = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
};

Result<Stamp> stamp_of(const std::string& path) {
    struct stat facts{};
    if (::stat(path.c_str(), &facts) != 0)
        return error(ErrorCode::NotFound, "no database of networks at '" + path + "'");
    return Stamp{static_cast<std::int64_t>(facts.st_ino), facts.st_size,
                 facts.st_mtim.tv_sec * 1'000'000'000 + facts.st_mtim.tv_nsec};
}

std::optional<std::uint32_t> number_in(MMDB_entry_s entry) {
    MMDB_entry_data_s value{};
    if (MMDB_get_value(&entry, &value, "autonomous_system_number", nullptr) != MMDB_SUCCESS ||
        !value.has_data || value.type != MMDB_DATA_TYPE_UINT32 || value.uint32 == 0)
        return std::nullopt;
    return value.uint32;
}

std::string holder_in(MMDB_entry_s entry) {
    MMDB_entry_data_s value{};
    if (MMDB_get_value(&entry, &value, "autonomous_system_organization", nullptr) != MMDB_SUCCESS ||
        !value.has_data || value.type != MMDB_DATA_TYPE_UTF8_STRING)
        return {};
    return plain_text(std::string(value.utf8_string, value.data_size), holder_bytes_max);
}

}  // namespace

struct AsnDatabase::File {
    File() = default;
    ~File() {
        if (open) MMDB_close(&base);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    static Result<std::shared_ptr<const File>> read(const std::string& path) {
        auto file = std::make_shared<File>();
        file->stamp = TRY(stamp_of(path));
        // A map of the file itself would end the master when somebody writes over it.
        file->content = TRY(os::memory_file(TRY(os::read_file(path, file_bytes_max))));
        const std::string copy = "/proc/self/fd/" + std::to_string(file->content.get());
        const int status = MMDB_open(copy.c_str(), MMDB_MODE_MMAP, &file->base);
        if (status != MMDB_SUCCESS)
            return error(ErrorCode::InvalidArgument,
                         "'" + path + "' is no database of networks: " + MMDB_strerror(status));
        file->open = true;
        const std::string kind = file->base.metadata.database_type;
        if (kind.find("ASN") == std::string::npos)
            return error(ErrorCode::InvalidArgument,
                         "'" + path + "' is a database of '" + plain_text(kind, 60) +
                             "', not of autonomous systems; one is DB-IP's IP to ASN Lite");
        return std::shared_ptr<const File>(std::move(file));
    }

    Stamp stamp;
    os::UniqueFd content;
    MMDB_s base{};
    bool open = false;
};

AsnDatabase::AsnDatabase(std::string path) : path_(std::move(path)) {}
AsnDatabase::~AsnDatabase() = default;

std::shared_ptr<const AsnDatabase::File> AsnDatabase::current() const {
    const std::scoped_lock lock(mutex_);
    return file_;
}

std::optional<AutonomousSystem> AsnDatabase::find(const std::string& address) const {
    const auto file = current();
    if (file == nullptr) return std::nullopt;
    int bad_text = 0;
    int status = MMDB_SUCCESS;
    const MMDB_lookup_result_s found =
        MMDB_lookup_string(&file->base, address.c_str(), &bad_text, &status);
    if (bad_text != 0 || status != MMDB_SUCCESS || !found.found_entry) return std::nullopt;
    const auto number = number_in(found.entry);
    if (!number) return std::nullopt;
    return AutonomousSystem{Asn(*number), holder_in(found.entry)};
}

Result<bool> AsnDatabase::refresh() {
    if (path_.empty()) return false;
    const auto before = current();
    if (before != nullptr && TRY(stamp_of(path_)) == before->stamp) return false;
    auto fresh = TRY(File::read(path_));
    const std::scoped_lock lock(mutex_);
    file_ = std::move(fresh);
    return true;
}

std::optional<WallTime> AsnDatabase::built_at() const {
    const auto file = current();
    if (file == nullptr) return std::nullopt;
    return WallTime{static_cast<std::int64_t>(file->base.metadata.build_epoch) * 1000};
}

}  // namespace foyer::master
