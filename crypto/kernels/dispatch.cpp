#include "crypto/kernels/dispatch.hpp"

#include "crypto/kernels/avx2/avx2.hpp"
#include "crypto/kernels/avx512vbmi/avx512vbmi.hpp"
#include "crypto/kernels/neon/neon.hpp"
#include "crypto/kernels/portable/portable.hpp"
#include <array>
#include <atomic>
#include <cstdlib>
#include <stdexcept>

namespace omegasafe::crypto {

namespace {

constexpr std::array kernels {
#if defined(__x86_64__)
    &avx512vbmi_kernel, &avx2_kernel,
#elif defined(__aarch64__)
    &neon_kernel,
#endif
        &portable_kernel
};

std::atomic<const kernel*> forced{nullptr};

std::string_view override_name() {
    const char* name = std::getenv(kernel_variable);
    return name == nullptr ? std::string_view{} : name;
}

/// Nothing when `name` is a valid choice.
std::optional<std::string> choice_problem(std::string_view name) {
    if (find_kernel(name) != nullptr)
        return std::nullopt;
    std::string text = std::string(kernel_variable) + " names '" + std::string(name) +
                       "', which is not a cipher kernel that runs on this processor. Available:";
    for (const kernel* candidate : kernels)
        if (candidate->available())
            text.append(" ").append(candidate->name);
    return text;
}

} // namespace

std::span<const kernel* const> all_kernels() {
    return kernels;
}

const kernel* find_kernel(std::string_view name) {
    for (const kernel* candidate : kernels)
        if ((name.empty() || name == candidate->name) && candidate->available())
            return candidate;
    return nullptr;
}

const kernel& choose_kernel(std::string_view name) {
    if (const auto problem = choice_problem(name))
        throw std::invalid_argument(*problem);
    return *find_kernel(name);
}

std::optional<std::string> kernel_override_problem() {
    return choice_problem(override_name());
}

const kernel& selected_kernel() {
    if (const kernel* choice = forced.load(std::memory_order_acquire))
        return *choice;
    static const kernel& chosen = choose_kernel(override_name());
    return chosen;
}

std::vector<kernel_info> list_kernels() {
    std::vector<kernel_info> list;
    list.reserve(kernels.size());
    for (const kernel* each : kernels)
        list.push_back({each->name, each->available(), each == &selected_kernel()});
    return list;
}

forced_kernel::forced_kernel(const kernel& choice) {
    forced.store(&choice, std::memory_order_release);
}

forced_kernel::~forced_kernel() {
    forced.store(nullptr, std::memory_order_release);
}

} // namespace omegasafe::crypto
