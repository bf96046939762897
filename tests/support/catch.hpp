// Catch2, whichever of its two versions the system has: Debian 12 ships 2, Debian 13 ships 3.
#pragma once

#ifdef FIELDGATE_CATCH3
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
