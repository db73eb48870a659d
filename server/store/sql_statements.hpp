// The SQL files as statements by name and as migrations in order.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace omegasafe::server {

/// The statement below the line `-- name: NAME` of a file, without comments. Names are unique over all files; one that
/// does not exist is a std::logic_error.
const std::string& sql_statement(std::string_view name);

/// One step of the schema, from sql/migrations/NNNN_*.sql.
struct migration {
    int version = 0; // NNNN
    std::vector<std::string> statements;
};

/// In order, versions 1, 2, 3 ...
const std::vector<migration>& migrations();

} // namespace omegasafe::server
