#include "server/store/schema.hpp"

#include "server/store/sql_statements.hpp"
#include <omegasafe/error.hpp>
#include <soci/soci.h>

namespace omegasafe::server {

namespace {

int version_of(soci::session& sql) {
    sql << sql_statement("make_schema_version");
    long long version = 0;
    soci::indicator state = soci::i_null;
    sql << sql_statement("schema_version"), soci::into(version, state);
    return state == soci::i_ok ? static_cast<int>(version) : 0;
}

/// False when nothing was left to do.
bool apply_next(soci::session& sql, const std::string& where) {
    const auto& steps = migrations();
    const auto known = static_cast<int>(steps.size());
    const int version = version_of(sql);
    if (version > known)
        throw failure(errc::container_newer, "The database " + where + " has schema version " +
                                                 std::to_string(version) + "; this program knows up to " +
                                                 std::to_string(known) + ". Update omegasafe-ecs.");
    if (version == known)
        return false;
    const auto& step = steps[static_cast<std::size_t>(version)];
    for (const auto& statement : step.statements)
        sql << statement;
    const long long reached = step.version;
    sql << sql_statement("reach_schema_version"), soci::use(reached, "version");
    return true;
}

} // namespace

void bring_up_to_date(soci::session& sql, const begin_alone& begin, const std::string& where) {
    for (bool more = true; more;) {
        begin(sql);
        try {
            more = apply_next(sql, where);
            sql << "COMMIT";
        } catch (...) {
            sql << "ROLLBACK";
            throw;
        }
    }
}

} // namespace omegasafe::server
