#include "crypto/geometry.hpp"
#include "crypto/position.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>
#include <string>
#include <string_view>

using namespace omegasafe::crypto;

namespace {

std::string with_separators(std::string_view digits) {
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0)
            text += ',';
        text += digits[i];
    }
    return text;
}

/// Decimal units from MB to EB, one decimal, as create-key prints them; rounded in integers, half up.
std::string decimal_units(u128 bytes) {
    constexpr std::array units{"MB", "GB", "TB", "PB", "EB"};
    std::size_t unit = 0;
    u128 size = 1'000'000;
    while (unit + 1 < units.size() && bytes >= size * 1000) {
        size *= 1000;
        ++unit;
    }
    const u128 tenths = (bytes * 10 + size / 2) / size;
    return with_separators(to_decimal(tenths / 10)) + "." + to_decimal(tenths % 10) + " " + units[unit];
}

std::string megabytes(std::uint64_t bytes) {
    const std::uint64_t hundredths = bytes / 10'000;
    return std::to_string(hundredths / 100) + "." + std::to_string(hundredths / 10 % 10) +
           std::to_string(hundredths % 10) + " MB";
}

} // namespace

TEST_CASE("the preset table of create-key", "[geometry]") {
    struct row {
        key_geometry geometry;
        const char* size;
        const char* capacity;
        const char* deltas;
        const char* total;
    };
    for (const row& preset : {row{small_preset, "0.75 MB", "929.7 MB", "1,239", "1.2 TB"},
             row{medium_preset, "1.00 MB", "907.4 GB", "907,401", "823.4 PB"},
             row{big_preset, "4.00 MB", "232.8 TB", "58,192,761", "13,545.6 EB"}}) {
        CHECK(megabytes(preset.geometry.nominal_bytes()) == preset.size);
        CHECK(decimal_units(preset.geometry.capacity()) == preset.capacity);
        CHECK(with_separators(std::to_string(preset.geometry.supported_deltas())) == preset.deltas);
        CHECK(decimal_units(preset.geometry.total_capacity()) == preset.total);
    }
}

TEST_CASE("the capacity guidance table of create-key", "[geometry]") {
    struct row {
        std::uint32_t bytes;
        std::array<const char*, 3> capacity; // with 2, 3, 4 rotors
    };
    for (const row& line : {row{100'000, {"59.3 MB", "23.1 GB", "9.0 TB"}},
             row{250'000, {"929.7 MB", "907.4 GB", "885.6 TB"}}, row{500'000, {"7.4 GB", "14.5 TB", "28.4 PB"}},
             row{750'000, {"25.1 GB", "73.6 TB", "215.6 PB"}}, row{1'000'000, {"59.6 GB", "232.8 TB", "909.2 PB"}}})
        for (std::uint32_t rotors = 2; rotors <= 4; ++rotors)
            CHECK(decimal_units(key_geometry{line.bytes, line.bytes, rotors}.capacity()) == line.capacity[rotors - 2]);
}

TEST_CASE("exact numbers of a geometry", "[geometry]") {
    CHECK(medium_preset.nucleus_maps() == 976);
    CHECK(medium_preset.capacity() == 907'401'035'776ULL);
    CHECK(small_preset.capacity() == 929'714'176ULL);
    CHECK(big_preset.material_bytes() == 4ULL * 3906 * 256);
    // Nucleus and rotors of different sizes, so that neither can stand in for the other.
    const key_geometry mixed{100'000, 500'000, 2};
    CHECK(mixed.capacity() == 390ULL * 1953 * 1953);
    CHECK(mixed.nominal_bytes() == 1'100'000);
    CHECK(mixed.material_bytes() == (390ULL + 2 * 1953) * 256);
    const key_geometry largest{1'000'000, 1'000'000, 4};
    CHECK(largest.capacity() == 909'203'700'718'879'776ULL);
    CHECK(to_decimal(largest.total_capacity()) == "165330273879475759641674047968");
}

TEST_CASE("geometries out of range are invalid and have no capacity", "[geometry]") {
    CHECK(key_geometry{100'000, 100'000, 2}.valid());
    CHECK(key_geometry{1'000'000, 1'000'000, 4}.valid());
    for (const key_geometry& bad :
        {key_geometry{}, key_geometry{99'999, 250'000, 3}, key_geometry{250'000, 99'999, 3},
            key_geometry{1'000'001, 250'000, 3}, key_geometry{250'000, 1'000'001, 3}, key_geometry{250'000, 250'000, 1},
            key_geometry{250'000, 250'000, 5}, key_geometry{0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}}) {
        CHECK_FALSE(bad.valid());
        CHECK(bad.capacity() == 0);
        CHECK(bad.supported_deltas() == 0);
        CHECK(bad.total_capacity() == 0);
    }
}

TEST_CASE("numbers of any valid geometry hang together", "[geometry]") {
    rc::prop("capacity, sizes and Deltas", [] {
        const key_geometry geometry{*rc::gen::inRange<std::uint32_t>(min_chain_bytes, max_chain_bytes + 1),
            *rc::gen::inRange<std::uint32_t>(min_chain_bytes, max_chain_bytes + 1),
            *rc::gen::inRange<std::uint32_t>(min_rotors, max_rotors + 1)};
        RC_ASSERT(geometry.valid());
        RC_ASSERT(geometry.capacity() < std::uint64_t{1} << 63);
        RC_ASSERT(geometry.material_bytes() <= geometry.nominal_bytes());
        RC_ASSERT(geometry.supported_deltas() * geometry.nominal_bytes() <= geometry.capacity());
        RC_ASSERT((geometry.supported_deltas() + 1) * geometry.nominal_bytes() > geometry.capacity());
        RC_ASSERT(geometry.total_capacity() / geometry.capacity() == geometry.supported_deltas());
    });
}
