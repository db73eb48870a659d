// The schema's versions: brings a database up to date, one migration a transaction.
#pragma once

#include <functional>
#include <string>

namespace soci {
class session;
} // namespace soci

namespace omegasafe::server {

/// Begins a transaction that keeps other processes from migrating until it ends.
using begin_alone = std::function<void(soci::session&)>;

/// Applies what is missing; failure(container_newer) when a newer program made the database. `where` names it.
void bring_up_to_date(soci::session& sql, const begin_alone& begin, const std::string& where);

} // namespace omegasafe::server
