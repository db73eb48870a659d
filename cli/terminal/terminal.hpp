// Questions on the terminal. Prompts go to stderr, so that stdout holds only results.
#pragma once

#include <functional>
#include <omegasafe/secret.hpp>
#include <optional>
#include <string>

namespace omegasafe::cli {

/// True when there is somebody to ask: stdin and stderr are terminals.
bool interactive();

/// Checks an answer: nothing when it is fine, else why it is not.
using answer_check = std::function<std::optional<std::string>(const std::string&)>;

/// Asks until the answer passes; an empty answer takes `fallback` when there is one. Without a terminal: failure(usage)
/// that names `flag`. End of input: failure(aborted).
std::string ask_line(const std::string& question, const std::string& flag, const answer_check& check = {},
    const std::optional<std::string>& fallback = {});

/// Asks for a secret without showing what is typed, and takes it as it is, outer spaces too. Errors as ask_line.
secure_bytes ask_secret(const std::string& question, const std::string& flag);

/// Asks "question [y/N]: " or "[Y/n]: ". Without a terminal: failure(usage) that names `flag`.
bool ask_yes_no(const std::string& question, bool by_default, const std::string& flag);

/// Guidance before a question: lines of our own.
void show_guidance(const std::string& line);

} // namespace omegasafe::cli
