// The arithmetic of local claims, at positions above 2^64, against a model in the reference's own words.
#include "storage/records/cache_entry.hpp"
#include "storage_support.hpp"
#include <omegasafe/error.hpp>

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <rapidcheck/catch.h>

using namespace omegasafe;
using storage::cache_entry;

namespace {

constexpr auto performance = cache_reason::performance;
constexpr auto offline = cache_reason::offline;
constexpr u128 base = u128{3} << 80; // far above what 64 bits hold

/// LocalClaim as the reference names it: both pointers inclusive.
struct reference_claim {
    cache_reason reason{};
    u128 start = 0, end = 0, latest = 0;

    u128 next_usable() const { return latest + 1; }
    u128 remaining() const { return end - latest; }
};

/// The claims of one iteration by the sentences of the reference: simple, slow.
struct reference_cache {
    std::vector<reference_claim> claims;
    u128 high_water = base - 1;

    std::optional<u128> sub_claim(cache_reason reason, std::uint64_t size) {
        reference_claim* best = nullptr;
        for (auto& claim : claims)
            if (claim.reason == reason && claim.remaining() >= size && (!best || claim.remaining() < best->remaining()))
                best = &claim;
        if (!best)
            return std::nullopt;
        const auto first = best->next_usable();
        best->latest += size;
        std::erase_if(claims, [](const reference_claim& c) { return c.remaining() == 0; });
        return first;
    }

    void add(const reference_claim& claim) {
        if (claim.remaining() == 0)
            return;
        claims.push_back(claim);
        std::vector<u128> rests;
        for (const auto& c : claims)
            if (c.reason == claim.reason)
                rests.push_back(c.remaining());
        if (rests.size() > 10)
            claims.erase(std::ranges::find_if(claims, [&](const reference_claim& c) {
                return c.reason == claim.reason && c.remaining() == std::ranges::min(rests);
            }));
    }
};

bool same(const cache_entry& entry, const reference_cache& model) {
    return entry.floor == model.high_water + 1 &&
           std::ranges::equal(entry.claims, model.claims, [](const auto& claim, const auto& expected) {
               return claim.reason == expected.reason && claim.range.first == expected.start &&
                      claim.range.last == expected.end && claim.next == expected.next_usable() &&
                      claim.remaining() == expected.remaining();
           });
}

errc code_of(cache_entry& entry, const accept_range& request) {
    try {
        storage::accept(entry, request);
    } catch (const failure& problem) {
        return problem.code();
    }
    return errc::none;
}

cache_entry entry_at(u128 floor) {
    return {.key_uuid = {}, .iteration_uuid = {}, .seq_number = 1, .ecs_uuid = {}, .floor = floor, .claims = {}};
}

/// An ECS range `gap` positions above the high-water mark, taken in by both.
void accept_both(cache_entry& entry, reference_cache& model) {
    const auto part = [](std::uint64_t low) { return *rc::gen::inRange<std::uint64_t>(low, 60); };
    const auto front = part(1), take = *rc::gen::inRange<std::uint64_t>(1, front + 1), tail = part(0);
    const bool cached = *rc::gen::arbitrary<bool>();
    const u128 first = model.high_water + 1 + part(0);
    const auto size = (cached ? front : take) + tail;
    const auto taken = storage::accept(entry, {{}, {first, first + size - 1}, cached ? front : 0, tail, take});
    RC_ASSERT(taken == (position_range{first, first + take - 1}));
    model.high_water = first + size - 1;
    if (cached)
        model.add({performance, first, first + front - 1, first + take - 1});
    if (tail > 0)
        model.add({offline, first + size - tail, first + size - 1, first + size - tail - 1});
}

void take_both(cache_entry& entry, reference_cache& model) {
    const auto reason = *rc::gen::element(performance, offline);
    const auto size = *rc::gen::inRange<std::uint64_t>(1, 60);
    const auto taken = storage::take(entry, reason, size);
    const auto expected = model.sub_claim(reason, size);
    RC_ASSERT(taken.has_value() == expected.has_value());
    RC_ASSERT(!taken || *taken == (position_range{*expected, *expected + size - 1}));
}

} // namespace

TEST_CASE("the worked example of the reference: 3000001..4000000, 500000 taken") {
    auto entry = entry_at(0);
    storage::accept(entry, {{}, {3'000'000, 4'000'000}, 0, 1'000'000, 1});
    REQUIRE(entry.claims.size() == 1);
    CHECK(entry.claims.front().next == 3'000'001);
    CHECK(entry.claims.front().remaining() == 1'000'000);
    CHECK(storage::take(entry, offline, 500'000) == position_range{3'000'001, 3'500'000});
    CHECK(entry.claims.front().next == 3'500'001);
    CHECK(entry.claims.front().remaining() == 500'000);
}

TEST_CASE("claims follow the reference's arithmetic in any order of events") {
    rc::prop("accept and take equal the model", [] {
        auto entry = entry_at(base);
        reference_cache model;
        const auto steps = *rc::gen::inRange(1, 60);
        for (int i = 0; i < steps; ++i) {
            const auto floor = entry.floor;
            *rc::gen::weightedElement<bool>({{1, true}, {2, false}}) ? take_both(entry, model)
                                                                     : accept_both(entry, model);
            RC_ASSERT(entry.floor >= floor);
            RC_ASSERT(same(entry, model));
            RC_ASSERT(storage::decode_cache_entry(storage::encode(entry)) == entry);
        }
    });
}

TEST_CASE("the high-water guard: only a start strictly above the mark is taken in") {
    rc::prop("unsafe at or below, safe above", [] {
        auto entry = entry_at(base);
        const auto offset = *rc::gen::inRange(-20, 20);
        const auto first = base + static_cast<u128>(offset);
        const auto before = entry;
        const auto code = code_of(entry, {{}, {first, first + 29}, 20, 10, 5});
        RC_ASSERT(code == (offset < 0 ? errc::unsafe_claim : errc::none));
        RC_ASSERT((entry == before) == (code != errc::none));
    });
}

TEST_CASE("what a later version put into a cache entry survives a claim", "[cache_entry]") {
    auto entry = entry_at(base);
    auto stored = nlohmann::json::from_cbor(storage::encode(entry));
    stored["later"] = {{"note", "kept"}};
    const auto before = nlohmann::json::to_cbor(stored);
    entry = storage::decode_cache_entry(before);
    storage::accept(entry, {{}, {base, base + 29}, 20, 10, 5});
    const auto after = storage::encode(entry, before);
    CHECK(nlohmann::json::from_cbor(after).at("later") == stored["later"]);
    CHECK(storage::decode_cache_entry(after) == entry);
}

TEST_CASE("a cache entry of a later format is refused, and so is a claim with more fields", "[cache_entry]") {
    auto entry = entry_at(base);
    storage::accept(entry, {{}, {base, base + 29}, 20, 10, 5});
    const auto good = nlohmann::json::from_cbor(storage::encode(entry));
    const auto code_reading = [](const nlohmann::json& stored) {
        return test::code_of([&] { storage::decode_cache_entry(nlohmann::json::to_cbor(stored)); });
    };
    CHECK(code_reading(good) == errc::none);
    auto changed = good;
    changed["format"] = 2;
    CHECK(code_reading(changed) == errc::container_newer);
    changed = good;
    changed["claims"][0]["later"] = 1;
    CHECK(code_reading(changed) == errc::container_damaged);
    changed = good;
    changed.erase("format");
    CHECK(code_reading(changed) == errc::container_damaged);
}

TEST_CASE("a cache entry under the UUID of another iteration is damage", "[cache_entry]") {
    auto entry = entry_at(base);
    entry.iteration_uuid = test::id(7);
    const auto attributes = storage::encode(entry);
    storage::sfc_entry stored{.id = test::id(7), .offset = 0, .length = 0, .attributes = attributes, .key = {}};
    CHECK(storage::decode_cache_entry(stored) == entry);
    stored.id = test::id(8);
    CHECK(test::code_of([&] { storage::decode_cache_entry(stored); }) == errc::container_damaged);
}

TEST_CASE("a range that ends at the last of all positions would bring the floor back to 0, and is refused") {
    const auto before = entry_at(base);
    auto entry = before;
    CHECK(code_of(entry, {{}, {~u128{0} - 29, ~u128{0}}, 20, 10, 5}) == errc::ecs_rejected);
    CHECK(entry == before);
    CHECK(code_of(entry, {{}, {~u128{0} - 30, ~u128{0} - 1}, 20, 10, 5}) == errc::none);
    CHECK(entry.floor == ~u128{0});
}

TEST_CASE("a range of another size, or one that wraps around, is refused and changes nothing") {
    const auto before = entry_at(base);
    for (const auto& range : {position_range{base, base + 28}, position_range{base, base + 30},
             position_range{base, base - 1}, position_range{base + 29, base}, position_range{~u128{0}, 28}}) {
        auto entry = before;
        CHECK(code_of(entry, {{}, range, 20, 10, 5}) == errc::ecs_rejected);
        CHECK(entry == before);
    }
}
