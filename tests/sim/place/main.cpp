// Stand-alone `foyer-sim place`.
#include "tests/sim/place/place_world.h"

int main(int argc, char** argv) { return foyer::sim::place_world_main(argc, argv); }
