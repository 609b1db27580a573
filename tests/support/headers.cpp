// Made for its precompiled headers only, which other programs share.
int main() { return 0; }
