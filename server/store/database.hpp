// The server's database: connections, transactions, migrations, back-up. SQLite or PostgreSQL, through SOCI.
#pragma once

#include "server/store/store.hpp"
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>

namespace omegasafe::server {

/// Thread-safe. Calls block: the workers of the server make them.
class database {
public:
    /// `address`: "sqlite3:FILE", "sqlite3::memory:" or "postgresql:CONNINFO". Opens it and brings its schema up to
    /// date; refuses one that a newer program made (failure(container_newer)). failure(ecs_unavailable) when it cannot
    /// be had.
    database(const std::string& address, unsigned connections);
    ~database();
    database(const database&) = delete;
    database& operator=(const database&) = delete;

    /// Runs `f(store&)` on a consistent state; nothing it changes is kept.
    template <class F>
    auto read(F f) {
        return call(f, [this](const job& work) { run_read(work); });
    }
    /// Runs `f(store&)` as one transaction, durable on return; an exception undoes it. `f` may run again when another
    /// process was in the way.
    template <class F>
    auto write(F f) {
        return call(f, [this](const job& work) { run_write(work); });
    }
    /// A consistent copy of a SQLite database while it is in use; failure(output_refused) when `file` exists,
    /// failure(usage) for PostgreSQL, which has pg_dump.
    void back_up(const std::filesystem::path& file);
    bool reachable() noexcept;

private:
    using job = std::function<void(store&)>;

    template <class F, class Run>
    auto call(F& f, Run run) {
        using answer = std::invoke_result_t<F&, store&>;
        if constexpr (std::is_void_v<answer>) {
            run([&](store& s) { f(s); });
        } else {
            std::optional<answer> out;
            run([&](store& s) { out.emplace(f(s)); });
            return std::move(*out);
        }
    }
    void run_read(const job& work);
    void run_write(const job& work);

    struct state;
    std::unique_ptr<state> state_;
};

} // namespace omegasafe::server
