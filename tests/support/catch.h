// Catch2 beside our own CHECK: include this header last. From here on CHECK means Catch's; inline
// code of the headers above keeps ours.
#pragma once

#include "common/base/check.h"
#include "common/base/result.h"

#undef CHECK
#include <catch2/catch.hpp>
// Again, where Catch was precompiled and left without it (headers.h).
#undef CHECK
#define CHECK(...) \
    INTERNAL_CATCH_TEST("CHECK", Catch::ResultDisposition::ContinueOnFailure, __VA_ARGS__)
