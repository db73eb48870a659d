// The writer of a SQLite database: groups of transactions, members that throw, commits that fail.
#include "actors/runtime.hpp"
#include "server/store/database_writer.hpp"
#include "server/store/schema.hpp"
#include "server/store/sqlite_connection.hpp"
#include "tests/unit/server/server_support.hpp"
#include <future>

using namespace omegasafe;
using namespace omegasafe::test;

namespace {

struct writer_fixture {
    scratch_database scratch{backend::file};
    std::shared_ptr<soci::session> sql = std::make_shared<soci::session>();
    caf::actor_system_config config;
    caf::actor_system system{config};
    database_writer_actor writer;

    writer_fixture() {
        open_sqlite_connection(*sql, scratch.file());
        bring_up_to_date(
            *sql, [](soci::session& on) { begin_immediate(on, "it"); }, "it");
        writer = spawn_database_writer(system, sql, "the test database");
    }
    ~writer_fixture() { caf::anon_send_exit(writer, caf::exit_reason::user_shutdown); }

    int count(const std::string& label) {
        for (const auto& [known, value] : actors::ask<actor_status>(system, writer, get_status{}).values)
            if (known == label)
                return std::stoi(value);
        throw std::out_of_range("the writer counts no " + label);
    }

    /// The answers of transactions that reach the writer while it is busy with one before them: they form one batch.
    std::vector<transaction_answer> together(const std::vector<transaction_body>& bodies) {
        std::promise<void> begun, all_sent;
        const transaction_body first = [&](store&) {
            begun.set_value();
            all_sent.get_future().wait();
        };
        caf::scoped_actor self{system};
        const auto send = [&](const transaction_body& body) {
            return self->request(writer, caf::infinite, write_transaction{&body, true});
        };
        auto head = send(first);
        begun.get_future().wait();
        std::vector<decltype(head)> sent;
        for (const auto& body : bodies)
            sent.push_back(send(body));
        all_sent.set_value();
        head.receive([](const transaction_answer&) {}, [](const caf::error&) {});
        std::vector<transaction_answer> answers;
        for (auto& one : sent)
            one.receive([&](const transaction_answer& answer) { answers.push_back(answer); },
                [](const caf::error& problem) { FAIL(caf::to_string(problem)); });
        return answers;
    }

    std::size_t users() {
        long long count = 0;
        *scratch.connect() << "SELECT COUNT(*) FROM users", soci::into(count);
        return static_cast<std::size_t>(count);
    }
};

transaction_body adding_user(const std::string& email) {
    return [email](store& s) { s.add_user(some_user(email)); };
}

template <class Exception>
std::string text_of(const transaction_answer& answer) {
    try {
        if (answer.problem)
            std::rethrow_exception(answer.problem);
    } catch (const Exception& problem) {
        return problem.what();
    }
    return "";
}

} // namespace

TEST_CASE_METHOD(writer_fixture, "transactions that arrive together are committed once", "[database_writer]") {
    std::vector<transaction_body> bodies;
    for (int i = 0; i < 50; ++i)
        bodies.push_back(adding_user(std::to_string(i) + "@example.com"));
    for (const auto& answer : together(bodies))
        CHECK(!answer.problem);
    CHECK(users() == 50);
    CHECK(count("transactions") == 51);
    // All but the first may miss its commit, which is in the mailbox when they arrive.
    CHECK(count("commits") <= 2);
}

TEST_CASE_METHOD(writer_fixture, "one that throws is undone alone", "[database_writer]") {
    const auto answers = together({adding_user("a@example.com"),
        [](store& s) {
            s.add_user(some_user("b@example.com"));
            throw std::out_of_range("of mine");
        },
        adding_user("c@example.com"), adding_user("a@example.com")});
    REQUIRE(answers.size() == 4);
    CHECK(!answers[0].problem);
    CHECK(text_of<std::out_of_range>(answers[1]) == "of mine");
    CHECK(!answers[2].problem);
    CHECK(refused([&] { std::rethrow_exception(answers[3].problem); }) == "user_exists");
    CHECK(users() == 2);
}

TEST_CASE_METHOD(writer_fixture, "a commit that fails fails every member, and the next succeeds", "[database_writer]") {
    const auto answers = together({adding_user("a@example.com"),
        [&](store&) {
            // A reference to nothing, found at the commit only.
            *sql << "PRAGMA defer_foreign_keys = ON";
            *sql << "INSERT INTO api_keys (api_key_uuid, user_uuid, name, secret_hash, created_at) VALUES ('k', 'u', "
                    "'n', 'h', 1)";
        },
        adding_user("b@example.com"), [](store&) { throw std::out_of_range("of mine"); }});
    REQUIRE(answers.size() == 4);
    for (const auto place : {0U, 1U, 2U}) {
        CHECK(failure_of([&] { std::rethrow_exception(answers[place].problem); }).code() == errc::ecs_unavailable);
        CHECK_THAT(text_of<failure>(answers[place]), Catch::Contains("the test database"));
    }
    CHECK(text_of<std::out_of_range>(answers[3]) == "of mine");
    CHECK(users() == 0);
    CHECK(!together({adding_user("a@example.com")}).front().problem);
    CHECK(users() == 1);
}

TEST_CASE_METHOD(writer_fixture, "a transaction that the database gives up fails its batch", "[database_writer]") {
    const auto answers = together({adding_user("a@example.com"), [&](store&) { *sql << "ROLLBACK"; }});
    REQUIRE(answers.size() == 2);
    CHECK(answers[0].problem);
    CHECK(answers[1].problem);
    CHECK(users() == 0);
    CHECK(!together({adding_user("a@example.com")}).front().problem);
    CHECK(users() == 1);
}

TEST_CASE_METHOD(writer_fixture, "what is not to be kept is undone and the others stay", "[database_writer]") {
    const auto body = adding_user("a@example.com"), kept = adding_user("b@example.com");
    CHECK(!actors::ask<transaction_answer>(system, writer, write_transaction{&body, false}).problem);
    CHECK(users() == 0);
    CHECK(!actors::ask<transaction_answer>(system, writer, write_transaction{&kept, true}).problem);
    CHECK(users() == 1);
}
