#include "actors/tree_worker.hpp"

#include "actors/file_groups.hpp"
#include "actors/make_actor.hpp"

namespace omegasafe::actors {

namespace {

struct tree_worker_state {
    using handle_type = tree_worker_actor;
    static constexpr const char* name = "tree_worker";

    tree_worker_state(tree_worker_actor::pointer, asker<tree_worker_actor> asks) : me(std::move(asks)) {}

    tree_worker_actor::behavior_type behavior() {
        return {handle([this](const file_group& group) { return run_group(me, group); })};
    }

    asker<tree_worker_actor> me;
};

} // namespace

tree_worker_actor spawn_tree_worker(const surroundings_ptr& here) {
    return make_actor<tree_worker_state>(here->system, asker<tree_worker_actor>{here});
}

} // namespace omegasafe::actors
