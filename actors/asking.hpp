// How actors ask and answer: failures as answers, questions that wait, in the name of who asks. What threads outside of
// the actors ask with stands in runtime.hpp, which no actor includes.
#pragma once

#include "actors/asker.hpp"
#include "messages/actors.hpp"
#include <deque>

namespace omegasafe::actors {

/// A failure as the error that travels: category "omegasafe", code, sentence, detail.
caf::error to_error(const failure& problem);

/// The reverse. An error that is not ours (a crashed or vanished actor) becomes errc::internal.
failure to_failure(const caf::error& error);
/// So that the actor library can show such errors.
void add_error_texts(caf::actor_system_config& config);

namespace detail {

/// Sends the request; returns what finds its answer.
caf::message_id send_question(caf::scoped_actor& self, const caf::strong_actor_ptr& whom, caf::message&& request);
/// Waits; throws `failure`. One for all types: what it needs of the actor library takes long to compile.
caf::message wait_for_answer(caf::scoped_actor& self, caf::message_id id);

template <class Handle, class Request>
using answer_of =
    typename caf::response_type_unbox<caf::signatures_of_t<Handle>, caf::detail::type_list<Request>>::type;

template <class Answer, class Handle, class Request>
constexpr void require_answer() {
    static_assert(std::is_same_v<answer_of<Handle, Request>, caf::detail::type_list<Answer>>,
        "the interface in messages/actors.hpp has no such question, or another answer to it");
}

template <class Handle, class Request>
caf::message_id send_question(caf::scoped_actor& self, const Handle& whom, Request&& request) {
    return send_question(
        self, caf::actor_cast<caf::strong_actor_ptr>(whom), caf::make_message(std::forward<Request>(request)));
}

template <class Answer>
Answer wait_for_answer(caf::scoped_actor& self, caf::message_id id) {
    auto answer = wait_for_answer(self, id);
    if constexpr (!std::is_void_v<Answer>)
        return std::move(answer.get_mutable_as<Answer>(0));
}

} // namespace detail

struct surroundings {
    caf::actor_system& system;
    supervisor_actor supervisor;
};
inline surroundings_ptr surroundings_of(caf::actor_system& system, supervisor_actor supervisor) {
    return std::make_shared<const surroundings>(surroundings{system, std::move(supervisor)});
}

/// What an actor of interface `Me` asks others with.
template <class Me>
using asker = asker_on<floor_of<Me>>;

template <actor_floor Own>
template <class Answer, class Handle, class Request>
requires(floor_of<Handle> < Own) Answer asker_on<Own>::ask(const Handle& whom, Request request)
const {
    detail::require_answer<Answer, Handle, Request>();
    caf::scoped_actor self{here_->system};
    return detail::wait_for_answer<Answer>(self, detail::send_question(self, whom, std::move(request)));
}

template <actor_floor Own>
services asker_on<Own>::actors() const {
    return ask<services>(here_->supervisor, get_services{});
}

/// Several questions of an actor on floor `Own`, on their way at once; the answers are taken in the order of the
/// questions. What nobody takes is dropped with it.
template <class Answer, actor_floor Own>
class questions {
public:
    explicit questions(const asker_on<Own>& me) : self_(me.here()->system) {}

    template <class Handle, class Request>
    requires(floor_of<Handle> < Own) void ask(const Handle& whom, Request request) {
        detail::require_answer<Answer, Handle, Request>();
        waiting_.push_back(detail::send_question(self_, whom, std::move(request)));
    }
    /// Questions whose answer was not taken yet.
    std::size_t open() const { return waiting_.size(); }
    /// Waits for the answer to the oldest one; throws `failure`.
    Answer next() {
        const auto oldest = waiting_.front();
        waiting_.pop_front();
        return detail::wait_for_answer<Answer>(self_, oldest);
    }

private:
    caf::scoped_actor self_;
    std::deque<caf::message_id> waiting_;
};

} // namespace omegasafe::actors
