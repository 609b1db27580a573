#include "master/app/connection_log.h"

namespace foyer::master {
namespace {

constexpr Duration told_every{60'000};

}  // namespace

void ConnectionLog::tell(const std::string& source, const ConnectionVerdict& verdict) {
    if (verdict.full == ConnectionLimit::None) return;
    const MonoTime now = clock_.mono();
    if (now < next_line_) return;
    next_line_ = now + told_every;
    log_.warn("connections_full",
              {{"listener", listener_},
               {"source", source},
               {"limit", to_text(verdict.full)},
               {"newcomer", verdict.admitted() ? "admitted, another made place" : "refused"}});
}

}  // namespace foyer::master
