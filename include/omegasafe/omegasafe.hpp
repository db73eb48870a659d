// All of the C++ API. A program begins with omegasafe::client (client.hpp); docs/library.md shows how.
#pragma once

#include <omegasafe/client.hpp>
#include <omegasafe/log.hpp>
