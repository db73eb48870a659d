// Opening a database: migrations, newer schemas, several at once, places that cannot be had.
#include "server/store/sql_statements.hpp"
#include "tests/unit/server/concurrent_claims.hpp"
#include <sys/stat.h>

using namespace omegasafe;
using namespace omegasafe::test;

namespace {

long long newest_version(soci::session& sql) {
    long long version = 0;
    sql << "SELECT MAX(version) FROM schema_version", soci::into(version);
    return version;
}

} // namespace

TEST_CASE("migrations are numbered in order and have statements", "[schema]") {
    REQUIRE(!migrations().empty());
    int expected = 0;
    for (const auto& step : migrations()) {
        CHECK(step.version == ++expected);
        CHECK(!step.statements.empty());
    }
}

TEST_CASE("statements are found by name, without comments", "[schema]") {
    CHECK(sql_statement("lock_key").starts_with("SELECT key_uuid"));
    CHECK(sql_statement("lock_key").find(';') == std::string::npos);
    CHECK_THROWS_AS(sql_statement("no such statement"), std::logic_error);
}

TEST_CASE("a database is brought up to date once and keeps its content", "[schema]") {
    const auto kind = GENERATE(backend::file, backend::postgresql);
    const scratch_database scratch(kind);
    for (int opened = 0; opened < 2; ++opened) {
        database data(scratch.address(), 1);
        const auto email = std::to_string(opened) + "@example.com";
        data.write([&](store& s) { s.add_user(some_user(email)); });
        CHECK(data.read([](store& s) { return s.users().size(); }) == static_cast<std::size_t>(opened) + 1);
    }
    CHECK(newest_version(*scratch.connect()) == static_cast<long long>(migrations().size()));
}

TEST_CASE("Deltas made before the second migration know which of them is the newest", "[schema]") {
    const auto kind = GENERATE(backend::file, backend::postgresql);
    const scratch_database scratch(kind);
    const auto key = some_key(100);
    const std::vector<delta_record> deltas{some_delta(key, 1), some_delta(key, 2)};
    {
        const auto sql = scratch.connect();
        *sql << sql_statement("make_schema_version");
        for (const auto& statement : migrations().front().statements)
            *sql << statement;
        *sql << "INSERT INTO schema_version (version) VALUES (1)";
        const auto quoted = [](const uuid& id) { return "'" + crypto::to_string(id) + "'"; };
        const auto key_uuid = quoted(key.key_uuid), storage_uuid = quoted(key.storage_uuid);
        *sql << "INSERT INTO encryption_keys VALUES (" + key_uuid + ", 'a key', '0.1.0', 100, 0, 2, " + storage_uuid +
                    ", 0)";
        for (const auto& delta : deltas)
            *sql << "INSERT INTO deltas VALUES (" + quoted(delta.delta_uuid) + ", " + key_uuid + ", " +
                        std::to_string(delta.seq_number) + ", 0, 1000, 'an MD5', " + storage_uuid + ", 0, NULL)";
    }
    database data(scratch.address(), 1);
    const auto claim = [&](const delta_record& delta) {
        data.write([&](store& s) {
            s.claim_delta(
                {crypto::random_uuid(), crypto::random_uuid(), uuid{}, key.key_uuid, delta.delta_uuid, 1}, noon);
        });
    };
    CHECK(refused([&] { claim(deltas.front()); }) == "delta_not_newest");
    CHECK(refused([&] { claim(deltas.back()); }) == "");
}

TEST_CASE("a database of a newer program is refused and left alone", "[schema]") {
    const auto kind = GENERATE(backend::file, backend::postgresql);
    const scratch_database scratch(kind);
    { const database made(scratch.address(), 1); }
    *scratch.connect() << "INSERT INTO schema_version (version) VALUES (1000)";
    const auto problem = failure_of([&] { database(scratch.address(), 1); });
    CHECK(problem.code() == errc::container_newer);
    CHECK_THAT(problem.what(), Catch::Contains("1000") && Catch::Contains("Update omegasafe-ecs"));
    CHECK(newest_version(*scratch.connect()) == 1000);
}

TEST_CASE("a migration that fails is undone", "[schema]") {
    const auto kind = GENERATE(backend::file, backend::postgresql);
    const scratch_database scratch(kind);
    // Stands where the first migration makes its last table.
    *scratch.connect() << "CREATE TABLE transfers (x BIGINT)";
    const auto problem = failure_of([&] { database(scratch.address(), 1); });
    CHECK(problem.code() == errc::ecs_unavailable);
    CHECK_THAT(problem.what(), Catch::Contains("transfers") && Catch::Contains("already exists"));
    *scratch.connect() << "DROP TABLE transfers";
    database data(scratch.address(), 1);
    CHECK(data.read([](store& s) { return s.users().empty(); }));
}

TEST_CASE("many open a new database at once", "[schema]") {
    const auto kind = GENERATE(backend::file, backend::postgresql);
    const scratch_database scratch(kind);
    in_threads(8, [&](unsigned i) {
        database data(scratch.address(), 2);
        data.write([&](store& s) { s.add_user(some_user(std::to_string(i) + "@example.com")); });
        return std::vector<answered_claim>{};
    });
    database data(scratch.address(), 1);
    CHECK(data.read([](store& s) { return s.users().size(); }) == 8);
}

TEST_CASE("the files of a SQLite database are its owner's alone", "[schema]") {
    const scratch_database scratch(backend::file);
    const auto before = ::umask(0);
    database data(scratch.address(), 1);
    data.write([](store& s) { s.add_user(some_user("a@example.com")); });
    ::umask(before);
    for (const auto& entry : std::filesystem::directory_iterator(scratch.folder())) {
        INFO(entry.path());
        CHECK((entry.status().permissions() & std::filesystem::perms::mask) ==
              (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    }
}

TEST_CASE("a SQLite database is in WAL mode", "[schema]") {
    const scratch_database scratch(backend::file);
    const database data(scratch.address(), 1);
    std::string mode;
    *scratch.connect() << "PRAGMA journal_mode", soci::into(mode);
    CHECK(mode == "wal");
}

TEST_CASE("a path with blanks, equals signs and quotes is a path", "[schema]") {
    const temp_dir folder;
    const auto file = folder / "a name = 'x'.sqlite";
    { database data("sqlite3:" + file.string(), 1); }
    CHECK(std::filesystem::exists(file));
    CHECK(failure_of([&] { database("sqlite3:" + (folder / "a\"b").string(), 1); }).code() == errc::config_invalid);
}

TEST_CASE("a database that cannot be had is named", "[schema]") {
    const temp_dir folder;
    const auto missing = failure_of([&] { database("sqlite3:" + (folder / "no" / "ecs.sqlite").string(), 1); });
    CHECK(missing.code() == errc::ecs_unavailable);
    CHECK_THAT(missing.what(), Catch::Contains("no/ecs.sqlite"));

    write_text(folder / "text", std::string(4096, 'x'));
    const auto other = failure_of([&] { database("sqlite3:" + (folder / "text").string(), 1); });
    CHECK(other.code() == errc::ecs_unavailable);
    CHECK_THAT(other.what(), Catch::Contains("text"));

    CHECK(failure_of([] { database("mysql:somewhere", 1); }).code() == errc::config_invalid);
}
