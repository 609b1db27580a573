#include "master/app/hearing.h"

namespace foyer::master {

void Hearing::note(MonoTime mono, WallTime wall, bool can_hear) {
    const Duration passed = mono - last_mono_;
    const Duration step = (wall - last_wall_) - passed;
    const bool broken = passed > gap_ || step > gap_ || -step > gap_ || !can_hear;
    if (broken) since_.reset();
    if (!since_ && can_hear) since_ = wall;
    last_mono_ = mono;
    last_wall_ = wall;
}

}  // namespace foyer::master
