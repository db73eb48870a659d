// omegasafe speed (beyond the reference): what this processor does, one core, and what that lets a file take.
#include "cli/flags.hpp"
#include "cli/show/outcome.hpp"
#include "crypto/aead.hpp"
#include "crypto/cipher.hpp"
#include "crypto/hash.hpp"
#include "crypto/kernels/dispatch.hpp"
#include "crypto/random.hpp"
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <thread>

namespace omegasafe::cli {

namespace {

constexpr std::size_t buffer_bytes = 1 << 20;
/// Longer would not tell more: the best of some twenty short rounds is what the processor can do undisturbed.
constexpr std::chrono::milliseconds measured_time{200};

/// GB/s of `work`, which handles buffer_bytes. The first round warms caches up and is not counted.
template <class F>
double measure(F work) {
    using clock = std::chrono::steady_clock;
    work();
    auto best = std::chrono::nanoseconds::max();
    const auto end = clock::now() + measured_time;
    do {
        const auto start = clock::now();
        for (int i = 0; i < 8; ++i)
            work();
        best = std::min<std::chrono::nanoseconds>(best, clock::now() - start);
    } while (clock::now() < end);
    return 8.0 * buffer_bytes / std::max(static_cast<double>(best.count()), 1.0);
}

struct kernel_speed {
    crypto::kernel_info kernel;
    double encrypt = 0, decrypt = 0; // GB/s; 0 when it does not run here
};

struct speeds {
    std::vector<kernel_speed> kernels;
    double aes_256_gcm = 0, sha256 = 0, copy = 0;
    unsigned processors = 1;
};

/// The key size that create-key proposes.
kernel_speed measure_kernel(const crypto::kernel_info& kernel, const std::shared_ptr<const crypto::key_material>& key) {
    kernel_speed result{kernel};
    if (!kernel.available)
        return result;
    const crypto::forced_kernel force(crypto::choose_kernel(kernel.name));
    const crypto::cipher cipher(key);
    std::vector<std::uint8_t> in(buffer_bytes), out(buffer_bytes);
    crypto::random_fill(in);
    std::uint64_t first = 0;
    const auto walk = [&](auto method) {
        return measure([&] {
            (cipher.*method)(first, in, out);
            first = (first + buffer_bytes) % (key->geometry().capacity() - buffer_bytes);
        });
    };
    result.encrypt = walk(&crypto::cipher::encrypt);
    result.decrypt = walk(&crypto::cipher::decrypt);
    return result;
}

speeds measure_all() {
    speeds all;
    const auto key = std::make_shared<const crypto::key_material>(crypto::key_material::generate(crypto::small_preset));
    for (const auto& kernel : crypto::list_kernels())
        all.kernels.push_back(measure_kernel(kernel, key));
    std::vector<std::uint8_t> in(buffer_bytes), out(buffer_bytes + crypto::aead_tag_size);
    crypto::random_fill(in);
    std::array<std::uint8_t, 32> aead_key{};
    crypto::random_fill(aead_key);
    std::uint64_t number = 0;
    all.aes_256_gcm = measure([&] {
        crypto::aead_nonce nonce{};
        std::memcpy(nonce.data(), &++number, sizeof number);
        crypto::aead_seal(aead_key, nonce, {}, in, out);
    });
    all.sha256 = measure([&] { in[0] ^= crypto::sha256::of(in)[0]; });
    // Larger than caches, as a file on its way is.
    std::vector<std::uint8_t> far(64 * buffer_bytes);
    std::size_t at = 0;
    all.copy = measure([&] {
        std::memcpy(far.data() + at, in.data(), buffer_bytes);
        at = (at + buffer_bytes) % far.size();
    });
    all.processors = std::max(1U, std::thread::hardware_concurrency());
    return all;
}

/// GB/s of a large file in memory: one thread copies it in and hashes it, and all that is to be done shares the cores
/// (copy in, hash, cipher, copy into a segment, copy out; `layer`: sealing too). The disk is not in it.
double estimate(const speeds& all, double cipher, bool layer) {
    const double hashing = 1 / all.copy + 1 / all.sha256;
    const double whole = hashing + 1 / cipher + 2 / all.copy + (layer ? 1 / all.aes_256_gcm : 0);
    return 1 / std::max(hashing, whole / all.processors);
}

double rounded(double gigabytes) {
    return std::round(gigabytes * 100) / 100;
}

json kernels_of(const speeds& all) {
    auto list = json::array();
    for (const auto& [kernel, encrypt, decrypt] : all.kernels)
        list.push_back({{"name", kernel.name}, {"available", kernel.available}, {"selected", kernel.selected},
            {"encrypt_gb_per_s", kernel.available ? json(rounded(encrypt)) : json(nullptr)},
            {"decrypt_gb_per_s", kernel.available ? json(rounded(decrypt)) : json(nullptr)}});
    return list;
}

void run_speed(session& session) {
    if (const auto problem = crypto::kernel_override_problem())
        throw failure(errc::usage, *problem);
    const auto all = measure_all();
    const auto& chosen = *std::ranges::find_if(all.kernels, [](const auto& row) { return row.kernel.selected; });
    outcome out{session};
    out.line("One core, 1 MiB in cache, a SMALL key; GB/s, the best of many rounds:");
    out.line(fmt::format("  {:<24} {:>8} {:>8}", "kernel", "encrypt", "decrypt"));
    for (const auto& [kernel, encrypt, decrypt] : all.kernels)
        out.line(kernel.available ? fmt::format("  {:<24} {:>8.2f} {:>8.2f}{}", kernel.name, encrypt, decrypt,
                                        kernel.selected ? "  selected" : "")
                                  : fmt::format("  {:<24} not on this processor", kernel.name));
    out.line(fmt::format("  {:<24} {:>8.2f}", "AES-256-GCM", all.aes_256_gcm));
    out.line(fmt::format("  {:<24} {:>8.2f}", "SHA-256", all.sha256));
    out.field("kernels", kernels_of(all));
    out.field("aes_256_gcm_gb_per_s", rounded(all.aes_256_gcm));
    out.field("sha256_gb_per_s", rounded(all.sha256));
    out.field("processors", all.processors);

    out.line(fmt::format("A large file, {} processors, disk not counted; estimated, GB/s:", all.processors));
    auto estimates = json::object();
    const auto row = [&](const std::string& label, const std::string& name, double cipher, bool layer) {
        const auto value = estimate(all, cipher, layer);
        out.line(fmt::format("  {:<24} {:>8.2f}", label, value));
        estimates[name] = rounded(value);
    };
    row("encrypt", "encrypt_gb_per_s", chosen.encrypt, false);
    row("encrypt, AES layer", "encrypt_layer_gb_per_s", chosen.encrypt, true);
    row("decrypt", "decrypt_gb_per_s", chosen.decrypt, false);
    row("decrypt, AES layer", "decrypt_layer_gb_per_s", chosen.decrypt, true);
    out.field("estimates", estimates);
    out.finish();
}

} // namespace

void add_speed(CLI::App& app) {
    add_command(app, "speed", "Show what this processor does", run_speed);
}

} // namespace omegasafe::cli
