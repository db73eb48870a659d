// What a key with many Deltas costs: whole operations from a cold start of the actors, with the processor time of all
// threads and the bytes they read and write (from /proc/self/io, whatever the page cache gives). A pull reports its
// time per Delta.
#include "actors/file_job.hpp"
#include "bench/many_deltas.hpp"
#include "ecs/ecs_sfc.hpp"
#include "storage/records/cache_entry.hpp"
#include "storage/records/key_iteration.hpp"
#include <benchmark/benchmark.h>
#include <ctime>
#include <fstream>
#include <omegasafe/client.hpp>
#include <spdlog/spdlog.h>

namespace {

using namespace omegasafe;
using bench::device_with;
using bench::many_deltas;

struct resources {
    double read = 0, written = 0; // bytes
    double seconds = 0;           // of all processors

    static resources now() {
        std::ifstream file("/proc/self/io");
        std::string name;
        resources used;
        file >> name >> used.read >> name >> used.written;
        used.seconds = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
        return used;
    }
};

/// Runs `body` as often as the benchmark wants and reports bytes read and written each time.
template <class Body>
void measure(benchmark::State& state, Body body) {
    spdlog::set_level(spdlog::level::warn);
    const auto before = resources::now();
    for (auto _ : state)
        body();
    const auto after = resources::now();
    const auto runs = static_cast<double>(state.iterations());
    state.counters["cpu_ms"] = (after.seconds - before.seconds) / runs * 1e3;
    state.counters["read_kB"] = (after.read - before.read) / runs / 1e3;
    state.counters["written_kB"] = (after.written - before.written) / runs / 1e3;
}

template <class Request>
void run_file(const many_deltas& device, Request request) {
    auto runtime = many_deltas::start(device.root);
    const auto job = actors::spawn_file_job(runtime.system(), runtime.supervisor(), {});
    actors::ask<file_report>(runtime.system(), job, std::move(request));
}

encrypt_file one_kib(const many_deltas& device) {
    const auto plain = device.folder / "plain";
    std::ofstream(plain) << std::string(1024, 'x');
    return {plain, device.folder / "sealed", device.key_uuid, true};
}

void encrypt_1_kib(benchmark::State& state) {
    const auto& device = device_with(static_cast<std::uint64_t>(state.range(0)));
    const auto request = one_kib(device);
    measure(state, [&] { run_file(device, request); });
}

void decrypt_1_kib(benchmark::State& state) {
    const auto& device = device_with(static_cast<std::uint64_t>(state.range(0)));
    run_file(device, one_kib(device));
    measure(state, [&] {
        run_file(device, decrypt_file{device.folder / "sealed", device.folder.path(), "opened", true, false});
    });
}

void list_keys(benchmark::State& state) {
    const auto& device = device_with(static_cast<std::uint64_t>(state.range(0)));
    measure(state, [&] {
        client client{{.config_dir = device.root, .max_threads = 2, .password = {}}};
        if (client.list_keys().size() != 1)
            state.SkipWithError("the key is missing");
    });
}

/// The key store alone: its directory opened, every iteration looked at.
void open_key_store(benchmark::State& state) {
    const auto& device = device_with(static_cast<std::uint64_t>(state.range(0)));
    measure(state, [&] {
        const auto file = storage::open_container(device.root / "omegasafe_keys.sfc", bench::the_password());
        for (const auto& entry : file->entries())
            benchmark::DoNotOptimize(storage::decode_iteration_key(entry.attributes));
    });
}

/// One sub-claim on local_cache.sfc alone.
void cache_claim(benchmark::State& state) {
    const auto& device = device_with(static_cast<std::uint64_t>(state.range(0)));
    measure(state, [&] {
        storage::update_container(device.root / "local_cache.sfc", bench::the_password(), [&](const auto& file) {
            auto entry = storage::decode_cache_entry(file.find(device.newest)->attributes);
            storage::take(entry, cache_reason::performance, 100);
            storage::container_changes changes;
            changes.put.push_back({device.newest, storage::encode(entry), std::nullopt});
            return changes;
        });
    });
}

/// One claim at the ECS alone: no actors.
void sfc_claim(benchmark::State& state) {
    const auto& device = device_with(static_cast<std::uint64_t>(state.range(0)));
    ecs::ecs_sfc ecs{device.ecs_path};
    const auto newest = ecs.deltas(device.key_uuid).back().delta_uuid;
    measure(state, [&] { ecs.claim_delta({device.key_uuid, newest, 1'000}); });
}

void renewal(benchmark::State& state) {
    const auto& device = device_with(static_cast<std::uint64_t>(state.range(0)));
    measure(state, [&] {
        auto runtime = many_deltas::start(device.root);
        actors::ask<key_iteration_ptr>(runtime.system(), runtime.actors().delta_sync, renew_delta{device.key_uuid});
    });
}

void full_pull(benchmark::State& state) {
    auto& device = device_with(static_cast<std::uint64_t>(state.range(0)));
    std::size_t pulled = 0;
    std::filesystem::path second;
    double seconds = 0;
    measure(state, [&] {
        state.PauseTiming();
        std::filesystem::remove_all(second);
        second = device.make_second_root();
        state.ResumeTiming();
        const auto start = std::chrono::steady_clock::now();
        auto runtime = many_deltas::start(second);
        pulled = actors::ask<pull_report>(runtime.system(), runtime.actors().delta_sync,
            pull_deltas{device.key_uuid,
                {}}).pulled.size();
        seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    });
    std::filesystem::remove_all(second);
    state.counters["ms_per_Delta"] =
        seconds * 1e3 / static_cast<double>(state.iterations()) / static_cast<double>(pulled);
}

// In the order in which they disturb each other least: what makes Deltas comes last.
#define DELTAS(function) BENCHMARK(function)->Unit(benchmark::kMillisecond)->UseRealTime()->Arg(1)->Arg(100)->Arg(2'000)
DELTAS(encrypt_1_kib)->Arg(10'000);
DELTAS(decrypt_1_kib)->Arg(10'000);
DELTAS(list_keys)->Arg(10'000);
DELTAS(open_key_store)->Arg(10'000);
DELTAS(cache_claim)->Arg(10'000);
DELTAS(sfc_claim)->Arg(10'000);
DELTAS(full_pull)->Iterations(1);
DELTAS(renewal)->Arg(10'000)->Iterations(3);

} // namespace
