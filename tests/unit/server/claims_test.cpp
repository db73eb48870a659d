// Claims one after the other: ranges, limits, repetition, and why a claim is refused.
#include "tests/unit/server/server_support.hpp"
#include <omegasafe/error.hpp>

using namespace omegasafe;
using namespace omegasafe::test;

namespace {

constexpr unix_time day = 86'400;

struct claims_fixture {
    backend kind = GENERATE(backend::memory, backend::file, backend::postgresql);
    scratch_database scratch{kind};
    database data{scratch.address(), 4};

    claims_fixture() { UNSCOPED_INFO(kind); }

    claimed_record claim(const claim_request_record& request, unix_time now = noon) {
        return data.write([&](store& s) {
            return request.delta_uuid == uuid{} ? s.claim_alpha(request, now) : s.claim_delta(request, now);
        });
    }
    refusal refusal_of_claim(const claim_request_record& request, unix_time now = noon) {
        return refusal_of([&] { claim(request, now); });
    }
};

} // namespace

TEST_CASE_METHOD(claims_fixture, "claims of a Delta follow each other up to its capacity", "[claims]") {
    const claimable with(data, 100);
    const auto first = claim(with.request(30));
    CHECK(first.first_offset == 0);
    CHECK(first.seq_number == 1);
    CHECK(first.capacity == 100);
    CHECK(!first.replayed);
    CHECK(claim(with.request(1)).first_offset == 30);

    const auto refused = refusal_of_claim(with.request(70));
    CHECK(refused.code() == api_error::capacity_exhausted);
    CHECK(refused.details() == nlohmann::json({{"positions_left", 69}}));
    CHECK(claim(with.request(69)).first_offset == 31);
    CHECK(refusal_of_claim(with.request(1)).details() == nlohmann::json({{"positions_left", 0}}));
    CHECK(data.read([&](store& s) { return s.delta_at(with.key.key_uuid, 1)->next_offset; }) == 100);
}

TEST_CASE_METHOD(claims_fixture, "claims of the Alpha are apart from those of its Deltas", "[claims]") {
    const claimable with(data, 100);
    CHECK(claim(with.request(50)).first_offset == 0);
    const auto first = claim(with.alpha_request(60));
    CHECK(first.first_offset == 0);
    CHECK(first.seq_number == 0);
    CHECK(first.capacity == 100);
    CHECK(refusal_of_claim(with.alpha_request(41)).details() == nlohmann::json({{"positions_left", 40}}));
    CHECK(claim(with.alpha_request(40)).first_offset == 60);
    auto of_another_key = with.alpha_request(1);
    of_another_key.key_uuid = crypto::random_uuid();
    CHECK(refusal_of_claim(of_another_key).code() == api_error::key_unknown);
}

TEST_CASE_METHOD(claims_fixture, "claims reach the largest capacity exactly", "[claims]") {
    const claimable with(data, INT64_MAX);
    const auto delta_then_alpha = {with.request(0), with.alpha_request(0)};
    for (auto request : delta_then_alpha) {
        const auto sized = [&](std::uint64_t size) {
            request.idempotency_key = crypto::random_uuid();
            request.size = size;
            return request;
        };
        for (const auto too_much : {UINT64_MAX, std::uint64_t{1} << 63})
            CHECK(refusal_of_claim(sized(too_much)).code() == api_error::capacity_exhausted);
        CHECK(claim(sized(INT64_MAX - 2)).first_offset == 0);
        CHECK(refusal_of_claim(sized(INT64_MAX)).details() == nlohmann::json({{"positions_left", 2}}));
        CHECK(claim(sized(2)).first_offset == std::uint64_t{INT64_MAX - 2});
        CHECK(refusal_of_claim(sized(1)).details() == nlohmann::json({{"positions_left", 0}}));
    }
}

TEST_CASE_METHOD(claims_fixture, "numbers of positions that JSON cannot hold are decimal strings", "[claims]") {
    const claimable with(data, INT64_MAX);
    auto request = with.request(UINT64_MAX);
    CHECK(refusal_of_claim(request).details() == nlohmann::json({{"positions_left", "9223372036854775807"}}));
}

TEST_CASE_METHOD(claims_fixture, "a claim of nothing is refused", "[claims]") {
    const claimable with(data, 100);
    CHECK(refusal_of_claim(with.request(0)).code() == api_error::invalid_request);
    CHECK(refusal_of_claim(with.alpha_request(0)).code() == api_error::invalid_request);
}

TEST_CASE_METHOD(claims_fixture, "only the newest Delta can be claimed from", "[claims]") {
    const claimable with(data, 100);
    const auto second = some_delta(with.key, 2);
    data.write([&](store& s) { s.add_delta(second); });
    const auto refused = refusal_of_claim(with.request(1));
    CHECK(refused.code() == api_error::delta_not_newest);
    CHECK(refused.details() ==
          nlohmann::json({{"newest_delta_uuid", crypto::to_string(second.delta_uuid)}, {"latest_seq_number", 2}}));
    auto request = with.request(1);
    request.delta_uuid = second.delta_uuid;
    CHECK(claim(request).seq_number == 2);

    request.idempotency_key = crypto::random_uuid();
    request.delta_uuid = crypto::random_uuid();
    CHECK(refusal_of_claim(request).code() == api_error::delta_unknown);
    CHECK(data.read([&](store& s) { return s.delta_at(with.key.key_uuid, 1)->next_offset; }) == 0);
}

TEST_CASE_METHOD(claims_fixture, "a Delta of another key cannot be claimed from", "[claims]") {
    const claimable mine(data, 100), theirs(data, 100);
    auto request = mine.request(1);
    request.delta_uuid = theirs.delta.delta_uuid;
    CHECK(refusal_of_claim(request).code() == api_error::delta_unknown);
    CHECK(data.read([&](store& s) { return s.delta_at(theirs.key.key_uuid, 1)->next_offset; }) == 0);
}

TEST_CASE_METHOD(claims_fixture, "a repeated claim is answered with the same range for a day", "[claims]") {
    const claimable with(data, 100);
    for (const auto& request : {with.request(10), with.alpha_request(10)}) {
        const auto first = claim(request);
        auto other = request;
        other.idempotency_key = crypto::random_uuid();
        CHECK(claim(other).first_offset == 10);

        const auto again = claim(request, noon + day - 1);
        CHECK(again.replayed);
        CHECK(again.first_offset == first.first_offset);
        CHECK(again.seq_number == first.seq_number);
        CHECK(again.capacity == first.capacity);

        const auto next_day = claim(request, noon + day);
        CHECK(!next_day.replayed);
        CHECK(next_day.first_offset == 20);
        CHECK(claim(request, noon + day + 1).first_offset == 20);
    }
}

TEST_CASE_METHOD(claims_fixture, "a repeated claim is answered even when its Delta is full or old", "[claims]") {
    const claimable with(data, 100);
    const auto request = with.request(100);
    claim(request);
    CHECK(claim(request).replayed);
    data.write([&](store& s) { s.add_delta(some_delta(with.key, 2)); });
    CHECK(claim(request).replayed);
}

TEST_CASE_METHOD(claims_fixture, "an idempotency key stands for one claim of one device with one API key", "[claims]") {
    const claimable with(data, 100), others(data, 100);
    const auto request = with.request(10);
    claim(request);
    auto changed = request;
    SECTION("another size") {
        changed.size = 11;
    }
    SECTION("the Alpha") {
        changed.delta_uuid = uuid{};
    }
    SECTION("another Delta") {
        changed.delta_uuid = others.delta.delta_uuid;
    }
    SECTION("another key") {
        changed.key_uuid = others.key.key_uuid;
    }
    const auto refused = refusal_of_claim(changed);
    CHECK(refused.code() == api_error::idempotency_mismatch);
}

TEST_CASE_METHOD(
    claims_fixture, "devices that share an API key, and API keys, do not share idempotency keys", "[claims]") {
    const claimable with(data, 100);
    const auto request = with.request(10);
    CHECK(claim(request).first_offset == 0);
    auto of_other_device = request, of_other_api_key = request;
    of_other_device.device_uuid = crypto::random_uuid();
    of_other_api_key.api_key_uuid = crypto::random_uuid();
    std::uint64_t expected = 10;
    for (const auto& other : {of_other_device, of_other_api_key}) {
        const auto claimed = claim(other);
        CHECK(!claimed.replayed);
        CHECK(claimed.first_offset == expected);
        CHECK(claim(other).replayed);
        expected += 10;
    }
    CHECK(claim(request).first_offset == 0);
}

TEST_CASE_METHOD(claims_fixture, "a refused claim does not use its idempotency key up", "[claims]") {
    const claimable with(data, 100);
    auto request = with.request(101);
    CHECK(refusal_of_claim(request).code() == api_error::capacity_exhausted);
    request.size = 100;
    CHECK(!claim(request).replayed);
}

TEST_CASE_METHOD(claims_fixture, "a purge forgets claims older than a day and no younger ones", "[claims]") {
    const claimable with(data, 100);
    const auto old = with.request(10), young = with.request(10);
    claim(old, noon);
    claim(young, noon + 10);
    data.write([&](store& s) { s.purge(noon + day); });
    CHECK(claim(young, noon + day).replayed);
    // Asked at its own time, only a row that is gone lets it claim anew.
    CHECK(!claim(old, noon).replayed);
}
