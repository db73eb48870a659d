// What a kind of database does differently: connections, transactions, back-up.
#pragma once

#include "server/store/store.hpp"
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace omegasafe::server {

using transaction_body = std::function<void(store&)>;

/// As the public functions of `database` (database.hpp).
class database_engine {
public:
    database_engine() = default;
    virtual ~database_engine() = default;
    database_engine(const database_engine&) = delete;
    database_engine& operator=(const database_engine&) = delete;

    virtual void read(const transaction_body& body) = 0;
    virtual void write(const transaction_body& body) = 0;
    virtual void back_up(const std::filesystem::path& file) = 0;
};

/// `file`: a path or ":memory:".
std::unique_ptr<database_engine> open_sqlite(const std::string& file, unsigned connections);
/// `conninfo`: what libpq takes, keywords or a URI.
std::unique_ptr<database_engine> open_postgresql(const std::string& conninfo, unsigned connections);

/// A conninfo without what nobody may read: host, port, database and user only.
std::string public_conninfo(const std::string& conninfo);

} // namespace omegasafe::server
