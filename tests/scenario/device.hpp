// One device in a scenario: a config root with its actors, on an ECS that other devices may share and that a stand-in
// watches: an SFC file, or a real server (http_world.hpp).
#pragma once

#include "actors/file_job.hpp"
#include "actors/runtime.hpp"
#include "ecs/ecs_sfc.hpp"
#include "storage/records/cache_entry.hpp"
#include "storage/records/key_iteration.hpp"
#include "tests/scenario/ecs_stand_in.hpp"
#include "tests/support/temp_dir.hpp"

namespace omegasafe::test {

/// The reference's scenarios speak of GB; here one "GB" is 100,000 positions, so that a key of 59.3 MB plays them.
inline constexpr std::uint64_t unit = 100'000;

class device {
public:
    /// A new config root in a folder of its own.
    device();

    /// Makes an ECS, an SFC one at `path`, and a key of 59,319,000 positions an iteration on it.
    void create_key(const std::filesystem::path& path);
    /// Joins another device's ECS and takes over its Alpha, as export and import do, without pulling any Delta.
    void join(device& other);
    /// Writes the claim settings, in units, and starts the actors anew (settings are read once per process).
    void configure(double performance_units, double offline_units, bool offline_mode = false);

    claimed_range claim(double units) { return claim_positions(static_cast<std::uint64_t>(units * unit)); }
    claimed_range claim_positions(std::uint64_t size);
    /// The code with which the claim fails; errc::none when it does not.
    errc claim_error(double units) { return claim_failure(units).code(); }
    failure claim_failure(double units);
    /// Puts a claim with exactly this rest into the cache of the newest local Delta.
    void hold(cache_reason reason, double units);
    /// Rests of all claims of one reason, in positions, smallest first.
    std::vector<std::uint64_t> held(cache_reason reason);

    storage::cache_entry entry();           // of the newest local iteration
    std::vector<std::uint64_t> sequences(); // local iterations, the Alpha as 0
    std::uint64_t pointer();                // positions of the newest Delta claimed at the ECS
    std::vector<ecs_delta> deltas_at_ecs();
    ecs::ecs_sfc ecs() { return ecs::ecs_sfc{ecs_path}; }
    void ecs_away() const;
    void ecs_back() const;

    /// How the ECS behaves from now on, until the actors start anew; its records begin anew too.
    void ecs_plays(std::vector<ecs_order> orders);
    std::vector<ecs_record> ecs_records();

    template <class Answer, class Handle, class Request>
    Answer ask(const Handle& whom, Request request) {
        return actors::ask<Answer>(runtime->system(), whom, std::move(request));
    }
    template <class Request>
    file_report run_file(Request request) {
        const auto job = actors::spawn_file_job(runtime->system(), runtime->supervisor(), {});
        return ask<file_report>(job, std::move(request));
    }
    services actors() { return runtime->actors(); }

    temp_dir folder;
    std::filesystem::path root = folder / "config";
    std::filesystem::path ecs_path;
    uuid ecs_uuid{};
    ecs_entry ecs_entry_here{};
    uuid key_uuid{};
    std::optional<actors::runtime> runtime;
    ecs_observer observer; // of the ECS, from the next start of the actors on

    void restart() {
        runtime.reset();
        runtime.emplace(root, 2, stand_in_connector(observer));
    }

private:
    void store_entry(const ecs_entry& entry);
    template <class Answer, class Request>
    Answer ask_stand_in(const Request& request);
};

} // namespace omegasafe::test
