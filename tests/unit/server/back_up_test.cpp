// Copies of a database that is in use.
#include "tests/unit/server/concurrent_claims.hpp"
#include <atomic>
#include <sys/stat.h>

using namespace omegasafe;
using namespace omegasafe::test;

TEST_CASE("a back-up while claims run opens and is consistent", "[back_up]") {
    const scratch_database scratch(backend::file);
    database data(scratch.address(), 4);
    const claimable of(data, 1'000'000);
    const auto copy = scratch.folder() / "copy.sqlite";
    std::atomic<unsigned> claimed = 0;
    std::atomic<bool> copied = false;
    in_threads(5, [&](unsigned i) {
        while (i == 0 && claimed < 20)
            std::this_thread::yield();
        if (i == 0) {
            data.back_up(copy);
            copied = true;
        }
        for (; i != 0 && !copied; ++claimed)
            data.write([&](store& s) { s.claim_delta(of.request(1), noon); });
        return std::vector<answered_claim>{};
    });

    CHECK((std::filesystem::status(copy).permissions() & std::filesystem::perms::mask) ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    std::string integrity;
    long long rows = 0, next_offset = 0;
    {
        soci::session sql(soci::sqlite3, "dbname=" + copy.string());
        sql << "PRAGMA integrity_check", soci::into(integrity);
        sql << "SELECT COUNT(*) FROM claims", soci::into(rows);
        sql << "SELECT next_offset FROM deltas", soci::into(next_offset);
    }
    CHECK(integrity == "ok");
    CHECK(rows >= 20);
    CHECK(rows == next_offset);

    database opened("sqlite3:" + copy.string(), 2);
    const auto claim = opened.write([&](store& s) { return s.claim_delta(of.request(1), noon); });
    CHECK(claim.first_offset == static_cast<std::uint64_t>(next_offset));
}

TEST_CASE("a back-up never touches what exists", "[back_up]") {
    const scratch_database scratch(backend::file);
    database data(scratch.address(), 1);
    const auto file = scratch.folder() / "file", empty = scratch.folder() / "empty";
    write_text(file, "mine");
    write_text(empty, "");
    for (const auto& target : {file, empty, scratch.file()})
        CHECK(failure_of([&] { data.back_up(target); }).code() == errc::output_refused);
    CHECK(read_text(file) == "mine");
    CHECK(read_text(empty) == "");
    CHECK(failure_of([&] { data.back_up(scratch.folder() / "no" / "file"); }).code() == errc::output_refused);
    CHECK(data.reachable());
}

TEST_CASE("only a SQLite file has a back-up of this kind", "[back_up]") {
    const auto kind = GENERATE(backend::memory, backend::postgresql);
    const scratch_database scratch(kind);
    database data(scratch.address(), 1);
    CHECK(failure_of([&] { data.back_up(scratch.folder() / "copy"); }).code() == errc::usage);
    CHECK(!std::filesystem::exists(scratch.folder() / "copy"));
}
