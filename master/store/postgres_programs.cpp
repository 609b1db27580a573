#include "master/store/postgres_programs.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/os/files.h"

namespace foyer::master {

namespace {

constexpr const char* packaged = "/usr/lib/postgresql";

}  // namespace

Result<PostgresPrograms> find_postgres(int major) {
    PostgresPrograms best;
    for (const std::string& name : TRY(os::list_dir(packaged))) {
        const int number = static_cast<int>(parse_int(name).value_or(0));
        const std::string folder = std::string(packaged) + "/" + name + "/bin";
        const bool complete = os::exists(folder + "/postgres") && os::exists(folder + "/initdb");
        if (!complete || number <= best.major || (major != 0 && number != major)) continue;
        best = {folder, number};
    }
    if (best.major > 0) return best;
    const std::string package =
        major == 0 ? "postgresql-15" : "postgresql-" + std::to_string(major);
    return error(ErrorCode::NotFound,
                 "PostgreSQL's programs initdb and postgres are not in " + std::string(packaged) +
                     "/*/bin; install the package " + package,
                 {{"package", package}});
}

}  // namespace foyer::master
