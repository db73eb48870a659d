// Which kernel runs: the fastest this processor can run, unless the environment names another.
#pragma once

#include "crypto/kernels/kernel.hpp"
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace omegasafe::crypto {

/// The environment variable that names a kernel, for tests and measurements. Empty counts as not set.
inline constexpr const char* kernel_variable = "OMEGASAFE_KERNEL";

/// All kernels built into the program, the fastest first; not all may run here.
std::span<const kernel* const> all_kernels();

/// The kernel called `name` if this processor can run it, the fastest one for an empty name; else null.
const kernel* find_kernel(std::string_view name);

/// find_kernel(name), or std::invalid_argument that names the variable, the bad name and the kernels to choose from.
const kernel& choose_kernel(std::string_view name);

/// What is wrong with the environment's choice, as a sentence for the user: ask this once when the program starts.
std::optional<std::string> kernel_override_problem();

/// The kernel that ciphers use, chosen at the first call. Throws as choose_kernel when the environment names a bad one.
const kernel& selected_kernel();

/// A kernel as it is shown to users.
struct kernel_info {
    std::string_view name;
    bool available = false; // runs on this processor
    bool selected = false;  // is what ciphers use
};

/// All kernels built into the program, the fastest first. Throws as selected_kernel().
std::vector<kernel_info> list_kernels();

/// Makes selected_kernel() give `choice` while it lives, in all threads. For tests and measurements; not nested.
class forced_kernel {
public:
    explicit forced_kernel(const kernel& choice);
    ~forced_kernel();
    forced_kernel(const forced_kernel&) = delete;
    forced_kernel& operator=(const forced_kernel&) = delete;
};

} // namespace omegasafe::crypto
