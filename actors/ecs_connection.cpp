#include "actors/ecs_connection.hpp"

#include "actors/make_actor.hpp"
#include "ecs/ecs_http_account.hpp"
#include "ecs/external_claims_storage.hpp"
#include "messages/log.hpp"
#include <atomic>

namespace omegasafe::actors {

namespace {

blob_ptr to_blob(std::vector<std::uint8_t> bytes) {
    return std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes));
}

blob_ptr download(ecs::external_claims_storage& from, const download_delta& request) {
    return to_blob(from.download(request.key_uuid, request.delta_uuid));
}

/// One more object for the same ECS, for a Delta on its way while others are.
using transfer_actor = caf::typed_actor<caf::replies_to<download_delta>::with<blob_ptr>>;

struct transfer_state {
    using handle_type = transfer_actor;
    static constexpr const char* name = "ecs_transfer";

    transfer_state(transfer_actor::pointer, const ecs_entry& entry) : at_ecs(ecs::open_ecs(entry)) {}

    transfer_actor::behavior_type behavior() {
        return {handle([this](const download_delta& m) { return download(*at_ecs, m); })};
    }

    std::unique_ptr<ecs::external_claims_storage> at_ecs;
};

class connection_state {
public:
    using handle_type = ecs_connection_actor;
    static constexpr const char* name = "ecs_connection";

    connection_state(ecs_connection_actor::pointer self, ecs_entry entry)
        : self_(self), entry_(std::move(entry)), ecs_(ecs::open_ecs(entry_)) {
        // One that died is replaced by whoever comes next.
        self->set_down_handler([this](const caf::down_msg& down) {
            std::erase_if(transfers_, [&](const transfer_actor& t) { return t.address() == down.source; });
            turn_ = transfers_.size();
        });
    }
    ~connection_state() {
        for (const auto& transfer : transfers_)
            caf::anon_send_exit(transfer, caf::exit_reason::user_shutdown);
    }
    connection_state(const connection_state&) = delete;
    connection_state& operator=(const connection_state&) = delete;

    ecs_connection_actor::behavior_type behavior() {
        return {
            handle([this](const register_key& m) { ecs_->register_key(m.key); }),
            handle([this](const get_ecs_key& m) { return ecs_->key(m.key_uuid); }),
            handle([this](const edit_ecs_key& m) {
                return ecs_outcome{.message = ecs_->edit_key(m), .warning = {}, .storage = {}};
            }),
            handle([this](const delete_ecs_key& m) { ecs_->delete_key(m.key_uuid); }),
            handle([this](const list_deltas& m) { return ecs_->deltas(m.key_uuid); }),
            handle([this](const claim_delta_positions& m) {
                ++claims_;
                return ecs_->claim_delta(m);
            }),
            handle([this](const claim_alpha_positions& m) {
                ++claims_;
                return ecs_->claim_alpha(m);
            }),
            handle([this](const upload_delta& m) { ecs_->upload(m.key_uuid, m.delta, *m.container); }),
            handle([this](const download_delta& m) { return take_download(m); }),
            handle([this](get_status) { return status(); }),
        };
    }

private:
    /// Downloads in turn; a transfer is started when its turn comes first.
    caf::result<blob_ptr> take_download(const download_delta& request) {
        ++downloads_;
        if (ecs_->connections() == 1)
            return download(*ecs_, request);
        const auto at = turn_++ % ecs_->connections();
        if (at == transfers_.size()) {
            transfers_.push_back(make_actor<transfer_state>(self_->system(), entry_));
            self_->monitor(transfers_.back());
        }
        return self_->delegate(transfers_[at], request);
    }

    actor_status status() const {
        return {name, {{"ECS", entry_.name}, {"at", entry_.type == ecs_type::sfc ? entry_.path : entry_.url},
                          {"claims", std::to_string(claims_)}, {"downloads", std::to_string(downloads_)},
                          {"transfers", std::to_string(transfers_.size())}}};
    }

    ecs_connection_actor::pointer self_;
    ecs_entry entry_;
    std::unique_ptr<ecs::external_claims_storage> ecs_;
    std::vector<transfer_actor> transfers_; // further connections
    std::size_t turn_ = 0;
    std::uint64_t claims_ = 0, downloads_ = 0;
};

class account_state {
public:
    using handle_type = ecs_account_actor;
    static constexpr const char* name = "ecs_account";

    account_state(ecs_account_actor::pointer, const ecs_entry& entry)
        : ecs_(entry), name_(entry.name), url_(entry.url) {}

    ecs_account_actor::behavior_type behavior() {
        return {
            handle([this](get_account) { return ecs_.account(); }),
            handle([this](list_ecs_storages) { return ecs_.storages(); }),
            handle([this](const view_ecs_storage& m) { return ecs_.storage_of(m.storage_uuid); }),
            handle([this](const create_ecs_storage& m) { return ecs_.create_storage(m.fields); }),
            handle([this](const edit_ecs_storage& m) { return ecs_.edit_storage(m.storage_uuid, m.fields); }),
            handle([this](const delete_ecs_storage& m) { return ecs_.delete_storage(m.storage_uuid); }),
            handle([this](const get_key_limits& m) { return ecs_.limits_of(m.key_uuid); }),
            handle([this](const invite_to_key& m) { return ecs_.invite(m); }),
            handle([this](const list_key_shares& m) { return ecs_.shares(m.key_uuid); }),
            handle([this](list_key_invites) { return ecs_.invites(); }),
            handle([this](const answer_invite& m) { return ecs_.answer(m); }),
            handle([this](const revoke_key_share& m) { return ecs_.revoke(m); }),
            handle([this](get_latest_version) { return ecs_.latest_version(); }),
            handle([this](get_status) {
                return actor_status{name, {{"ECS", name_}, {"at", url_}}};
            }),
        };
    }

private:
    ecs::ecs_http_account ecs_;
    std::string name_, url_;
};

} // namespace

void warn_of_development_mode(const ecs_entry& entry) {
    static std::atomic_flag warned;
    if (entry.development_mode && !warned.test_and_set())
        log::warn("The certificate of {} is not checked (development mode).", entry.url);
}

ecs_connection_actor connect_to(caf::actor_system& system, const ecs_entry& entry) {
    warn_of_development_mode(entry);
    return make_actor<connection_state>(system, entry);
}

ecs_account_actor connect_account_to(caf::actor_system& system, const ecs_entry& entry) {
    warn_of_development_mode(entry);
    return make_actor<account_state>(system, entry);
}

} // namespace omegasafe::actors
