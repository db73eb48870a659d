// Which kernel runs: the fastest this processor can run, unless the environment names another.
#pragma once

#include "crypto/kernels/kernel.hpp"
#include <optional>
#include <span>
#include <string>

namespace omegasafe::crypto {

/// The environment variable that names a kernel, for tests and measurements. Empty counts as not set.
inline constexpr const char* kernel_variable = "OMEGASAFE_KERNEL";

/// All kernels built into the program, the fastest first; not all may run here.
std::span<const kernel* const> all_kernels();

/// The kernel called `name` if this processor can run it, the fastest one for an empty name; else null.
const kernel* find_kernel(std::string_view name);

/// Why `name` is no valid choice, as a sentence for the user; nothing when it is one.
std::optional<std::string> kernel_choice_problem(std::string_view name);

/// kernel_choice_problem of the environment variable: ask this once when the program starts.
std::optional<std::string> kernel_override_problem();

/// The kernel that ciphers use. Chosen at the first call; throws std::invalid_argument with the text of
/// kernel_override_problem when the environment names no valid one.
const kernel& selected_kernel();

/// Makes selected_kernel() give `choice` while it lives, in all threads. For tests and measurements; not nested.
class forced_kernel {
public:
    explicit forced_kernel(const kernel& choice);
    ~forced_kernel();
    forced_kernel(const forced_kernel&) = delete;
    forced_kernel& operator=(const forced_kernel&) = delete;
};

} // namespace omegasafe::crypto
