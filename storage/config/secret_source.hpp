// Secrets that nobody types: in a variable of the environment, in a file, or printed by a command.
#pragma once

#include "crypto/secure_memory.hpp"
#include <omegasafe/error.hpp>
#include <optional>
#include <string>

namespace omegasafe::storage {

/// Codes of what goes wrong with a secret.
struct secret_errors {
    errc unreadable = errc::input_unreadable; // not there, no file, empty, over 4,096 bytes, or a command that failed
    errc unsafe = errc::usage;                // others can read it
};

/// The bytes of a file, or of a pipe (as a shell's process substitution is one), without one line end at their end and
/// otherwise as they are. `origin` says in sentences where the path was named. A pipe gives its bytes once: they are
/// remembered for the next who asks.
crypto::secure_bytes secret_from_file(const std::string& path, const std::string& origin, secret_errors errors = {});

/// Whether NAME_COMMAND counts.
enum class secret_commands { ignored, run };

/// What the variable NAME holds, else secret_from_file of the path in NAME_FILE, else what the shell command in
/// NAME_COMMAND prints (run once a process). Nothing when none is set: a variable that is empty is not set.
std::optional<crypto::secure_bytes> secret_from_environment(
    const std::string& name, secret_commands commands, secret_errors errors = {});

} // namespace omegasafe::storage
