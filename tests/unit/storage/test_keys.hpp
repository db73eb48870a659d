// A small key with an Alpha and a Delta, drawn once per test program.
#pragma once

#include "storage/records/key_iteration.hpp"

namespace omegasafe::test {

inline constexpr crypto::key_geometry small_geometry{100'000, 100'000, 2};

inline storage::key_iteration_ptr draw_iteration(std::uint64_t seq_number, const crypto::uuid& key_uuid) {
    storage::iteration_info info{
        key_uuid, crypto::random_uuid(), seq_number, "Test key \xc3\xa9", "0.1.0", small_geometry};
    auto maps = std::make_shared<const crypto::key_material>(crypto::key_material::generate(small_geometry));
    return std::make_shared<const storage::key_iteration>(
        storage::key_iteration{info, std::make_shared<const crypto::cipher>(std::move(maps))});
}

inline const storage::key_iteration& test_alpha() {
    static const auto alpha = draw_iteration(0, crypto::random_uuid());
    return *alpha;
}

inline const storage::key_iteration& test_delta() {
    static const auto delta = draw_iteration(3, test_alpha().info.key_uuid);
    return *delta;
}

} // namespace omegasafe::test
