#include "master/domain/change.h"

namespace foyer::master {

bool operator==(const Change& a, const Change& b) { return same(a, b); }

}  // namespace foyer::master
