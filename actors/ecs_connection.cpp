#include "actors/ecs_connection.hpp"

#include "actors/runtime.hpp"
#include "ecs/ecs_http_account.hpp"
#include "ecs/external_claims_storage.hpp"
#include <atomic>
#include <spdlog/spdlog.h>

namespace omegasafe::actors {

namespace {

blob_ptr to_blob(std::vector<std::uint8_t> bytes) {
    return std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes));
}

using storage_ptr = std::shared_ptr<ecs::external_claims_storage>;

blob_ptr download(ecs::external_claims_storage& ecs, const download_delta& request) {
    return to_blob(ecs.download(request.key_uuid, request.delta_uuid));
}

/// One more object for the same ECS, for a Delta on its way while others are.
using transfer_actor = caf::typed_actor<caf::replies_to<download_delta>::with<blob_ptr>>;

transfer_actor::behavior_type transfer_behavior(transfer_actor::pointer self, const ecs_entry& entry) {
    self->set_exception_handler(crash_error);
    const storage_ptr ecs = ecs::open_ecs(entry);
    return {handle([ecs](const download_delta& m) { return download(*ecs, m); })};
}

/// Downloads in turn; a transfer is started when its turn comes first.
struct transfers {
    ecs_entry entry;
    std::size_t most;
    std::vector<transfer_actor> started{};
    std::size_t next = 0;

    const transfer_actor& turn(ecs_connection_actor::pointer self) {
        const auto at = next++ % most;
        if (at == started.size())
            started.push_back(self->spawn<caf::detached + caf::monitored>(transfer_behavior, entry));
        return started[at];
    }
    /// One that died is replaced by whoever comes next.
    void forget(const caf::actor_addr& gone) {
        std::erase_if(started, [&](const transfer_actor& t) { return t.address() == gone; });
        next = started.size();
    }
    void end() {
        for (const auto& transfer : started)
            caf::anon_send_exit(transfer, caf::exit_reason::user_shutdown);
        started.clear();
    }
};

ecs_connection_actor::behavior_type connection_behavior(ecs_connection_actor::pointer self, const ecs_entry& entry) {
    self->set_exception_handler(crash_error);
    const storage_ptr ecs = ecs::open_ecs(entry);
    const auto downloads = std::make_shared<transfers>(transfers{entry, ecs->connections()});
    self->set_down_handler([downloads](const caf::down_msg& down) { downloads->forget(down.source); });
    self->attach_functor([downloads] { downloads->end(); });
    return {
        handle([ecs](const register_key& m) { ecs->register_key(m.key); }),
        handle([ecs](const get_ecs_key& m) { return ecs->key(m.key_uuid); }),
        handle([ecs](const edit_ecs_key& m) {
            return ecs_outcome{.message = ecs->edit_key(m), .warning = {}, .storage = {}};
        }),
        handle([ecs](const delete_ecs_key& m) { ecs->delete_key(m.key_uuid); }),
        handle([ecs](const list_deltas& m) { return ecs->deltas(m.key_uuid); }),
        handle([ecs](const claim_delta_positions& m) { return ecs->claim_delta(m); }),
        handle([ecs](const claim_alpha_positions& m) { return ecs->claim_alpha(m); }),
        handle([ecs](const upload_delta& m) { ecs->upload(m.key_uuid, m.delta, *m.container); }),
        handle([self, ecs, downloads](const download_delta& m) -> caf::result<blob_ptr> {
            if (downloads->most == 1)
                return download(*ecs, m);
            return self->delegate(downloads->turn(self), m);
        }),
    };
}

ecs_account_actor::behavior_type account_behavior(ecs_account_actor::pointer self, ecs_entry entry) {
    self->set_exception_handler(crash_error);
    const auto ecs = std::make_shared<ecs::ecs_http_account>(entry);
    return {
        handle([ecs](get_account) { return ecs->account(); }),
        handle([ecs](list_ecs_storages) { return ecs->storages(); }),
        handle([ecs](const view_ecs_storage& m) { return ecs->storage_of(m.storage_uuid); }),
        handle([ecs](const create_ecs_storage& m) { return ecs->create_storage(m.fields); }),
        handle([ecs](const edit_ecs_storage& m) { return ecs->edit_storage(m.storage_uuid, m.fields); }),
        handle([ecs](const delete_ecs_storage& m) { return ecs->delete_storage(m.storage_uuid); }),
        handle([ecs](const get_key_limits& m) { return ecs->limits_of(m.key_uuid); }),
        handle([ecs](const invite_to_key& m) { return ecs->invite(m); }),
        handle([ecs](const list_key_shares& m) { return ecs->shares(m.key_uuid); }),
        handle([ecs](list_key_invites) { return ecs->invites(); }),
        handle([ecs](const answer_invite& m) { return ecs->answer(m); }),
        handle([ecs](const revoke_key_share& m) { return ecs->revoke(m); }),
        handle([ecs](get_latest_version) { return ecs->latest_version(); }),
    };
}

} // namespace

void warn_of_development_mode(const ecs_entry& entry) {
    static std::atomic_flag warned;
    if (entry.development_mode && !warned.test_and_set())
        spdlog::warn("The certificate of {} is not checked (development mode).", entry.url);
}

ecs_connection_actor connect_to(caf::actor_system& system, const ecs_entry& entry) {
    warn_of_development_mode(entry);
    return system.spawn<caf::detached>(connection_behavior, entry);
}

ecs_account_actor connect_account_to(caf::actor_system& system, const ecs_entry& entry) {
    warn_of_development_mode(entry);
    return system.spawn<caf::detached>(account_behavior, entry);
}

} // namespace omegasafe::actors
