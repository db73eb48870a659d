// What is PostgreSQL's own: collisions that are made again, rows that stay, connections that break, secrets in
// addresses.
#include "server/store/database_engine.hpp"
#include "tests/unit/server/concurrent_claims.hpp"
#include <chrono>
#include <future>

using namespace omegasafe;
using namespace omegasafe::test;

namespace {

/// A database whose connections carry a name of their own, so that those that wait for a lock can be counted.
struct watched_database {
    scratch_database scratch{backend::postgresql};
    database data{scratch.address() + " application_name=" + scratch.schema(), 4};

    long long waiting() const {
        long long count = 0;
        *scratch.connect() << "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
                              "application_name = :name",
            soci::use(scratch.schema(), "name"), soci::into(count);
        return count;
    }
    /// Until the transaction has ended, or `waiters` wait for locks.
    template <class Transaction>
    void until_done_or_blocked(const std::future<Transaction>& transaction, long long waiters) const {
        while (transaction.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready && waiting() < waiters)
            std::this_thread::yield();
    }
};

} // namespace

TEST_CASE("a transaction that collided with another is made again", "[postgresql]") {
    const scratch_database scratch(backend::postgresql);
    database data(scratch.address(), 2);
    const auto user = some_user("anna@example.com");
    int runs = 0;
    const auto added = data.write([&](store& s) {
        ++runs;
        if (s.user(user.user_uuid))
            return false;
        if (runs == 1)
            data.write([&](store& other) { other.add_user(user); });
        auto same_id = user;
        same_id.email = "bert@example.com";
        s.add_user(same_id);
        return true;
    });
    CHECK(runs == 2);
    CHECK(!added);
}

TEST_CASE("a collision that stays is given up", "[postgresql]") {
    const scratch_database scratch(backend::postgresql);
    database data(scratch.address(), 1);
    auto user = some_user("anna@example.com");
    data.write([&](store& s) { s.add_user(user); });
    user.email = "bert@example.com";
    int runs = 0;
    CHECK_THROWS_AS(data.write([&](store& s) {
        ++runs;
        s.add_user(user);
    }),
        soci::soci_error);
    CHECK(runs > 1);
}

TEST_CASE("what a writing transaction decides by a key's row stays true until it ends", "[postgresql]") {
    watched_database watched;
    auto& data = watched.data;
    const claimable of(data, 1000);
    const auto partner = some_user("bert@example.com");
    data.write([&](store& s) {
        s.add_user(partner);
        s.add_share({crypto::random_uuid(), of.key.key_uuid, partner.user_uuid, partner.email, role::owner, noon});
    });
    // Two owners leave at once; each may only while there is another.
    const auto leave = [&](store& s, const user_record& who, const std::function<void()>& meanwhile) {
        s.key_of(who.user_uuid, of.key.key_uuid);
        const bool another = s.shares(of.key.key_uuid).size() > 1;
        meanwhile();
        if (another)
            s.remove_share(of.key.key_uuid, who.user_uuid);
    };
    std::future<void> second;
    const auto start_second = [&] {
        second = std::async(std::launch::async, [&] { data.write([&](store& s) { leave(s, partner, [] {}); }); });
        watched.until_done_or_blocked(second, 1);
    };
    data.write([&](store& s) { leave(s, of.user, start_second); });
    second.get();
    CHECK(data.read([&](store& s) { return s.shares(of.key.key_uuid).size(); }) == 1);
}

TEST_CASE("a claim tried again while its first try is under way gets the first one's range", "[postgresql]") {
    watched_database watched;
    auto& data = watched.data;
    const claimable of(data, 1000);
    // What would refuse the second try alone: a newer Delta, or that the first one took all there was.
    const std::vector<claim_request_record> requests{of.request(10), of.request(1000), of.alpha_request(1000)};
    const auto& request = requests.at(GENERATE(0U, 1U, 2U));
    std::future<void> renewal;
    std::future<claimed_record> again;
    const auto first = data.write([&](store& s) {
        const auto claimed = claim_in(s, request);
        renewal = std::async(
            std::launch::async, [&] { data.write([&](store& other) { other.add_delta(some_delta(of.key, 2)); }); });
        watched.until_done_or_blocked(renewal, 1);
        again = std::async(
            std::launch::async, [&] { return data.write([&](store& other) { return claim_in(other, request); }); });
        watched.until_done_or_blocked(again, 2);
        return claimed;
    });
    renewal.get();
    const auto second = again.get();
    CHECK(second.replayed);
    CHECK(second.first_offset == first.first_offset);
    CHECK(second.seq_number == first.seq_number);
}

TEST_CASE("a read sees one state, whatever is written meanwhile", "[postgresql]") {
    const auto kind = GENERATE(backend::file, backend::postgresql);
    const scratch_database scratch(kind);
    database data(scratch.address(), 2);
    data.read([&](store& s) {
        CHECK(s.users().empty());
        data.write([](store& other) { other.add_user(some_user("anna@example.com")); });
        CHECK(s.users().empty());
    });
    CHECK(data.read([](store& s) { return s.users().size(); }) == 1);
}

TEST_CASE("connections that the server ended are made anew", "[postgresql]") {
    const scratch_database scratch(backend::postgresql);
    database data(scratch.address() + " application_name=" + scratch.schema(), 3);
    data.write([](store& s) { s.add_user(some_user("anna@example.com")); });
    const auto end_all = [&] {
        *scratch.connect() << "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name",
            soci::use(scratch.schema(), "name");
    };
    end_all();
    for (int i = 0; i < 6; ++i)
        CHECK(data.read([](store& s) { return s.users().size(); }) == 1);
    end_all();
    for (int i = 0; i < 6; ++i)
        data.write([&](store& s) { s.add_user(some_user(std::to_string(i) + "@example.com")); });
    CHECK(data.read([](store& s) { return s.users().size(); }) == 7);
    bool ended = false;
    data.write([&](store& s) {
        if (!ended)
            end_all();
        ended = true;
        s.add_user(some_user("bert@example.com"));
    });
    CHECK(data.read([](store& s) { return s.users().size(); }) == 8);
    CHECK(data.reachable());
}

TEST_CASE("a database that went away is told so and used again when it is back", "[postgresql]") {
    const scratch_database scratch(backend::postgresql);
    const auto& role_name = scratch.schema();
    const auto operator_says = [&](const std::string& statement) { *scratch.connect() << statement; };
    operator_says("CREATE ROLE " + role_name + " LOGIN SUPERUSER");
    {
        database data(scratch.address() + " user=" + role_name, 2);
        operator_says("ALTER ROLE " + role_name + " NOLOGIN");
        operator_says("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" + role_name + "'");
        for (int i = 0; i < 3; ++i) {
            CHECK(!data.reachable());
            CHECK(failure_of([&] { data.read([](store& s) { s.users(); }); }).code() == errc::ecs_unavailable);
            CHECK(failure_of([&] { data.write([](store& s) { s.users(); }); }).code() == errc::ecs_unavailable);
        }
        operator_says("ALTER ROLE " + role_name + " LOGIN");
        CHECK(data.reachable());
        data.write([](store& s) { s.add_user(some_user("anna@example.com")); });
        CHECK(data.read([](store& s) { return s.users().size(); }) == 1);
    }
    operator_says("DROP OWNED BY " + role_name + " CASCADE");
    operator_says("DROP ROLE " + role_name);
}

TEST_CASE("an unreachable PostgreSQL is named without its password", "[postgresql]") {
    const temp_dir nowhere;
    const auto folder = nowhere.path().string();
    for (const auto& address : {"postgresql:host=" + folder + " user=ecs password='se cret\\'s' dbname=claims",
             "postgresql:password = hunter2 host=" + folder,
             std::string{"postgresql://ecs:hunter2@127.0.0.1:1/claims?password=hunter2"}}) {
        const auto problem = failure_of([&] { database(address, 2); });
        CHECK(problem.code() == errc::ecs_unavailable);
        CHECK_THAT(problem.what(), Catch::Contains(folder) || Catch::Contains("127.0.0.1"));
        CHECK_THAT(problem.what(), !Catch::Contains("cret") && !Catch::Contains("hunter2"));
    }
}

TEST_CASE("a conninfo is shown by host, port, database and user", "[postgresql]") {
    CHECK(public_conninfo("host=db port=5432 user=u password=p sslmode=require dbname='a b'") ==
          "host=db port=5432 user=u dbname=a b");
    CHECK(public_conninfo("password=x\\ y host = db") == "host=db");
    CHECK(public_conninfo("password='x") == "");
    CHECK(public_conninfo("secret") == "");
    CHECK(public_conninfo("") == "");
    CHECK(public_conninfo("postgresql://u:p@h:5/d?password=q") == "u@h:5/d");
    CHECK(public_conninfo("postgres://h/d") == "h/d");
    CHECK(public_conninfo("postgresql://u:p@s:q@h/d") == "u@h/d");
}
