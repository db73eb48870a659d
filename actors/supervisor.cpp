#include "actors/supervisor.hpp"

#include "actors/cipher_pool.hpp"
#include "actors/claim_cache.hpp"
#include "actors/claimant.hpp"
#include "actors/config.hpp"
#include "actors/delta_sync.hpp"
#include "actors/ecs_directory.hpp"
#include "actors/key_store.hpp"
#include "actors/runtime.hpp"
#include <functional>
#include <spdlog/spdlog.h>

namespace omegasafe::actors {

namespace {

struct supervisor_state {
    services now;
    std::vector<std::pair<caf::actor_addr, std::function<void()>>> restarts; // who died -> how to start it anew

    /// Starts one child through `start` and remembers how.
    template <class Handle>
    void watch(Handle services::*member, const std::function<Handle()>& start) {
        now.*member = start();
        restarts.emplace_back((now.*member).address(), [this, member, start] { watch(member, start); });
    }

    void restart(const caf::actor_addr& dead) {
        const auto found =
            std::find_if(restarts.begin(), restarts.end(), [&](const auto& r) { return r.first == dead; });
        if (found == restarts.end())
            return;
        const auto again = std::move(found->second);
        restarts.erase(found);
        spdlog::warn("An internal part of the program stopped and was started anew.");
        again();
    }

    void end_all() {
        const auto end = [](auto& handle) {
            if (handle)
                caf::anon_send_exit(handle, caf::exit_reason::user_shutdown);
        };
        end(now.claimant), end(now.delta_sync), end(now.ecs_directory), end(now.claim_cache);
        end(now.key_store), end(now.cipher_pool), end(now.config);
        now = {};
        restarts.clear();
    }
};

supervisor_actor::behavior_type supervisor_behavior(
    supervisor_actor::pointer self, std::filesystem::path root, std::size_t workers, ecs_connector connector) {
    self->set_exception_handler(crash_error);
    const auto state = std::make_shared<supervisor_state>();
    const supervisor_actor me{self};
    // Blocking children get a thread of their own; the pool's CPU work belongs on the scheduler.
    const auto detached = [self](auto behavior, auto argument) {
        return self->spawn<caf::detached + caf::monitored>(behavior, argument);
    };
    state->watch<config_actor>(&services::config, [=] { return detached(config_behavior, root); });
    state->watch<key_store_actor>(&services::key_store, [=] { return detached(key_store_behavior, me); });
    state->watch<claim_cache_actor>(&services::claim_cache, [=] { return detached(claim_cache_behavior, me); });
    state->watch<ecs_directory_actor>(&services::ecs_directory,
        [=] { return self->spawn<caf::detached + caf::monitored>(ecs_directory_behavior, me, connector); });
    state->watch<cipher_pool_actor>(
        &services::cipher_pool, [=] { return self->spawn<caf::monitored>(cipher_pool_behavior, workers); });
    state->watch<delta_sync_actor>(&services::delta_sync, [=] { return detached(delta_sync_behavior, me); });
    state->watch<claimant_actor>(&services::claimant, [=] { return detached(claimant_behavior, me); });
    self->set_down_handler([state](const caf::down_msg& down) { state->restart(down.source); });
    self->attach_functor([state] { state->end_all(); });
    return {[state](get_services) { return state->now; }};
}

} // namespace

supervisor_actor spawn_supervisor(
    caf::actor_system& system, std::filesystem::path root, std::size_t workers, ecs_connector connector) {
    return system.spawn(supervisor_behavior, std::move(root), workers, std::move(connector));
}

} // namespace omegasafe::actors
