#include "actors/runtime.hpp"

#include "actors/make_actor.hpp"
#include "actors/supervisor.hpp"
#include "messages/limits.hpp"
#include "messages/log.hpp"
#include <thread>

namespace omegasafe::actors {

namespace {

constexpr auto category = caf::atom("omegasafe");

caf::actor_system_config& configured(caf::actor_system_config& config, unsigned workers) {
    if (workers == 0)
        workers = std::max(1u, std::thread::hardware_concurrency());
    config.add_error_category(category, [](std::uint8_t code, caf::atom_value, const caf::message& context) {
        return std::string{to_string(static_cast<errc>(code))} + " " + caf::to_string(context);
    });
    // Sharing: a fan-out reaches idle workers at once, and idle workers do not poll.
    return config.set("scheduler.max-threads", static_cast<std::size_t>(std::min(workers, limits::max_threads)))
        .set("scheduler.policy", caf::atom("sharing"));
}

} // namespace

caf::error to_error(const failure& problem) {
    return {static_cast<std::uint8_t>(problem.code()), category,
        caf::make_message(std::string{problem.what()}, problem.detail())};
}

failure to_failure(const caf::error& error) {
    const auto& context = error.context();
    if (error.category() == category && context.match_elements<std::string, std::string>())
        return {static_cast<errc>(error.code()), context.get_as<std::string>(0), context.get_as<std::string>(1)};
    return {errc::internal, "An internal part of the program stopped (" + caf::to_string(error) +
                                "); nothing was left behind. Run the command again and report it if it stays."};
}

failure caught() {
    std::string text = "unknown exception";
    try {
        throw;
    } catch (const failure& problem) {
        return problem;
    } catch (const std::exception& e) {
        text = e.what();
    } catch (...) {
    }
    return {errc::internal, "An internal part of the program stopped: " + text + "."};
}

caf::error crash_error(std::exception_ptr& problem) {
    try {
        std::rethrow_exception(problem);
    } catch (...) {
        const auto crash = caught();
        log::warn("{}", crash.what());
        return to_error(crash);
    }
}

namespace detail {

caf::message_id send_question(caf::scoped_actor& self, const caf::strong_actor_ptr& whom, caf::message&& request) {
    if (!whom)
        throw to_failure(caf::sec::invalid_argument);
    const auto id = self->new_request_id(caf::message_priority::normal);
    whom->enqueue(caf::make_mailbox_element(self->ctrl(), id, {}, std::move(request)), nullptr);
    return id.response_id();
}

caf::message wait_for_answer(caf::scoped_actor& self, caf::message_id id) {
    caf::message answer;
    caf::error problem;
    caf::blocking_actor::accept_one_cond once;
    self->varargs_receive(
        once, id, [&](caf::error& e) { problem = std::move(e); },
        caf::others >> [&](caf::message_view& found) -> caf::result<caf::message> {
            answer = found.move_content_to_message();
            return caf::message{};
        });
    if (problem)
        throw to_failure(problem);
    return answer;
}

} // namespace detail

settings_ptr settings_of(const config_asker& me) {
    return me.ask<settings_ptr>(me.actors().config, get_settings{});
}

password_ptr container_password(const config_asker& me) {
    return me.ask<password_ptr>(me.actors().config, get_container_password{});
}

password_ptr layer_password(const config_asker& me) {
    return me.ask<password_ptr>(me.actors().config, get_layer_password{});
}

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
