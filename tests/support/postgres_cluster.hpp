// The PostgreSQL cluster that the server's tests share.
#pragma once

#include <string>

namespace omegasafe::test {

/// Its conninfo. CTest starts one for all (OMEGASAFE_TEST_POSTGRES names its folder); a test program that runs by
/// itself starts one at the first call and stops it at its end. Throws std::runtime_error when there is none.
const std::string& postgres_conninfo();

} // namespace omegasafe::test
