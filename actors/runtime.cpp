#include "actors/runtime.hpp"

#include "actors/supervisor.hpp"
#include "messages/limits.hpp"
#include <thread>

namespace omegasafe::actors {

namespace {

caf::actor_system_config& configured(caf::actor_system_config& config, unsigned workers) {
    if (workers == 0)
        workers = std::max(1u, std::thread::hardware_concurrency());
    add_error_texts(config);
    // Sharing: a fan-out reaches idle workers at once, and idle workers do not poll.
    return config.set("scheduler.max-threads", static_cast<std::size_t>(std::min(workers, limits::max_threads)))
        .set("scheduler.policy", caf::atom("sharing"));
}

} // namespace

runtime::runtime(std::filesystem::path root, unsigned workers, ecs_connector connector, password_source ask_password)
    : system_(configured(config_, workers)) {
    // CAF prints stray messages and crashes to stdout by default; stdout belongs to the commands' output.
    caf::actor_ostream::redirect_all(system_, "/dev/stderr", caf::actor_ostream::append);
    supervisor_ = spawn_supervisor(
        system_, std::move(root), system_.scheduler().num_workers(), std::move(connector), std::move(ask_password));
}

runtime::~runtime() {
    caf::scoped_actor self{system_};
    self->send_exit(supervisor_, caf::exit_reason::user_shutdown);
    self->await_all_other_actors_done();
    supervisor_ = supervisor_actor{};
}

services runtime::actors() {
    return ask<services>(system_, supervisor_, get_services{});
}

std::vector<actor_status> runtime::status() {
    return ask<std::vector<actor_status>>(system_, supervisor_, get_all_status{});
}

} // namespace omegasafe::actors
