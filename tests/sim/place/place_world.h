// `foyer-sim place WORLD.json [--json FILE]`: the placement alone, on a world from a file, so that
// anyone can hold it against an oracle of his own. The format is in README.md.
#pragma once

namespace foyer::sim {

// `argv[0]` is the verb's name. 0: every order was decided (placed or refused); 2: bad usage or a
// world that cannot be read, said on stderr.
int place_world_main(int argc, char** argv);

}  // namespace foyer::sim
