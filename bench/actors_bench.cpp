// Costs that every command pays: the actor system's start and stop, a question to an actor, one durable claim.
#include "actors/runtime.hpp"
#include "ecs/ecs_sfc.hpp"
#include "storage/container/container_file.hpp"

#include <benchmark/benchmark.h>
#include <filesystem>
#include <unistd.h>

namespace {

using namespace omegasafe;

void start_and_stop(benchmark::State& state) {
    for (auto _ : state) {
        actors::runtime runtime{"/nonexistent", 2};
        benchmark::DoNotOptimize(runtime.actors());
    }
}
BENCHMARK(start_and_stop)->Unit(benchmark::kMillisecond)->UseRealTime();

void round_trip(benchmark::State& state) {
    actors::runtime runtime{"/nonexistent", 2};
    caf::scoped_actor self{runtime.system()};
    for (auto _ : state)
        benchmark::DoNotOptimize(actors::ask<services>(self, runtime.supervisor(), get_services{}));
}
BENCHMARK(round_trip)->UseRealTime();

/// Lock, read, write beside, two fsyncs, rename: what one claim costs on this disk, with `deltas` of 0.3 MB in the
/// file.
void sfc_ecs_claim(benchmark::State& state) {
    const auto folder = std::filesystem::temp_directory_path() / ("omegasafe-bench-" + std::to_string(::getpid()));
    std::filesystem::create_directory(folder);
    const auto path = folder / "ecs.sfc";
    const auto key = crypto::random_uuid();
    ecs::ecs_sfc::create(path, crypto::random_uuid());
    ecs::ecs_sfc ecs{path};
    constexpr std::uint64_t capacity = std::uint64_t{1} << 62;
    ecs.register_key({key, "bench", "0", capacity, 0});
    ecs_delta delta;
    for (std::int64_t seq = 1; seq <= state.range(0); ++seq) {
        const u128 first = u128{capacity} * static_cast<std::uint64_t>(seq - 1);
        delta = {crypto::random_uuid(), static_cast<std::uint64_t>(seq), {first, first + capacity - 1}, first};
        ecs.upload(key, delta, std::vector<std::uint8_t>(300'000, 1));
    }
    for (auto _ : state)
        benchmark::DoNotOptimize(ecs.claim_delta({key, delta.delta_uuid, 1'000}));
    std::filesystem::remove_all(folder);
}
BENCHMARK(sfc_ecs_claim)->Arg(1)->Arg(10)->Arg(100)->Unit(benchmark::kMillisecond)->UseRealTime();

} // namespace
