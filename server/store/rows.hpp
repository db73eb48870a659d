// Rows and columns as SOCI sees them <-> the values of records.hpp.
#pragma once

#include "server/store/records.hpp"
#include "server/store/sql_statements.hpp"
#include <soci/soci.h>

namespace omegasafe::server {

/// Numbers below 2^63, as every column of the schema holds them.
inline long long to_column(std::uint64_t number) {
    return static_cast<long long>(number);
}
inline std::uint64_t from_column(long long column) {
    return static_cast<std::uint64_t>(column);
}

/// A bad UUID in the database is damage, not a request that can be refused.
inline uuid uuid_column(const std::string& text) {
    if (const auto id = crypto::parse_uuid(text))
        return *id;
    throw soci::soci_error("A column of the database holds no UUID where one belongs.");
}

inline wire::storage_provider provider_column(const std::string& text) {
    if (const auto provider = wire::parse_provider(text))
        return *provider;
    throw soci::soci_error("The database names a provider of storages that this version does not know.");
}

inline unix_time time_of(const soci::values& row, const char* column) {
    return row.get<long long>(column);
}
inline std::optional<unix_time> optional_time_of(const soci::values& row, const char* column) {
    if (row.get_indicator(column) == soci::i_null)
        return std::nullopt;
    return time_of(row, column);
}
inline std::uint64_t number_of(const soci::values& row, const char* column) {
    return from_column(row.get<long long>(column));
}
inline uuid id_of(const soci::values& row, const char* column) {
    return uuid_column(row.get<std::string>(column));
}

inline void set_id(soci::values& row, const char* column, const uuid& id) {
    row.set(column, crypto::to_string(id));
}
inline void set_number(soci::values& row, const char* column, std::uint64_t number) {
    row.set(column, to_column(number));
}
inline void set_time(soci::values& row, const char* column, const std::optional<unix_time>& time) {
    row.set(column, static_cast<long long>(time.value_or(0)), time ? soci::i_ok : soci::i_null);
}

/// Every row that `query` finds: rows<user_record>(sql, "users", use(...), ...).
template <class Record, class... Uses>
std::vector<Record> rows(soci::session& sql, const char* statement, Uses&&... uses) {
    auto query = (sql.prepare << sql_statement(statement));
    ((query, std::forward<Uses>(uses)), ...);
    std::vector<Record> found;
    const soci::rowset<Record> all(query);
    for (const Record& record : all)
        found.push_back(record);
    return found;
}

/// The one row, or nothing.
template <class Record, class... Uses>
std::optional<Record> one_row(soci::session& sql, const char* statement, Uses&&... uses) {
    auto found = rows<Record>(sql, statement, std::forward<Uses>(uses)...);
    return found.empty() ? std::nullopt : std::optional<Record>(std::move(found.front()));
}

} // namespace omegasafe::server

namespace soci {

template <>
struct type_conversion<omegasafe::server::uuid> {
    using base_type = std::string;
    static void from_base(const std::string& text, indicator, omegasafe::server::uuid& id) {
        id = omegasafe::server::uuid_column(text);
    }
    static void to_base(const omegasafe::server::uuid& id, std::string& text, indicator& state) {
        text = omegasafe::crypto::to_string(id);
        state = i_ok;
    }
};

} // namespace soci
