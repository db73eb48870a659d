#include "server/store/sqlite_connection.hpp"

#include "crypto/random.hpp"
#include "storage/files/system_error.hpp"
#include <chrono>
#include <omegasafe/error.hpp>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/stat.h>
#include <thread>

namespace omegasafe::server {

namespace {

constexpr int busy_milliseconds = 1'000;                        // SQLite's own waiting for a lock
constexpr int busy_rounds = 20;                                 // how often the server asks it to
constexpr std::uint64_t shortest_pause = 10, pause_spread = 50; // milliseconds between rounds

/// SQLite gives the files beside the database (-wal, -shm) the database's permissions. Without opening it: closing a
/// descriptor would end the locks that another connection of this process holds.
void make_private_file(const std::string& file) {
    if (::mknod(file.c_str(), S_IFREG | 0600, 0) != 0 && errno != EEXIST)
        throw storage::system_failure(errc::ecs_unavailable, "The database " + file + " cannot be made", errno);
}

bool is_busy(const soci::sqlite3_soci_error& problem) {
    constexpr int primary_code = 0xff;
    const int code = problem.result() & primary_code;
    return code == SQLITE_BUSY || code == SQLITE_LOCKED;
}

/// SQLite does not wait in every place where it finds the database locked (the change to WAL is one).
template <class Statement>
void with_patience(const std::string& where, Statement statement) {
    for (int round = 1;; ++round) {
        try {
            return statement();
        } catch (const soci::sqlite3_soci_error& problem) {
            if (!is_busy(problem) || round == busy_rounds)
                throw failure(errc::ecs_unavailable,
                    "The database " + where + " cannot be used now: " + std::string{problem.what()} + ".");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(shortest_pause + crypto::random_below(pause_spread)));
    }
}

} // namespace

void open_sqlite_connection(soci::session& sql, const std::string& file) {
    if (file.find('"') != std::string::npos)
        throw failure(errc::config_invalid, "The path of the database must not have a quotation mark: " + file + ".");
    if (file != sqlite_in_memory)
        make_private_file(file);
    with_patience(file, [&] {
        sql.close();
        sql.open(soci::sqlite3, "dbname=\"" + file + "\"");
        sql << "PRAGMA busy_timeout = " << busy_milliseconds;
        std::string mode;
        sql << "PRAGMA journal_mode = WAL", soci::into(mode);
        sql << "PRAGMA synchronous = FULL";
        sql << "PRAGMA foreign_keys = ON";
    });
}

void begin_immediate(soci::session& sql, const std::string& where) {
    with_patience(where, [&] { sql << "BEGIN IMMEDIATE"; });
}

void roll_back(soci::session& sql) noexcept {
    try {
        sql << "ROLLBACK";
    } catch (const std::exception&) {
        // There was no transaction, or the connection is gone and the transaction with it.
    }
}

} // namespace omegasafe::server
