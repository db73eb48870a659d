// Speed of the cipher's kernels beside the primitives they run next to: one core, buffers of one pipeline chunk.
#include "crypto/aead.hpp"
#include "crypto/cipher.hpp"
#include "crypto/hash.hpp"
#include "crypto/kernels/dispatch.hpp"
#include "crypto/random.hpp"
#include "tests/unit/crypto/reference_cipher.hpp"
#include <array>
#include <benchmark/benchmark.h>
#include <functional>
#include <string>
#include <vector>

using namespace omegasafe::crypto;

namespace {

constexpr std::size_t buffer_bytes = 1 << 20;
constexpr std::size_t segment_bytes = 64 * 1024;

struct shape {
    const char* name;
    key_geometry geometry;
};
constexpr std::array shapes{shape{"small", small_preset}, shape{"medium", medium_preset}, shape{"big", big_preset},
    shape{"four_rotors", {1'000'000, 1'000'000, 4}}};

std::vector<std::uint8_t> random_buffer(std::size_t size = buffer_bytes) {
    std::vector<std::uint8_t> buffer(size);
    random_fill(buffer);
    return buffer;
}

std::shared_ptr<const key_material> make_key(const key_geometry& geometry) {
    return std::make_shared<const key_material>(key_material::generate(geometry));
}

void count_bytes(benchmark::State& state, std::size_t bytes) {
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void naive(benchmark::State& state, const key_geometry& geometry) {
    const auto key = make_key(geometry);
    const auto in = random_buffer();
    std::uint64_t first = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(omegasafe::test::reference_encrypt(*key, first, in));
        first = (first + buffer_bytes) % (geometry.capacity() - buffer_bytes);
    }
    count_bytes(state, buffer_bytes);
}

using cipher_method = void (cipher::*)(std::uint64_t, const_byte_span, byte_span) const;

/// Walks through the iteration, as encrypting a large file does.
void run_kernel(benchmark::State& state, const kernel& choice, const key_geometry& geometry, cipher_method method) {
    const forced_kernel force(choice);
    const cipher subject(make_key(geometry));
    const auto in = random_buffer();
    std::vector<std::uint8_t> out(buffer_bytes);
    (subject.*method)(0, in, out); // builds the inverse nucleus
    std::uint64_t first = 0;
    for (auto _ : state) {
        (subject.*method)(first, in, out);
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
        first = (first + buffer_bytes) % (geometry.capacity() - buffer_bytes);
    }
    count_bytes(state, buffer_bytes);
}

void register_cipher_benchmarks() {
    for (const shape& form : shapes) {
        const std::string suffix = std::string("/") + form.name;
        benchmark::RegisterBenchmark(("cipher/naive" + suffix).c_str(), naive, form.geometry);
        for (const kernel* choice : all_kernels()) {
            if (!choice->available())
                continue;
            const std::string prefix = "cipher/" + std::string(choice->name);
            benchmark::RegisterBenchmark((prefix + "/encrypt" + suffix).c_str(), run_kernel, std::cref(*choice),
                form.geometry, &cipher::encrypt);
            benchmark::RegisterBenchmark((prefix + "/decrypt" + suffix).c_str(), run_kernel, std::cref(*choice),
                form.geometry, &cipher::decrypt);
        }
    }
}

const bool registered = (register_cipher_benchmarks(), true);

void aes_256_gcm_seal(benchmark::State& state) {
    const auto key = random_buffer(aead_key_size);
    const auto plain = random_buffer(segment_bytes);
    std::vector<std::uint8_t> sealed(plain.size() + aead_tag_size);
    for (auto _ : state) {
        aead_seal(key, {}, {}, plain, sealed);
        benchmark::DoNotOptimize(sealed.data());
    }
    count_bytes(state, segment_bytes);
}
BENCHMARK(aes_256_gcm_seal);

void aes_256_gcm_open(benchmark::State& state) {
    const auto key = random_buffer(aead_key_size);
    std::vector<std::uint8_t> sealed(segment_bytes + aead_tag_size);
    std::vector<std::uint8_t> plain(segment_bytes);
    aead_seal(key, {}, {}, plain, sealed);
    for (auto _ : state)
        if (!aead_open(key, {}, {}, sealed, plain))
            state.SkipWithError("opening failed");
    count_bytes(state, segment_bytes);
}
BENCHMARK(aes_256_gcm_open);

void sha_256(benchmark::State& state) {
    const auto data = random_buffer();
    for (auto _ : state)
        benchmark::DoNotOptimize(sha256::of(data));
    count_bytes(state, buffer_bytes);
}
BENCHMARK(sha_256);

void xxh3(benchmark::State& state) {
    const auto data = random_buffer();
    for (auto _ : state)
        benchmark::DoNotOptimize(xxh3_128(data, 0));
    count_bytes(state, buffer_bytes);
}
BENCHMARK(xxh3);

void draw_maps_big(benchmark::State& state) {
    secure_bytes maps(big_preset.material_bytes());
    for (auto _ : state)
        draw_maps(maps.span());
    count_bytes(state, maps.size());
}
BENCHMARK(draw_maps_big)->Unit(benchmark::kMillisecond);

void check_maps_big(benchmark::State& state) {
    const key_material key = key_material::generate(big_preset);
    for (auto _ : state)
        benchmark::DoNotOptimize(all_permutations(key.bytes()));
    count_bytes(state, key.bytes().size());
}
BENCHMARK(check_maps_big)->Unit(benchmark::kMillisecond);

} // namespace
