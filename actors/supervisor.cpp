#include "actors/supervisor.hpp"

#include "actors/cipher_pool.hpp"
#include "actors/claim_cache.hpp"
#include "actors/claimant.hpp"
#include "actors/config.hpp"
#include "actors/delta_sync.hpp"
#include "actors/ecs_directory.hpp"
#include "actors/key_store.hpp"
#include "actors/make_actor.hpp"
#include "messages/log.hpp"
#include <functional>

namespace omegasafe::actors {

namespace {

/// How long one that is busy is waited for when it is asked for its status.
constexpr std::chrono::milliseconds status_patience{500};

class supervisor_state {
public:
    using handle_type = supervisor_actor;
    static constexpr const char* name = "supervisor";

    supervisor_state(supervisor_actor::pointer self, std::filesystem::path root, std::size_t workers,
        ecs_connector connector, password_source ask_password)
        : self_(self) {
        auto& system = self->system();
        const auto here = surroundings_of(system, self);
        watch(&services::config, [=, &system] { return spawn_config(system, root, ask_password); });
        watch(&services::key_store, [=] { return spawn_key_store(here); });
        watch(&services::claim_cache, [=] { return spawn_claim_cache(here); });
        watch(&services::ecs_directory, [=] { return spawn_ecs_directory(here, connector); });
        watch(&services::cipher_pool, [=, &system] { return spawn_cipher_pool(system, workers); });
        watch(&services::delta_sync, [=] { return spawn_delta_sync(here); });
        watch(&services::claimant, [=] { return spawn_claimant(here); });
        self->set_down_handler([this](const caf::down_msg& down) { restart(down.source); });
    }
    ~supervisor_state() {
        const auto end = [](const auto& handle) {
            if (handle)
                caf::anon_send_exit(handle, caf::exit_reason::user_shutdown);
        };
        end(now_.claimant), end(now_.delta_sync), end(now_.ecs_directory), end(now_.claim_cache);
        end(now_.key_store), end(now_.cipher_pool), end(now_.config);
    }
    supervisor_state(const supervisor_state&) = delete;
    supervisor_state& operator=(const supervisor_state&) = delete;

    supervisor_actor::behavior_type behavior() {
        return {
            [this](get_services) { return now_; },
            [this](get_all_status) { return gather(); },
        };
    }

private:
    /// Starts one child through `start` and remembers how.
    template <class Handle>
    void watch(Handle services::*member, std::function<Handle()> start) {
        now_.*member = start();
        self_->monitor(now_.*member);
        restarts_.emplace_back((now_.*member).address(), [this, member, start = std::move(start)] {
            watch(member, start);
            ++restarted_;
        });
    }
    template <class Handle, class F>
    void watch(Handle services::*member, F start) {
        watch(member, std::function<Handle()>{std::move(start)});
    }

    void restart(const caf::actor_addr& dead) {
        const auto found =
            std::find_if(restarts_.begin(), restarts_.end(), [&](const auto& r) { return r.first == dead; });
        if (found == restarts_.end())
            return;
        const auto again = std::move(found->second);
        restarts_.erase(found);
        log::warn("An internal part of the program stopped and was started anew.");
        again();
    }

    /// Statuses on their way, in a fixed order.
    struct gathering {
        promised<std::vector<actor_status>> answer;
        std::vector<actor_status> found;
        std::size_t missing = 0;

        void one_less() {
            if (--missing == 0)
                answer.deliver(std::move(found));
        }
    };
    using gathering_ptr = std::shared_ptr<gathering>;

    /// Nobody waits here: the supervisor stands below all of them, and they need it meanwhile.
    caf::result<std::vector<actor_status>> gather() {
        const auto all = std::make_shared<gathering>(gathering{promised<std::vector<actor_status>>{self_}, {}, 0});
        const caf::result<std::vector<actor_status>> later = all->answer;
        all->found.push_back({name, {{"actors started anew", std::to_string(restarted_)}}});
        ask_one(all, "config", now_.config), ask_one(all, "key_store", now_.key_store);
        ask_one(all, "claim_cache", now_.claim_cache), ask_one(all, "ecs_directory", now_.ecs_directory);
        ask_one(all, "cipher_pool", now_.cipher_pool), ask_one(all, "delta_sync", now_.delta_sync);
        ask_one(all, "claimant", now_.claimant);
        ask_connections(all);
        return later;
    }

    template <class Handle>
    void ask_one(const gathering_ptr& all, const char* whose, const Handle& whom) {
        const auto place = all->found.size();
        all->found.push_back({whose, {}});
        ++all->missing;
        self_->request(whom, status_patience, get_status{})
            .then(
                [all, place](actor_status& status) {
                    all->found[place] = std::move(status);
                    all->one_less();
                },
                [all, place](const caf::error& problem) {
                    const bool busy = problem == caf::sec::request_timeout;
                    all->found[place].values = {{"state", busy ? "busy" : to_failure(problem).what()}};
                    all->one_less();
                });
    }

    void ask_connections(const gathering_ptr& all) {
        ++all->missing;
        self_->request(now_.ecs_directory, status_patience, get_connections{})
            .then(
                [this, all](const ecs_connections& made) {
                    for (const auto& connection : made.connections)
                        ask_one(all, "ecs_connection", connection);
                    for (const auto& account : made.accounts)
                        ask_one(all, "ecs_account", account);
                    all->one_less();
                },
                [all](const caf::error&) { all->one_less(); });
    }

    supervisor_actor::pointer self_;
    services now_;
    std::vector<std::pair<caf::actor_addr, std::function<void()>>> restarts_; // who died -> how to start it anew
    std::uint64_t restarted_ = 0;
};

} // namespace

supervisor_actor spawn_supervisor(caf::actor_system& system, std::filesystem::path root, std::size_t workers,
    ecs_connector connector, password_source ask_password) {
    return make_actor<supervisor_state, caf::no_spawn_options>(
        system, std::move(root), workers, std::move(connector), std::move(ask_password));
}

} // namespace omegasafe::actors
