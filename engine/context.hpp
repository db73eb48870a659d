// What an opened client holds, and the rules about keys and their ECS that its calls share.
#pragma once

#include "actors/runtime.hpp"
#include <omegasafe/client.hpp>

namespace omegasafe::engine {

/// The actors of one client. Thread-safe: every call asks by itself.
class context {
public:
    /// failure(config_missing) when the root is not or half initialised.
    explicit context(const client_options& options);
    /// Says at debug level what its actors held and counted.
    ~context();
    context(const context&) = delete;
    context& operator=(const context&) = delete;

    const std::filesystem::path& root() const { return root_; }
    actors::runtime& runtime() { return runtime_; }
    services actors() { return runtime_.actors(); }

    template <class Answer, class Handle, class Request>
    Answer ask(const Handle& whom, Request request) {
        return actors::ask<Answer>(runtime_.system(), whom, std::move(request));
    }

    std::vector<ecs_entry> configured_ecs();
    /// `wanted`, else the default; failure(ecs_unknown), failure(ecs_ambiguous).
    ecs_entry resolve(const std::optional<uuid>& wanted);
    ecs_connection_actor connect(const uuid& ecs_uuid);
    /// failure(ecs_type_mismatch) on an SFC ECS.
    ecs_account_actor connect_account(const uuid& ecs_uuid);
    /// Its ECS is the one that its Alpha's cache entry names. failure(alpha_missing).
    local_key find_key(const uuid& key_uuid);
    /// The same with the Alpha and the newest iteration only: cheap with thousands of Deltas.
    local_key find_key_ends(const uuid& key_uuid);

private:
    local_key with_ecs(const uuid& key_uuid, std::vector<iteration_info> iterations);

    std::filesystem::path root_;
    actors::runtime runtime_;
};

/// Without the API key.
ecs_info to_info(const ecs_entry& entry);

/// The key's ECS; failure(ecs_unknown) when the key is not linked to one or that one is not configured.
const ecs_info& require_ecs(const local_key& key);

/// The newest entry, counted; nothing without entries.
std::optional<cache_summary> summarize(const std::vector<storage::cache_entry>& entries);

} // namespace omegasafe::engine
