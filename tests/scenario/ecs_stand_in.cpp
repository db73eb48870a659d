#include "tests/scenario/ecs_stand_in.hpp"

#include "actors/make_actor.hpp"
#include "actors/runtime.hpp"
#include "ecs/ecs_http.hpp"
#include "tests/scenario/http_world.hpp"
#include <algorithm>
#include <stdexcept>
#include <thread>

namespace omegasafe::test {

namespace {

struct stand_in_state {
    caf::actor_system& system;
    ecs_connection_actor real;
    ecs_observer observer;
    std::vector<ecs_order> orders;
    std::vector<ecs_record> records;

    ecs_turn next_turn(ecs_call call) {
        const auto found = std::ranges::find_if(
            orders, [&](const ecs_order& o) { return o.times > 0 && (!o.call || *o.call == call); });
        if (found == orders.end())
            return {};
        --found->times;
        return found->turn;
    }

    template <class Answer, class Request>
    Answer forward(const Request& request) {
        if constexpr (std::is_void_v<Answer>) {
            actors::ask<void>(system, real, request);
            notify();
        } else {
            auto answer = actors::ask<Answer>(system, real, request);
            if constexpr (std::is_same_v<Answer, position_range>)
                records.back().gave = answer;
            notify();
            return answer;
        }
    }
    void notify() const {
        if (observer)
            observer(records.back());
    }

    template <class Answer, class Request>
    Answer play(ecs_call call, const Request& request) {
        const auto turn = next_turn(call);
        records.push_back({call, size_of(request), {}});
        std::this_thread::sleep_for(turn.delay);
        if (auto* const world = http_world::here(); world && !turn.wire.is_null())
            return play_on_the_wire<Answer>(*world, turn, request);
        if (turn.problem || turn.crash) {
            if (turn.takes_effect)
                forward<Answer>(request);
            if (turn.problem)
                throw *turn.problem;
            throw std::runtime_error("crashed on purpose");
        }
        if constexpr (std::is_void_v<Answer>) {
            forward<void>(request);
        } else {
            auto answer = forward<Answer>(request);
            change(turn, answer);
            return answer;
        }
    }

    /// The real connection meets the fault: it must fail of itself as the turn says.
    template <class Answer, class Request>
    Answer play_on_the_wire(http_world& world, const ecs_turn& turn, const Request& request) {
        auto order = turn.wire;
        order["times"] = 1'000'000;
        if (turn.takes_effect)
            order["action"] = order["action"] == "status" ? "status_after" : "cut_after";
        if (turn.takes_effect && std::is_same_v<Request, upload_delta>)
            order["path"] = "/deltas/confirm_upload"; // the last of the requests that an upload is
        const auto before = pointer_for(world, request);
        world.order(nlohmann::json::array({order}));
        try {
            actors::ask<Answer>(system, real, request);
        } catch (const failure&) {
            world.order(nlohmann::json::array());
            if (const auto after = pointer_for(world, request); before && after && *after > *before)
                records.back().gave = position_range{*before, *after - 1};
            notify();
            throw;
        }
        world.order(nlohmann::json::array());
        throw std::runtime_error("the proxy did not keep the call from succeeding");
    }

    /// Where the next claim of that kind begins at the server.
    template <class Request>
    static std::optional<u128> pointer_for(const http_world& world, const Request& request) {
        if constexpr (std::is_same_v<Request, claim_alpha_positions>)
            return ecs::ecs_http{world.past_the_proxy()}.key(request.key_uuid).alpha_next;
        else if constexpr (std::is_same_v<Request, claim_delta_positions>)
            return ecs::ecs_http{world.past_the_proxy()}.deltas(request.key_uuid).back().next;
        else
            return std::nullopt;
    }

    template <class Request>
    static std::uint64_t size_of(const Request& request) {
        if constexpr (requires { request.size; })
            return request.size;
        else
            return 0;
    }

    template <class Answer>
    static void change(const ecs_turn& turn, Answer& answer) {
        if constexpr (std::is_same_v<Answer, position_range>) {
            if (turn.range)
                answer = turn.range(answer);
        } else if constexpr (std::is_same_v<Answer, std::vector<ecs_delta>>) {
            if (turn.deltas)
                turn.deltas(answer);
        }
    }
};

ecs_stand_in_actor::behavior_type stand_in_behavior(
    ecs_stand_in_actor::pointer self, ecs_connection_actor real, ecs_observer observer) {
    self->set_exception_handler(actors::crash_error);
    self->link_to(real); // one dies with the other
    const auto state =
        std::make_shared<stand_in_state>(stand_in_state{self->system(), std::move(real), std::move(observer), {}, {}});
    using actors::handle;
    return {
        handle([state](const register_key& m) { state->play<void>(ecs_call::register_key, m); }),
        handle([state](const get_ecs_key& m) { return state->play<ecs_key>(ecs_call::get_key, m); }),
        handle([state](const edit_ecs_key& m) { return state->play<ecs_outcome>(ecs_call::edit_key, m); }),
        handle([state](const delete_ecs_key& m) { state->play<void>(ecs_call::delete_key, m); }),
        handle([state](const list_deltas& m) { return state->play<std::vector<ecs_delta>>(ecs_call::list_deltas, m); }),
        handle(
            [state](const claim_delta_positions& m) { return state->play<position_range>(ecs_call::claim_delta, m); }),
        handle(
            [state](const claim_alpha_positions& m) { return state->play<position_range>(ecs_call::claim_alpha, m); }),
        handle([state](const upload_delta& m) { state->play<void>(ecs_call::upload, m); }),
        handle([state](const download_delta& m) { return state->play<blob_ptr>(ecs_call::download, m); }),
        handle([state](const play_orders& m) {
            state->orders = m.orders;
            state->records.clear();
        }),
        handle([state](get_records) { return state->records; }),
        handle([](get_status) {
            return actor_status{"ecs_stand_in", {}};
        }),
    };
}

} // namespace

ecs_turn fails_with(errc code, const std::string& sentence) {
    return {.problem = failure{code, sentence}};
}

ecs_turn fails_with_status(int status) {
    const auto code = status == 429 || status >= 500     ? errc::ecs_unavailable
                      : (status == 401 || status == 403) ? errc::ecs_authentication
                                                         : errc::ecs_rejected;
    auto turn = fails_with(code, "The ECS answered with status " + std::to_string(status) + ".");
    turn.wire = {{"action", "status"}, {"status", status}, {"code", "made_up"}};
    return turn;
}

ecs_turn unreachable() {
    auto turn = fails_with(errc::ecs_unavailable, "The ECS cannot be reached.");
    turn.wire["action"] = "cut_before";
    return turn;
}

ecs_turn crashes() {
    return {.crash = true};
}

ecs_turn too_late(ecs_turn turn) {
    turn.takes_effect = true;
    return turn;
}

ecs_turn slow() {
    return {.delay = std::chrono::milliseconds{50}};
}

ecs_turn answers_range(std::function<position_range(const position_range&)> range) {
    return {.range = std::move(range)};
}

actors::ecs_connector stand_in_connector(ecs_observer observer) {
    return [observer = std::move(observer)](caf::actor_system& system, const ecs_entry& entry) -> ecs_connection_actor {
        return system.spawn<caf::detached>(stand_in_behavior, actors::connect_to(system, entry), observer);
    };
}

ecs_stand_in_actor as_stand_in(const ecs_connection_actor& connection) {
    return caf::actor_cast<ecs_stand_in_actor>(caf::actor_cast<caf::strong_actor_ptr>(connection));
}

} // namespace omegasafe::test
