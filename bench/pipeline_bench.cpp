// The data path between files: chunks through the cipher pool by number of workers, containers written and read.
#include "actors/file_run.hpp"
#include "actors/runtime.hpp"
#include "crypto/random.hpp"
#include "messages/limits.hpp"
#include "storage/container/sfc.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace omegasafe;

constexpr std::uint64_t chunks = 64;

void count_bytes(benchmark::State& state, std::uint64_t bytes) {
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

/// A plain container of one entry of `length` bytes, in memory.
std::vector<std::uint8_t> container_of(crypto::const_byte_span bytes) {
    storage::memory_sink sink;
    storage::sfc_writer writer(sink, nullptr);
    writer.add(crypto::random_uuid(), {}, bytes);
    writer.finish();
    return sink.take();
}

/// Cipher only: no file, no hash; 64 chunks of 1 MiB at a time, a MEDIUM key.
void pool_encrypts(benchmark::State& state) {
    const auto workers = static_cast<unsigned>(state.range(0));
    actors::runtime runtime{"/nonexistent", workers};
    caf::scoped_actor self{runtime.system()};
    const auto pool = runtime.actors().cipher_pool;
    const auto key =
        std::make_shared<const crypto::key_material>(crypto::key_material::generate(crypto::medium_preset));
    cipher_chunk job{crypto::direction::encrypt, std::make_shared<const crypto::cipher>(key),
        std::make_shared<const storage::segment_codec>(crypto::secure_bytes{}, std::vector<std::uint8_t>{}), nullptr};
    std::vector<chunk_ptr> buffers;
    for (std::uint64_t i = 0; i < 3 * workers; ++i) {
        buffers.push_back(std::make_shared<chunk>());
        actors::fit(*buffers.back(), limits::chunk_bytes);
        buffers.back()->position_in_delta = i * limits::chunk_bytes;
    }
    for (auto _ : state) {
        auto idle = buffers;
        std::uint64_t sent = 0, back = 0;
        while (back < chunks) {
            while (sent < chunks && !idle.empty()) {
                job.data = idle.back();
                idle.pop_back();
                self->send(pool, job);
                ++sent;
            }
            self->receive([&](chunk_ptr& done) {
                idle.push_back(std::move(done));
                ++back;
            });
        }
    }
    count_bytes(state, chunks * limits::chunk_bytes);
}
BENCHMARK(pool_encrypts)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

void sfc_write(benchmark::State& state) {
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state)
        benchmark::DoNotOptimize(container_of(bytes));
    count_bytes(state, bytes.size());
}
BENCHMARK(sfc_write)->Arg(1 << 10)->Arg(1 << 20)->Arg(16 << 20);

void sfc_open_and_read(benchmark::State& state) {
    const auto file = container_of(std::vector<std::uint8_t>(static_cast<std::size_t>(state.range(0))));
    for (auto _ : state) {
        const storage::sfc_reader reader(std::make_shared<storage::memory_source>(file, "bench"), nullptr);
        benchmark::DoNotOptimize(reader.read(reader.entries().front(), file.size()));
    }
    count_bytes(state, static_cast<std::uint64_t>(state.range(0)));
}
BENCHMARK(sfc_open_and_read)->Arg(1 << 10)->Arg(1 << 20)->Arg(16 << 20);

} // namespace
