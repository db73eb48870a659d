// Every way a command can fail: one code each, with the exit code that scripts may rely on (docs/exit-codes.md).
#pragma once

#include <cstdint>
#include <omegasafe/export.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace omegasafe {

/// 0 stays "no error". Numbers may change; exit codes (exit_code below) may not.
enum class errc : std::uint8_t {
    none,
    internal,           // a bug or a crashed actor
    usage,              // wrong arguments or a missing value with no terminal to ask on
    aborted,            // the user said no
    partly_failed,      // some of several things failed; the others are done
    input_unreadable,   // input missing, a directory, or not readable
    output_refused,     // target exists, is read-only or cannot be created
    io_failed,          // read or write failed: disk full, device error
    config_missing,     // config root not initialised, or only half
    config_exists,      // init refused to overwrite
    config_invalid,     // config.ini unreadable or unusable
    password_missing,   // no configuration password found
    password_wrong,     // a container did not open with the password
    layer_password,     // traditional layer password missing or wrong
    container_damaged,  // truncated, altered or not a container
    container_newer,    // format version or flag this program does not know
    integrity_failed,   // decrypted length or SHA-256 differs
    key_unknown,        // no key of that UUID
    alpha_missing,      // the Alpha is not on this device
    delta_missing,      // a needed Delta is neither local nor to be had
    delta_conflict,     // same sequence, different UUID
    ecs_unknown,        // no ECS of that UUID, or none configured
    ecs_ambiguous,      // several ECS and no default
    ecs_exists,         // ECS name or path already used
    ecs_unavailable,    // not reachable: leads to the OFFLINE fallback
    ecs_authentication, // ECS refused the credentials
    ecs_rejected,       // ECS answered with another error
    ecs_type_mismatch,  // the command or flag is for the other type of ECS
    ecs_full,           // Alpha or Delta capacity exhausted at the ECS
    unsafe_claim,       // ECS handed out a range at or below the high-water mark
    claim_insufficient, // OFFLINE cache cannot serve the request
    file_too_large,     // larger than one iteration holds
    lock_timeout,       // another process held a lock for too long
    keyring_failed,     // the desktop keyring answered with an error
};

/// The process exit code for a failure. Stable: numbers are never reused.
OMEGASAFE_API int exit_code(errc code);

/// Stable machine name, e.g. "ecs_unavailable".
OMEGASAFE_API std::string_view to_string(errc code);

/// What to do about it in general, as docs/exit-codes.md says; empty when there is nothing to say.
OMEGASAFE_API std::string_view hint(errc code);

/// A failure with one sentence for the user: it names the thing and the way out. Never holds secrets.
/// `detail` carries what a caller may act on (for ecs_full: decimal positions left).
class OMEGASAFE_API failure : public std::runtime_error {
public:
    /// A `sentence` for the user, never with secrets.
    failure(errc code, const std::string& sentence, std::string detail = {})
        : std::runtime_error(sentence), code_(code), detail_(std::move(detail)) {}
    /// What happened.
    errc code() const { return code_; }
    /// For programs; mostly empty.
    const std::string& detail() const { return detail_; }

private:
    errc code_;
    std::string detail_;
};

} // namespace omegasafe
