// The codes of failures: the public header has them.
#pragma once

#include <omegasafe/error.hpp>
