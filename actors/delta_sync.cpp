#include "actors/delta_sync.hpp"

#include "actors/delta_flow.hpp"
#include "actors/key_access.hpp"
#include "actors/key_import.hpp"
#include "actors/make_actor.hpp"

namespace omegasafe::actors {

namespace {

class delta_sync_state {
public:
    using handle_type = delta_sync_actor;
    static constexpr const char* name = "delta_sync";

    delta_sync_state(delta_sync_actor::pointer, asker<delta_sync_actor> me) : me_(std::move(me)) {}

    delta_sync_actor::behavior_type behavior() {
        return {
            handle([this](const pull_deltas& m) {
                auto report = pull(key_access{me_, m.key_uuid}, m);
                pulled_ += report.pulled.size();
                return report;
            }),
            handle([this](const renew_delta& m) {
                auto made = renew(key_access{me_, m.key_uuid}, 0);
                ++renewed_;
                return made;
            }),
            handle([this](const create_key& m) { return create(me_, m); }),
            handle([this](const import_key& m) { return import_alpha(me_, m); }),
            handle([this](const import_delta& m) { return import_container(me_, m); }),
            handle([this](get_status) { return status(); }),
        };
    }

private:
    actor_status status() const {
        return {name, {{"Deltas pulled", std::to_string(pulled_)}, {"Deltas renewed", std::to_string(renewed_)}}};
    }

    asker<delta_sync_actor> me_;
    std::uint64_t pulled_ = 0, renewed_ = 0;
};

} // namespace

delta_sync_actor spawn_delta_sync(const surroundings_ptr& here) {
    return make_actor<delta_sync_state>(here->system, asker<delta_sync_actor>{here});
}

} // namespace omegasafe::actors
