// Flags: those that every command takes, and values from others.
#pragma once

#include "cli/session.hpp"
#include "wire/field_rules.hpp"
#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace omegasafe::cli {

/// Registers one command with help text and the common flags; `run` is called after parsing, with logging set up.
CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& description,
    const std::function<void(session& session)>& run);

/// A UUID from a flag; failure(usage) names the flag.
uuid parse_uuid_flag(const std::string& text, const std::string& flag);

/// The same for a flag that may be left out: empty means nothing.
std::optional<uuid> parse_optional_uuid_flag(const std::string& text, const std::string& flag);

/// A number of workers from a flag: empty means 0 (all cores), else 1 .. limits::max_threads; failure(usage) names the
/// flag.
unsigned parse_workers_flag(const std::string& text, const std::string& flag);

using wire::name_problem;

/// Why `path` cannot be a new file's: it names none, or its folder is missing. Nothing when it can.
std::optional<std::string> file_path_problem(const std::string& path);

} // namespace omegasafe::cli
