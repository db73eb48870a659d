// Ranges that an ECS must not hand out: the high-water guard of reference section 10 and what surrounds it, for Delta
// and Alpha claims.
#include "storage/container/attributes.hpp"
#include "storage/container/container_file.hpp"
#include "tests/scenario/one_device.hpp"

#include <map>

using namespace omegasafe;
using namespace omegasafe::test;
namespace fs = std::filesystem;

namespace {

using change = std::function<position_range(const position_range&)>;
struct bad_range {
    errc expected{};
    change from_good;
};

/// Ways for a range that starts at `floor`, in an iteration of positions first .. last, to be wrong.
std::map<std::string, bad_range> bad_ranges(u128 floor, u128 first, u128 last) {
    const auto starting_at = [](u128 start) {
        return [start](const position_range& good) { return position_range{start, start + good.size() - 1}; };
    };
    return {
        {"starts at the high-water mark", {errc::unsafe_claim, starting_at(floor - 1)}},
        {"the first range once more", {errc::unsafe_claim, starting_at(first)}},
        {"one position too few", {errc::ecs_rejected,
                                     [](const position_range& r) {
                                         return position_range{r.first, r.last - 1};
                                     }}},
        {"one position too many", {errc::ecs_rejected,
                                      [](const position_range& r) {
                                          return position_range{r.first, r.last + 1};
                                      }}},
        {"empty", {errc::ecs_rejected,
                      [](const position_range& r) {
                          return position_range{r.first, r.first - 1};
                      }}},
        {"ends behind the iteration", {errc::ecs_rejected, starting_at(last)}},
        {"is of another iteration", {errc::ecs_rejected, starting_at(last + 1)}},
        {"wraps around", {errc::ecs_rejected, starting_at(~u128{0})}},
    };
}

struct advancing : one_device {
    errc fast_forward_error() {
        try {
            ask<ecs_delta>(actors().claimant, fast_forward{key_uuid, unit});
        } catch (const failure& problem) {
            return problem.code();
        }
        return errc::none;
    }
};

/// One claim of 59 M positions made, a second one will need a new Delta.
struct full_delta : one_device {
    full_delta() {
        configure(0, 0);
        claim_positions(59'000'000);
    }
};

} // namespace

TEST_CASE_METHOD(one_device, "high-water guard: unsafe Delta ranges are refused and change nothing") {
    for (const double chunk : {10.0, 0.0}) {
        configure(chunk, 1);
        claim(chunk > 0 ? chunk : 1); // nothing is left in the PERFORMANCE cache
        const auto before = entry();
        for (const auto& [name, bad] : bad_ranges(before.floor, 0, capacity - 1)) {
            INFO(name << ", chunk " << chunk);
            ecs_plays({{answers_range(bad.from_good), ecs_call::claim_delta}});
            CHECK(claim_error(0.5) == bad.expected); // though the OFFLINE cache could serve it
            CHECK(entry() == before);
        }
        ecs_plays({});
        CHECK(claim(0.5).range.first >= before.floor);
    }
}

TEST_CASE_METHOD(one_device, "high-water guard: the range right above the mark is safe") {
    configure(0, 0);
    claim(1);
    const auto floor = entry().floor;
    ecs_plays({{answers_range([floor](const position_range& good) {
                    return position_range{floor, floor + good.size() - 1};
                }),
        ecs_call::claim_delta}});
    CHECK(claim(1).range.first == floor);
    CHECK(entry().floor == floor + unit);
}

TEST_CASE_METHOD(one_device, "high-water guard: it outlives the claims it came from") {
    configure(1, 0);
    claim(1); // used up: no claim is left, only the mark
    CHECK(entry().claims.empty());
    ecs_plays({{answers_range([](const position_range&) {
                    return position_range{0, unit - 1};
                }),
        ecs_call::claim_delta}});
    const auto problem = claim_failure(1);
    CHECK(problem.code() == errc::unsafe_claim);
    CHECK_THAT(problem.what(), Catch::Contains("positions from 0") && Catch::Contains("up to 99999"));
}

TEST_CASE_METHOD(one_device, "high-water guard: an ECS restored from an old copy is refused", "[sfc]") {
    configure(0, 0);
    fs::copy_file(ecs_path, folder / "old.sfc");
    claim(2);
    fs::rename(folder / "old.sfc", ecs_path);
    const auto before = entry();
    CHECK(claim_error(1) == errc::unsafe_claim);
    CHECK(entry() == before);
}

TEST_CASE_METHOD(one_device, "a fast-forward brings an ECS restored from an old copy forward again", "[sfc]") {
    configure(0, 0);
    fs::copy_file(ecs_path, folder / "old.sfc");
    claim(2);
    const auto floor = entry().floor;
    fs::rename(folder / "old.sfc", ecs_path);
    CHECK(claim_error(1) == errc::unsafe_claim);
    ask<ecs_delta>(actors().claimant, fast_forward{key_uuid, unit}); // below the mark: nothing changes here
    CHECK(entry().floor == floor);
    CHECK(claim_error(1) == errc::unsafe_claim);
    ask<ecs_delta>(actors().claimant, fast_forward{key_uuid, 2 * unit}); // across it
    CHECK(entry().floor == floor + unit);
    CHECK(claim(1).range.first == floor + unit);
}

TEST_CASE_METHOD(advancing, "a fast-forward takes no range that was not asked for") {
    configure(0, 0);
    claim(1);
    const auto before = entry();
    auto ranges = bad_ranges(before.floor, 0, capacity - 1);
    // Below the mark is what a restored ECS gives: nothing is encrypted with it.
    std::erase_if(ranges, [](const auto& named) { return named.second.expected != errc::ecs_rejected; });
    for (const auto& [name, bad] : ranges) {
        INFO(name);
        ecs_plays({{answers_range(bad.from_good), ecs_call::claim_delta}});
        CHECK(fast_forward_error() == errc::ecs_rejected);
        CHECK(entry() == before);
    }
    ecs_plays({});
    CHECK(claim(1).range.first >= before.floor);
}

TEST_CASE_METHOD(one_device, "an ECS that knows fewer Deltas than this device is refused", "[sfc]") {
    configure(0, 0);
    fs::copy_file(ecs_path, folder / "old.sfc");
    claim_positions(capacity);
    claim(1);
    REQUIRE(sequences() == counts{0, 1, 2});
    fs::rename(folder / "old.sfc", ecs_path);
    CHECK(claim_error(1) == errc::ecs_rejected);
    CHECK(sequences() == counts{0, 1, 2});
}

TEST_CASE_METHOD(one_device, "positions of another Delta are refused although the ECS reports them for this one") {
    configure(0, 0);
    claim(1);
    const auto before = entry();
    ecs_turn moved;
    moved.deltas = [](std::vector<ecs_delta>& known) {
        known.back().positions = {capacity, 2 * capacity - 1};
        known.back().next = capacity;
    };
    ecs_plays({{moved, ecs_call::list_deltas}, {answers_range([](const position_range& good) {
                                                    return position_range{capacity, capacity + good.size() - 1};
                                                }),
                                                   ecs_call::claim_delta}});
    CHECK(claim_error(1) == errc::ecs_rejected);
    CHECK(entry() == before);
}

TEST_CASE_METHOD(
    full_delta, "high-water guard: an Alpha pointer that went back is seen before anything is claimed", "[sfc]") {
    storage::update_container(ecs_path, nullptr, [&](const storage::sfc_reader& file) {
        storage::container_changes changes;
        changes.put.push_back(
            {key_uuid, storage::to_attributes({{"alpha_next", 1}}, file.find(key_uuid)->attributes), std::nullopt});
        return changes;
    });
    const auto before = alpha_entry();
    REQUIRE(before.floor > 1);
    for (int tries = 0; tries < 2; ++tries) {
        const auto problem = claim_failure(5);
        CHECK(problem.code() == errc::unsafe_claim);
        CHECK_THAT(problem.what(), Catch::Contains("Alpha positions from 1") && Catch::Contains("create a new key"));
        CHECK_THAT(problem.what(), !Catch::Contains("fast-forward")); // which moves a Delta's pointer, not the Alpha's
    }
    CHECK(ecs().key(key_uuid).alpha_next == 1);
    CHECK(alpha_entry() == before);
}

TEST_CASE_METHOD(full_delta, "high-water guard: unsafe Alpha ranges end a renewal before anything is sealed") {
    const auto before = alpha_entry();
    for (const auto& [name, bad] : bad_ranges(before.floor, 0, capacity - 1)) {
        INFO(name);
        ecs_plays({{answers_range(bad.from_good), ecs_call::claim_alpha}});
        CHECK(claim_error(5) == bad.expected);
        for (const auto& call : ecs_records())
            CHECK(call.call != ecs_call::upload);
        CHECK(alpha_entry() == before);
        CHECK(sequences() == counts{0, 1});
    }
    ecs_plays({});
    CHECK(claim(5).seq_number == 2);
    CHECK(alpha_entry().floor > before.floor);
}

TEST_CASE_METHOD(full_delta, "an Alpha without room for another Delta is the answer, not the OFFLINE cache") {
    hold(offline, 2);
    ecs_plays({{fails_with(errc::ecs_full, "The Alpha is used up."), ecs_call::claim_alpha}});
    CHECK(claim_error(5) == errc::ecs_full);
    CHECK(held(offline) == in_units({2}));
}
