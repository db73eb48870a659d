#include "server/store/database.hpp"

#include "server/store/database_engine.hpp"
#include <omegasafe/error.hpp>
#include <soci/soci.h>

namespace omegasafe::server {

namespace {

constexpr std::string_view sqlite_prefix = "sqlite3:";
constexpr std::string_view postgresql_prefix = "postgresql:";

std::unique_ptr<database_engine> open_engine(const std::string& address, unsigned connections) {
    if (address.starts_with(sqlite_prefix))
        return open_sqlite(address.substr(sqlite_prefix.size()), connections);
    // A URI is its own conninfo.
    if (address.starts_with("postgresql://"))
        return open_postgresql(address, connections);
    if (address.starts_with(postgresql_prefix))
        return open_postgresql(address.substr(postgresql_prefix.size()), connections);
    throw failure(errc::config_invalid, "The database's address begins with \"sqlite3:\" or \"postgresql:\".");
}

/// SOCI's and PostgreSQL's messages go on with the values of the statement: only the first line, which has none, may
/// reach a log.
template <class Call>
void without_values(Call call) {
    try {
        call();
    } catch (const soci::soci_error& problem) {
        const auto message = problem.get_error_message();
        throw soci::soci_error(message.substr(0, message.find('\n')));
    }
}

} // namespace

struct database::state {
    std::unique_ptr<database_engine> engine;
};

database::database(const std::string& address, unsigned connections)
    : state_(std::make_unique<state>(state{open_engine(address, connections)})) {}

database::~database() = default;

void database::run_read(const job& work) {
    without_values([&] { state_->engine->read(work); });
}

void database::run_write(const job& work) {
    without_values([&] { state_->engine->write(work); });
}

void database::back_up(const std::filesystem::path& file) {
    state_->engine->back_up(file);
}

bool database::reachable() noexcept {
    try {
        read([](store& s) { s.user(uuid{}); });
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

} // namespace omegasafe::server
