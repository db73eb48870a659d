// The fixture of the claim scenarios: one device, a key with an unused Delta, an SFC ECS behind a recording stand-in.
#pragma once

#include "tests/scenario/device.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

namespace omegasafe::test {

inline constexpr auto performance = cache_reason::performance;
inline constexpr auto offline = cache_reason::offline;

/// Counts of positions.
using counts = std::vector<std::uint64_t>;

inline counts in_units(std::initializer_list<double> values) {
    counts out;
    for (const double value : values)
        out.push_back(static_cast<std::uint64_t>(value * unit + 0.5));
    return out;
}

/// Positions in one iteration of the fixture's key.
inline constexpr std::uint64_t capacity = 59'319'000;

struct one_device : device {
    one_device() {
        create_key(folder / "ecs.sfc");
        restart(); // what creating the key asked of the ECS is not of interest
    }

    /// What `action` asked of the ECS, in order.
    template <class F>
    std::vector<ecs_record> calls_of(F action) {
        const auto before = ecs_records().size();
        action();
        auto calls = ecs_records();
        calls.erase(calls.begin(), calls.begin() + static_cast<std::ptrdiff_t>(before));
        return calls;
    }
    /// Sizes of the Delta claims that `action` made; the ECS pointer must have moved by exactly those.
    template <class F>
    counts claims_of(F action) {
        counts sizes;
        const auto before = pointer();
        for (const auto& call : calls_of(action))
            if (call.call == ecs_call::claim_delta)
                sizes.push_back(call.size);
        std::uint64_t moved = 0;
        for (const auto size : sizes)
            moved += size;
        CHECK(pointer() - before == moved);
        return sizes;
    }
    /// Whether `action` asked the ECS for anything at all.
    template <class F>
    bool contacts_ecs(F action) {
        return !calls_of(action).empty();
    }

    /// The Alpha's cache entry.
    storage::cache_entry alpha_entry() {
        return ask<cache_entries_ptr>(actors().claim_cache, list_cache_entries{key_uuid})->front();
    }
};

} // namespace omegasafe::test
