// Speed of the cipher's kernels beside the primitives they run next to: one core, and buffers of one pipeline chunk
// unless the name says otherwise. Ratios: --benchmark_enable_random_interleaving, some repetitions, best against best.
#include "crypto/aead.hpp"
#include "crypto/cipher.hpp"
#include "crypto/hash.hpp"
#include "crypto/kdf.hpp"
#include "crypto/kernels/dispatch.hpp"
#include "crypto/random.hpp"
#include "tests/unit/crypto/reference_cipher.hpp"
#include <array>
#include <benchmark/benchmark.h>
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

struct kernel_case {
    const kernel* choice;
    cipher_method method;
    key_geometry geometry;
    std::size_t size = buffer_bytes;
    std::uint64_t first = 0;
};

/// Walks through the iteration, as encrypting a large file does.
void run_kernel(benchmark::State& state, const kernel_case& run) {
    const forced_kernel force(*run.choice);
    const cipher subject(make_key(run.geometry));
    const auto in = random_buffer(run.size);
    std::vector<std::uint8_t> out(run.size);
    std::vector<std::uint8_t> chunk(buffer_bytes);
    subject.decrypt(0, chunk, chunk); // builds the inverse maps
    std::uint64_t first = run.first;
    for (auto _ : state) {
        (subject.*run.method)(first, in, out);
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
        first = (first + run.size) % (run.geometry.capacity() - run.size);
    }
    count_bytes(state, run.size);
}

void register_kernel(const std::string& name, const kernel_case& run) {
    benchmark::RegisterBenchmark(name.c_str(), run_kernel, run);
}

/// All sizes for the smallest and the largest nucleus; a start in the middle of a turn; all shapes at the usual size.
void register_kernel_cases(const kernel* choice, const std::string& name, cipher_method method) {
    for (const shape& form : shapes)
        register_kernel(name + "/" + form.name, {choice, method, form.geometry});
    for (const shape& form : {shapes[0], shapes[2]}) {
        for (std::size_t size = 4 * 1024; size <= 4 * buffer_bytes; size *= 4)
            register_kernel(
                name + "/" + form.name + "/kib:" + std::to_string(size / 1024), {choice, method, form.geometry, size});
        register_kernel(name + "/" + form.name + "/mid_turn",
            {choice, method, form.geometry, buffer_bytes, form.geometry.nucleus_maps() / 2});
    }
}

void register_cipher_benchmarks() {
    for (const shape& form : shapes)
        benchmark::RegisterBenchmark((std::string("cipher/naive/") + form.name).c_str(), naive, form.geometry);
    for (const kernel* choice : all_kernels()) {
        if (!choice->available())
            continue;
        const std::string name = "cipher/" + std::string(choice->name);
        register_kernel_cases(choice, name + "/encrypt", &cipher::encrypt);
        register_kernel_cases(choice, name + "/decrypt", &cipher::decrypt);
    }
}

/// A small file whose cipher has decrypted nothing yet.
void first_short_decrypt(benchmark::State& state) {
    const cipher subject(make_key(big_preset));
    std::vector<std::uint8_t> file(1024);
    for (auto _ : state)
        subject.decrypt(0, file, file);
}
BENCHMARK(first_short_decrypt);

const bool registered = (register_cipher_benchmarks(), true);

/// OpenSSL through our own AEAD, as containers use it: whole chunks to compare with the cipher, segments as they are
/// sealed.
void aes_256_gcm_seal(benchmark::State& state) {
    const auto size = static_cast<std::size_t>(state.range(0));
    const auto key = random_buffer(aead_key_size);
    const auto plain = random_buffer(size);
    std::vector<std::uint8_t> sealed(plain.size() + aead_tag_size);
    for (auto _ : state) {
        aead_seal(key, {}, {}, plain, sealed);
        benchmark::DoNotOptimize(sealed.data());
    }
    count_bytes(state, size);
}
BENCHMARK(aes_256_gcm_seal)->Arg(segment_bytes)->Arg(buffer_bytes);

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

/// The key of a file's tag from the maps of BIG, MEDIUM and SMALL: why the key store keeps it.
void derive_tag_key(benchmark::State& state, const key_geometry& geometry) {
    const key_material key = key_material::generate(geometry);
    const std::array<std::uint8_t, 16> iteration_uuid{};
    for (auto _ : state)
        benchmark::DoNotOptimize(hkdf_sha256_in_place(key.bytes(), iteration_uuid, "bench"));
    count_bytes(state, key.bytes().size());
}
BENCHMARK_CAPTURE(derive_tag_key, big, big_preset)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(derive_tag_key, medium, medium_preset)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(derive_tag_key, small, small_preset)->Unit(benchmark::kMicrosecond);

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
