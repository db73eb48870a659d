#include "actors/asking.hpp"

namespace omegasafe::actors {

namespace {

constexpr auto category = caf::atom("omegasafe");

} // namespace

void add_error_texts(caf::actor_system_config& config) {
    config.add_error_category(category, [](std::uint8_t code, caf::atom_value, const caf::message& context) {
        return std::string{to_string(static_cast<errc>(code))} + " " + caf::to_string(context);
    });
}

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

} // namespace omegasafe::actors
