// The SQL of the server, from the files below server/store/sql/.
#pragma once

#include <map>
#include <string>

namespace omegasafe::server {

/// Path below server/store/sql/ -> text. Generated when the program is built (cmake/sql_source.cmake).
const std::map<std::string, std::string>& sql_files();

} // namespace omegasafe::server
