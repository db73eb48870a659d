// The rule for command lines of both programs: an empty value is a mistake, such as a variable of a script that is not
// set, and never stands for the default.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <span>
#include <string>
#include <string_view>

namespace omegasafe::wire {

inline constexpr const char* empty_value = "The value is empty; give one, or leave the option out";

/// Options of `app` and its subcommands refuse an empty value, except those named in `may_be_empty`, where it has a
/// meaning of its own.
inline void refuse_empty_values(CLI::App& app, std::span<const std::string_view> may_be_empty) {
    for (auto* option : app.get_options([](const CLI::Option*) { return true; })) {
        const bool takes_value = option->get_items_expected_max() > 0;
        if (takes_value && std::ranges::find(may_be_empty, option->get_name()) == may_be_empty.end())
            option->check([](const std::string& value) { return value.empty() ? empty_value : std::string{}; });
    }
    for (auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
        refuse_empty_values(*command, may_be_empty);
}

/// Parses and, as CLI11 does, runs what the command line names. Throws CLI::ParseError.
inline void parse_command_line(
    CLI::App& app, int argc, const char* const* argv, std::span<const std::string_view> may_be_empty = {}) {
    refuse_empty_values(app, may_be_empty);
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        // Of `--config-dir= --force` CLI11 would take the second word for the folder.
        if (word.starts_with("--") && word.find('=') == word.size() - 1)
            throw CLI::ValidationError(std::string{word.substr(0, word.size() - 1)}, empty_value);
    }
    app.parse(argc, argv);
}

} // namespace omegasafe::wire
