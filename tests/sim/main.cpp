// The program foyer-sim.
#include <iostream>

#include "tests/sim/command_line.h"

int main(int argc, char** argv) {
    return foyer::sim::command_line({argv + 1, argv + argc}, std::cout, std::cerr);
}
