// PostgreSQL: a pool for reads and writes; what collides with another transaction is made again.
#include "crypto/random.hpp"
#include "server/store/database_engine.hpp"
#include "server/store/schema.hpp"
#include <algorithm>
#include <array>
#include <chrono>
#include <omegasafe/error.hpp>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <thread>

namespace omegasafe::server {

namespace {

constexpr unsigned max_attempts = 12;
constexpr std::uint64_t first_pause_microseconds = 500, longest_pause_microseconds = 100'000;
/// Any number will do that no other program uses for an advisory lock of this database: "omegasaf".
constexpr long long migration_lock = 0x6f6d656761736166;

void pause(unsigned attempt) {
    const auto bound = std::min(first_pause_microseconds << attempt, longest_pause_microseconds);
    std::this_thread::sleep_for(std::chrono::microseconds(1 + crypto::random_below(bound)));
}

/// Another transaction was in the way: the same body, run again, sees what that one did.
bool is_collision(const soci::postgresql_soci_error& problem) {
    const std::array<std::string_view, 4> states{"40001", "40P01", "23505", "23503"};
    return std::find(states.begin(), states.end(), problem.sqlstate()) != states.end();
}

/// What a session must be like, whatever the server's defaults are. Text is UTF-8, and a commit is on the disk.
void set_up(soci::session& sql) {
    sql << "SET client_encoding TO 'UTF8'";
    sql << "SET client_min_messages TO warning"; // libpq prints notices to stderr
    std::string mode;
    sql << "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
        soci::into(mode);
}

class postgresql_engine final : public database_engine {
public:
    postgresql_engine(const std::string& conninfo, unsigned connections)
        : where_("postgresql:" + public_conninfo(conninfo)), pool_(std::max(1u, connections)) {
        for (unsigned i = 0; i < std::max(1u, connections); ++i)
            connect([&, i] { pool_.at(i).open(soci::postgresql, conninfo); }, pool_.at(i));
        bring_up_to_date(
            pool_.at(0),
            [](soci::session& sql) {
                sql << "BEGIN";
                std::string nothing;
                sql << "SELECT CAST(pg_advisory_xact_lock(:number) AS TEXT)", soci::use(migration_lock),
                    soci::into(nothing);
            },
            where_);
    }

    void read(const transaction_body& body) override {
        repeatedly([&](soci::session& sql) {
            begin(sql, "BEGIN ISOLATION LEVEL REPEATABLE READ");
            store view(sql);
            body(view);
            sql << "ROLLBACK";
        });
    }

    /// READ COMMITTED: every statement sees what is committed, and rows are locked where it matters (store::row_locks),
    /// so that many claims on one key wait for each other instead of failing each other.
    void write(const transaction_body& body) override {
        repeatedly([&](soci::session& sql) {
            begin(sql, "BEGIN ISOLATION LEVEL READ COMMITTED");
            store view(sql, store::row_locks::taken);
            body(view);
            commit(sql);
        });
    }

    void back_up(const std::filesystem::path&) override {
        throw failure(errc::usage, "A PostgreSQL database is backed up with pg_dump.");
    }

private:
    template <class Transaction>
    void repeatedly(Transaction transaction) {
        for (unsigned attempt = 1;; ++attempt) {
            soci::session sql(pool_);
            try {
                return transaction(sql);
            } catch (const soci::postgresql_soci_error& problem) {
                const bool gone = !sql.is_connected();
                undo(sql);
                if (!(gone || is_collision(problem)) || attempt == max_attempts)
                    gone ? unreachable() : throw;
            } catch (...) {
                undo(sql);
                throw;
            }
            pause(attempt);
        }
    }

    /// A connection may have died while nobody used it.
    void begin(soci::session& sql, const char* statement) {
        try {
            sql << statement;
        } catch (const soci::soci_error&) {
            if (sql.is_connected())
                throw;
            connect([&] { sql.reconnect(); }, sql);
            sql << statement;
        }
    }

    /// libpq's own words may repeat parts of the conninfo, and with it the password: they go no further.
    template <class Open>
    void connect(Open open, soci::session& sql) {
        try {
            open();
            set_up(sql);
        } catch (const soci::soci_error&) {
            unreachable();
        }
    }

    /// A commit whose answer got lost may have been kept: it is not made again.
    void commit(soci::session& sql) {
        try {
            sql << "COMMIT";
        } catch (const soci::soci_error&) {
            if (sql.is_connected())
                throw;
            throw failure(errc::ecs_unavailable,
                "The connection to the database " + where_ + " broke while a change was being kept.");
        }
    }

    static void undo(soci::session& sql) noexcept {
        try {
            sql << "ROLLBACK";
        } catch (const std::exception&) {
            // The connection is gone, and the transaction with it.
        }
    }

    [[noreturn]] void unreachable() const {
        throw failure(
            errc::ecs_unavailable, "The database " + where_ + " is not reachable, or it refused the connection.");
    }

    std::string where_;
    soci::connection_pool pool_;
};

} // namespace

std::unique_ptr<database_engine> open_postgresql(const std::string& conninfo, unsigned connections) {
    try {
        return std::make_unique<postgresql_engine>(conninfo, connections);
    } catch (const soci::soci_error& problem) {
        const auto message = problem.get_error_message();
        throw failure(
            errc::ecs_unavailable, "The database postgresql:" + public_conninfo(conninfo) +
                                       " cannot be brought up to date: " + message.substr(0, message.find('\n')) + ".");
    }
}

} // namespace omegasafe::server
