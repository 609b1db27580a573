// What is precompiled for tests (tests/CMakeLists.txt): Catch without its CHECK, so that headers of
// the programs get ours, and a test gets Catch's with tests/support/catch.h.
#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#undef CHECK
#include "common/base/check.h"
