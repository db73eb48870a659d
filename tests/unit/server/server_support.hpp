// What the server's tests share: a fresh database of each kind, records, and the code a call is refused with.
#pragma once

#include "server/refusal.hpp"
#include "server/store/database.hpp"
#include "tests/support/postgres_cluster.hpp"
#include "tests/support/temp_dir.hpp"
#include <algorithm>
#include <catch2/catch.hpp>
#include <omegasafe/error.hpp>
#include <ostream>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace omegasafe::test {

using namespace omegasafe::server;

enum class backend { memory, file, postgresql };

inline std::ostream& operator<<(std::ostream& out, backend kind) {
    return out << (kind == backend::memory ? "memory" : kind == backend::file ? "SQLite file" : "PostgreSQL");
}

/// The address of an empty database, which goes away with it.
class scratch_database {
public:
    explicit scratch_database(backend kind) : kind_(kind) {
        if (kind != backend::postgresql)
            return;
        schema_ = "test_" + crypto::to_string(crypto::random_uuid());
        std::replace(schema_.begin(), schema_.end(), '-', '_');
        soci::session sql(soci::postgresql, postgres_conninfo());
        sql << "CREATE SCHEMA " + schema_;
    }
    ~scratch_database() {
        if (kind_ != backend::postgresql)
            return;
        soci::session sql(soci::postgresql, postgres_conninfo());
        sql << "SET client_min_messages TO warning";
        sql << "DROP SCHEMA " + schema_ + " CASCADE";
    }
    scratch_database(const scratch_database&) = delete;
    scratch_database& operator=(const scratch_database&) = delete;

    std::string address() const {
        switch (kind_) {
        case backend::memory:
            return "sqlite3::memory:";
        case backend::file:
            return "sqlite3:" + file().string();
        case backend::postgresql:
            break;
        }
        return "postgresql:" + conninfo();
    }
    std::filesystem::path file() const { return folder_ / "ecs.sqlite"; }
    std::string conninfo() const { return postgres_conninfo() + " options='-csearch_path=" + schema_ + "'"; }
    /// Its own name in the cluster.
    const std::string& schema() const { return schema_; }
    const std::filesystem::path& folder() const { return folder_.path(); }

    /// A connection beside the store, for what no store function shows. Not for one in memory.
    std::unique_ptr<soci::session> connect() const {
        return kind_ == backend::file ? std::make_unique<soci::session>(soci::sqlite3, "dbname=" + file().string())
                                      : std::make_unique<soci::session>(soci::postgresql, conninfo());
    }

private:
    backend kind_;
    temp_dir folder_;
    std::string schema_;
};

/// The code a call is refused with, "" when it is not.
template <class Call>
std::string refused(Call call) {
    try {
        call();
    } catch (const refusal& no) {
        return std::string{wire::info_of(no.code()).code};
    }
    return "";
}

/// What a call is refused with, for its status and details.
template <class Call>
refusal refusal_of(Call call) {
    try {
        call();
    } catch (const refusal& no) {
        return no;
    }
    throw std::logic_error("It was not refused.");
}

/// The failure of a call; errc::none when there is none.
template <class Call>
failure failure_of(Call call) {
    try {
        call();
    } catch (const failure& problem) {
        return problem;
    }
    return {errc::none, ""};
}

constexpr unix_time noon = 1'800'000'000;

inline user_record some_user(const std::string& email) {
    return {crypto::random_uuid(), email, "A Name", noon};
}

inline key_record some_key(std::uint64_t capacity) {
    key_record key;
    key.key_uuid = crypto::random_uuid();
    key.name = "a key";
    key.omegasafe_version = "0.1.0";
    key.alpha_capacity = capacity;
    key.storage_uuid = crypto::random_uuid();
    key.created_at = noon;
    return key;
}

inline delta_record some_delta(const key_record& key, std::uint64_t seq_number) {
    delta_record delta;
    delta.delta_uuid = crypto::random_uuid();
    delta.key_uuid = key.key_uuid;
    delta.seq_number = seq_number;
    delta.size_bytes = 1000;
    delta.content_md5 = "1B2M2Y8AsgTpgAmY7PhCfg==";
    delta.storage_uuid = key.storage_uuid;
    delta.created_at = noon;
    return delta;
}

/// A user with a key that has one Delta.
struct claimable {
    uuid api_key = crypto::random_uuid(), device = crypto::random_uuid();
    user_record user = some_user(crypto::to_string(crypto::random_uuid()) + "@example.com");
    key_record key;
    delta_record delta;

    claimable(database& data, std::uint64_t capacity) : key(some_key(capacity)), delta(some_delta(key, 1)) {
        data.write([&](store& s) {
            s.add_user(user);
            s.add_key(key, user.user_uuid, crypto::random_uuid());
            s.add_delta(delta);
        });
    }
    claim_request_record request(std::uint64_t size) const {
        return {crypto::random_uuid(), api_key, device, key.key_uuid, delta.delta_uuid, size};
    }
    claim_request_record alpha_request(std::uint64_t size) const {
        return {crypto::random_uuid(), api_key, device, key.key_uuid, uuid{}, size};
    }
};

} // namespace omegasafe::test
