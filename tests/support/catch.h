// Catch2 beside our own CHECK: include this header last. From here on CHECK means Catch's; inline
// code of the headers above keeps ours.
#pragma once

#include "common/base/check.h"
#include "common/base/result.h"

#undef CHECK
#include <catch2/catch.hpp>
