// SQLite connections as the server uses them.
#pragma once

#include <string>

namespace soci {
class session;
} // namespace soci

namespace omegasafe::server {

inline constexpr const char* sqlite_in_memory = ":memory:";

/// Opens `file` (made with mode 0600 when it is missing) or ":memory:". failure(ecs_unavailable).
void open_sqlite_connection(soci::session& sql, const std::string& file);

/// Begins a transaction that writes. Waits for other processes, but not for ever: failure(ecs_unavailable) with `where`
/// in its sentence.
void begin_immediate(soci::session& sql, const std::string& where);

/// Ends a transaction, if there is one, without keeping anything.
void roll_back(soci::session& sql) noexcept;

} // namespace omegasafe::server
