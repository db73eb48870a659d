// Claims from many threads, databases and processes at once never overlap and never pass a capacity.
#include "tests/unit/server/concurrent_claims.hpp"
#include <rapidcheck/catch.h>
#include <sys/wait.h>

using namespace omegasafe;
using namespace omegasafe::test;

namespace {

/// `count` claims of one position each.
std::vector<answered_claim> claim_singles(database& data, const claimable& of, unsigned count) {
    std::vector<answered_claim> answers;
    for (unsigned i = 0; i < count; ++i) {
        const auto request = of.request(1);
        answers.push_back({request, data.write([&](store& s) { return claim_in(s, request); })});
    }
    return answers;
}

/// One step of a thread: a claim, a claim made twice, or a new Delta.
struct step {
    enum kind { claim_newest, claim_alpha, claim_first_delta, repeat_last, add_delta } what;
    std::uint64_t size;
};

std::vector<step> some_steps() {
    return *rc::gen::container<std::vector<step>>(
        rc::gen::construct<step>(rc::gen::weightedElement<step::kind>({{8, step::claim_newest}, {6, step::claim_alpha},
                                     {2, step::claim_first_delta}, {4, step::repeat_last}, {1, step::add_delta}}),
            rc::gen::inRange<std::uint64_t>(1, 40)));
}

claim_request_record request_for(const step& next, store& s, const claimable& of) {
    auto request = next.what == step::claim_alpha ? of.alpha_request(next.size) : of.request(next.size);
    if (next.what == step::claim_newest)
        request.delta_uuid = s.deltas(of.key.key_uuid).back().delta_uuid;
    return request;
}

/// Refusals are right answers here, as long as they are the ones that can happen.
std::vector<answered_claim> take_steps(database& data, const claimable& of, const std::vector<step>& steps) {
    std::vector<answered_claim> answers;
    for (const auto& next : steps) {
        try {
            if (next.what == step::add_delta) {
                data.write([&](store& s) {
                    s.add_delta(some_delta(of.key, s.key_of(of.user.user_uuid, of.key.key_uuid)->latest_seq + 1));
                });
                continue;
            }
            if (next.what == step::repeat_last && answers.empty())
                continue;
            const auto request = next.what == step::repeat_last
                                     ? answers.back().request
                                     : data.read([&](store& s) { return request_for(next, s, of); });
            answers.push_back({request, data.write([&](store& s) { return claim_in(s, request); })});
        } catch (const refusal& no) {
            if (no.code() != api_error::capacity_exhausted && no.code() != api_error::delta_not_newest)
                throw;
        }
    }
    return answers;
}

} // namespace

TEST_CASE("claims of many threads in any order never overlap and are all accounted for", "[claims]") {
    const auto kind = GENERATE(backend::memory, backend::file, backend::postgresql);
    const scratch_database scratch(kind);
    database data(scratch.address(), 4);
    rc::prop("every position is handed out once", [&] {
        const auto capacity = *rc::gen::inRange<std::uint64_t>(1, 400);
        const auto threads = *rc::gen::inRange(1U, 5U);
        std::vector<std::vector<step>> plans;
        for (unsigned i = 0; i < threads; ++i)
            plans.push_back(some_steps());
        const claimable of(data, capacity);
        const auto answers = in_threads(threads, [&](unsigned i) { return take_steps(data, of, plans[i]); });
        RC_ASSERT(problem_with(answers, data, of) == "");
    });
}

TEST_CASE("64 threads claim one Delta to its end", "[claims]") {
    constexpr unsigned threads = 64, claims = 8;
    const auto kind = GENERATE(backend::memory, backend::file, backend::postgresql);
    const scratch_database scratch(kind);
    database data(scratch.address(), 16);
    const claimable of(data, threads * claims);
    const auto answers = in_threads(threads, [&](unsigned) { return claim_singles(data, of, claims); });
    CHECK(answers.size() == of.key.alpha_capacity);
    CHECK(problem_with(answers, data, of) == "");
    CHECK(refused([&] { claim_singles(data, of, 1); }) == "capacity_exhausted");
}

TEST_CASE("the same claim from many threads at once is answered with one range", "[claims]") {
    const auto kind = GENERATE(backend::memory, backend::file, backend::postgresql);
    const scratch_database scratch(kind);
    database data(scratch.address(), 16);
    const claimable of(data, 1000);
    const auto request = of.request(7);
    const auto answers = in_threads(32, [&](unsigned) {
        return std::vector<answered_claim>{{request, data.write([&](store& s) { return claim_in(s, request); })}};
    });
    CHECK(std::count_if(answers.begin(), answers.end(), [](const auto& one) { return !one.claimed.replayed; }) == 1);
    CHECK(problem_with(answers, data, of) == "");
}

TEST_CASE("a Delta of many threads at once is added once", "[claims]") {
    const auto kind = GENERATE(backend::memory, backend::file, backend::postgresql);
    const scratch_database scratch(kind);
    database data(scratch.address(), 16);
    const claimable of(data, 1000);
    std::atomic<int> added = 0, conflicts = 0;
    in_threads(16, [&](unsigned) {
        const auto code = refused([&] { data.write([&](store& s) { s.add_delta(some_delta(of.key, 2)); }); });
        ++(code.empty() ? added : conflicts);
        return std::vector<answered_claim>{};
    });
    CHECK(added == 1);
    CHECK(conflicts == 15);
    CHECK(data.read([&](store& s) { return s.deltas(of.key.key_uuid).size(); }) == 2);
}

TEST_CASE("two databases on one place share its positions", "[claims]") {
    const auto kind = GENERATE(backend::file, backend::postgresql);
    const scratch_database scratch(kind);
    database first(scratch.address(), 8), second(scratch.address(), 8);
    const claimable of(first, 1000);
    const auto answers = in_threads(16, [&](unsigned i) { return claim_singles(i % 2 == 0 ? first : second, of, 20); });
    CHECK(answers.size() == 320);
    CHECK(problem_with(answers, second, of) == "");
}

TEST_CASE("several processes share the positions of one SQLite file", "[claims]") {
    constexpr unsigned processes = 3, claims = 100;
    const scratch_database scratch(backend::file);
    std::vector<pid_t> children;
    int start[2];
    REQUIRE(::pipe(start) == 0);
    const auto key = some_key(1000);
    const auto user = some_user("anna@example.com");
    const auto delta = some_delta(key, 1);
    for (unsigned i = 0; i < processes; ++i) {
        const auto child = ::fork();
        if (child == 0) {
            char go = 0;
            if (::read(start[0], &go, 1) != 1)
                ::_exit(1);
            try {
                // All make the new database at once.
                database data(scratch.address(), 2);
                const auto add_key = [&](store& s) {
                    if (s.user(user.user_uuid))
                        return;
                    s.add_user(user);
                    s.add_key(key, user.user_uuid, crypto::random_uuid());
                    s.add_delta(delta);
                };
                data.write(add_key);
                for (unsigned n = 0; n < claims; ++n)
                    data.write([&](store& s) {
                        s.claim_delta(
                            {crypto::random_uuid(), crypto::random_uuid(), uuid{}, key.key_uuid, delta.delta_uuid, 1},
                            noon);
                    });
            } catch (...) {
                ::_exit(2);
            }
            ::_exit(0);
        }
        children.push_back(child);
    }
    REQUIRE(::write(start[1], "ggg", processes) == processes);
    for (const auto child : children) {
        int status = -1;
        ::waitpid(child, &status, 0);
        CHECK(status == 0);
    }
    database data(scratch.address(), 2);
    CHECK(data.read([&](store& s) { return s.delta_at(key.key_uuid, 1).value().next_offset; }) == processes * claims);
    long long rows = 0, distinct = 0;
    *scratch.connect() << "SELECT COUNT(*), COUNT(DISTINCT first_offset) FROM claims", soci::into(rows),
        soci::into(distinct);
    CHECK(rows == processes * claims);
    CHECK(distinct == rows);
}
