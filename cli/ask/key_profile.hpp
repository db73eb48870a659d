// Choosing a key's size: presets, CUSTOM, the tables and notes of create-key.
#pragma once

#include <omegasafe/types.hpp>
#include <optional>
#include <string>

namespace omegasafe::cli {

/// What the flags say; empty texts are to be asked for.
struct profile_flags {
    std::string nucleus_mb, rotor_mb, rotors;
};

/// A chosen geometry and the preset's name, or CUSTOM.
struct key_profile {
    std::string name;
    key_geometry geometry;
};

/// "0.25" to 250,000 bytes: decimal MB in 0.10..1.00 with at most six decimals; else nothing.
std::optional<std::uint32_t> parse_chain_megabytes(const std::string& text);

/// Takes the flags, asks for what they leave open: all open, the preset selection; some, just these. Without a terminal
/// a missing value is failure(usage) that names its flag.
key_profile choose_profile(const profile_flags& flags);

/// The five capacity fields of a geometry, one per line, as create-key shows them.
std::string capacity_summary(const key_geometry& geometry);

/// The two tables of the reference, computed: presets with their capacity fields, and capacity by nucleus size and
/// number of rotors.
std::string preset_table();
std::string capacity_guidance_table();

} // namespace omegasafe::cli
