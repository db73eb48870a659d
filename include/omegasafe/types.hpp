// The words of the public API that name things: UUIDs, positions, the sizes of a key.
//
// The headers of this folder include one another and the standard library, nothing else. They are also the vocabulary
// that the program itself is written in: every folder may include them, client.hpp and config.hpp excepted.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <omegasafe/export.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace omegasafe {

/// Names a key, an iteration, an ECS. 16 bytes, in the order in which they are written; all zero at first.
struct uuid {
    std::uint8_t data[16] = {};

    /// The 16 bytes.
    const std::uint8_t* begin() const { return data; }
    /// Behind them.
    const std::uint8_t* end() const { return data + sizeof data; }
    /// The 16 bytes.
    std::uint8_t* begin() { return data; }
    /// Behind them.
    std::uint8_t* end() { return data + sizeof data; }
    /// Always 16.
    static constexpr std::size_t size() { return sizeof data; }
    /// All zero: none.
    bool is_nil() const { return *this == uuid{}; }
    /// By bytes, which is the order of the written forms.
    auto operator<=>(const uuid&) const = default;
};

/// Lower-case canonical form, 36 characters.
OMEGASAFE_API std::string to_string(const uuid& id);

/// Accepts the canonical 8-4-4-4-12 form in either case, nothing else (no braces, no spaces).
OMEGASAFE_API std::optional<uuid> parse_uuid(std::string_view text);

/// A global position, or a count of positions (= bytes). Keys pass 2^64 (BIG: 1.35e22), so 128 bits everywhere.
__extension__ typedef unsigned __int128 u128;

/// Decimal digits without sign, separators or leading zeros.
OMEGASAFE_API std::string to_decimal(u128 value);

/// Parses what to_decimal writes: 1-39 digits, no sign, no leading zero (but "0"), at most 2^128-1; else nothing.
OMEGASAFE_API std::optional<u128> parse_decimal(std::string_view text);

/// A closed range of positions. Never empty: first <= last.
struct position_range {
    u128 first = 0;
    u128 last = 0;

    /// Number of positions in the range.
    u128 size() const { return last - first + 1; }
    /// Both ends.
    bool operator==(const position_range&) const = default;
};

/// Sizes that a key may have (reference, create-key tables), in bytes.
inline constexpr std::uint32_t map_size = 256;              // of one byte replacement map
inline constexpr std::uint32_t min_chain_bytes = 100'000;   // 0.10 MB
inline constexpr std::uint32_t max_chain_bytes = 1'000'000; // 1.00 MB
inline constexpr std::uint32_t min_rotors = 2;              // of a key
inline constexpr std::uint32_t max_rotors = 4;              // of a key

/// The shape of every iteration of a key. Fixed at creation.
struct OMEGASAFE_API key_geometry {
    std::uint32_t nucleus_bytes = 0; // nominal size, min_chain_bytes .. max_chain_bytes
    std::uint32_t rotor_bytes = 0;   // nominal size of each rotor, same range
    std::uint32_t rotors = 0;        // min_rotors .. max_rotors

    /// All members.
    bool operator==(const key_geometry&) const = default;

    /// All three within the limits above.
    bool valid() const;
    /// Whole maps in the nucleus.
    std::uint32_t nucleus_maps() const { return nucleus_bytes / map_size; }
    /// Whole maps in each rotor.
    std::uint32_t rotor_maps() const { return rotor_bytes / map_size; }
    /// Positions in one iteration: the product of all map counts; below 2^63. 0 when not valid().
    std::uint64_t capacity() const;
    /// Nominal bytes of one iteration, as create-key shows and counts Deltas with.
    std::uint64_t nominal_bytes() const;
    /// Bytes of the maps themselves: 256 * number of maps.
    std::uint64_t material_bytes() const;
    /// floor(capacity / nominal_bytes).
    std::uint64_t supported_deltas() const;
    /// supported_deltas * capacity.
    u128 total_capacity() const;
};

/// The sizes that create-key offers by name.
inline constexpr key_geometry small_preset{250'000, 250'000, 2};
inline constexpr key_geometry medium_preset{250'000, 250'000, 3};  // MEDIUM
inline constexpr key_geometry big_preset{1'000'000, 1'000'000, 3}; // BIG

} // namespace omegasafe
