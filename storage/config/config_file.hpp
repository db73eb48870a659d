// config.ini: four sections, comments kept when a value changes (reference sections 4-6).
#pragma once

#include "crypto/secure_memory.hpp"
#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <omegasafe/settings.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace omegasafe::storage {

using omegasafe::config_properties;
using omegasafe::config_property;
using omegasafe::property_changes;

/// What init makes in a config root; the containers may be configured to be elsewhere.
inline constexpr const char* config_file_name = "config.ini";
inline constexpr const char* keys_container_name = "omegasafe_keys.sfc";
inline constexpr const char* cache_container_name = "local_cache.sfc";
inline constexpr const char* ecs_container_name = "ecs_storage.sfc";
inline constexpr std::array container_names{keys_container_name, cache_container_name, ecs_container_name};

/// Where a value came from, for messages and set-config.
enum class setting_source { default_value, file, environment };

/// Effective settings after defaults, config.ini and environment. `warnings` has one sentence for each value that was
/// ignored or is unsafe.
struct settings {
    std::filesystem::path keys_path, cache_path, ecs_path;
    bool offline_mode = false;
    bool update_check = true;
    std::string ecs_uuid_default;          // canonical UUID or empty
    std::uint64_t cache_offline_bytes = 0; // from GB, decimal
    std::uint64_t cache_performance_bytes = 0;
    crypto::secure_bytes traditional_layer_password;            // empty: no layer
    crypto::secure_bytes layer_password_in_file;                // also when the environment goes before it
    std::map<std::string, setting_source, std::less<>> sources; // by property name
    std::vector<std::string> warnings;
};

/// Reads config.ini and the environment. Values the file has wrong are an error that names file, property and accepted
/// values (failure(config_invalid)); unknown sections and properties too. Wrong environment values are ignored with a
/// warning; only a layer password that is too simple is used all the same, because ignoring it would encrypt without
/// the layer that was asked for. An empty variable counts as not set. A file that is empty, cut off or lacks a section
/// is failure(config_invalid) too. failure(config_missing) when there is no config.ini in `root`,
/// failure(input_unreadable) when it may not be read.
settings load_settings(const std::filesystem::path& root);

/// As load_settings, from the text of a config.ini. Static paths that are relative start at `root`, `~/` at HOME.
settings parse_settings(const std::filesystem::path& root, std::string_view text);

/// Whether this config.ini is one of ours: it has a section of ours, whatever else is wrong with it.
bool is_our_config(const std::filesystem::path& file);

/// The text of a new config.ini, with comments that explain each property.
std::string default_config_text();

/// Writes config.ini with these properties changed, all or none (atomically, under its lock); all other lines stay as
/// they are. Validates as load_settings does: failure(usage) on a bad value.
void set_properties(const std::filesystem::path& root, const property_changes& changes);
inline void set_property(const std::filesystem::path& root, const std::string& name, const std::string& value) {
    set_properties(root, {{name, value}});
}

/// The text of a config.ini with one property changed, every other byte as it was. failure(usage) on an unknown name
/// or a bad value; failure(config_invalid) when `text` is not a valid config.ini.
std::string with_property(std::string_view text, std::string_view name, std::string_view value);

/// Text in the accepted spellings: 1 true yes on / 0 false no off, any case; else nothing.
std::optional<bool> parse_boolean(std::string_view text);
/// Decimal GB in 0..1000, fractions allowed, to bytes (rounded down); else nothing.
std::optional<std::uint64_t> parse_gigabytes(std::string_view text);
/// Layer password rule: at least 8 characters, a letter, a digit, no whitespace. Empty is allowed (no layer).
bool acceptable_layer_password(std::string_view text);

/// --config-dir, else OMEGASAFE_CONFIG_DIR, else ~/.omegasafe (failure(config_missing) when HOME is unset too).
std::filesystem::path resolve_config_root(const std::string& config_dir_argument);

} // namespace omegasafe::storage
