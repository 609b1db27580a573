// Made for its precompiled headers only, which other programs share.
#include "tests/support/headers.h"

int main() { return 0; }
