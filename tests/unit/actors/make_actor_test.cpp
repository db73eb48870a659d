// A promise that nobody keeps is an answer too, and a state ends with its actor.
#include "actors/make_actor.hpp"
#include "actors/runtime.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

using namespace omegasafe;

namespace {

/// What becomes of a promise.
enum class fate { dropped, replaced, kept_until_the_end, crash_before, crash_in_answer, failure_in_answer };

using careless_actor =
    caf::typed_actor<caf::replies_to<fate>::with<std::string>, caf::replies_to<end_progress>::with<void>>;

struct careless_state {
    using handle_type = careless_actor;
    static constexpr const char* name = "careless";

    careless_state(careless_actor::pointer actor, config_actor asked, std::shared_ptr<int> alive)
        : self(actor), config(std::move(asked)), while_alive(std::move(alive)) {}

    careless_actor::behavior_type behavior() {
        return {
            actors::handle([this](fate what) { return begin(what); }),
            actors::handle([this](end_progress) { self->quit(); }),
        };
    }

    caf::result<std::string> begin(fate what) {
        actors::promised<std::string> promise{self};
        const caf::result<std::string> later = promise;
        switch (what) {
        case fate::dropped:
            break;
        case fate::replaced:
            open = std::move(promise);
            open = {};
            break;
        case fate::kept_until_the_end:
            open = std::move(promise);
            break;
        case fate::crash_before:
            open = std::move(promise);
            throw std::runtime_error("between taking and delivering");
        case fate::crash_in_answer:
        case fate::failure_in_answer:
            open = std::move(promise);
            ask_config(what);
        }
        return later;
    }

    void ask_config(fate what) {
        actors::ask_then(
            self, config, get_status{},
            [what](const actor_status&) {
                if (what == fate::crash_in_answer)
                    throw std::runtime_error("in an answer");
                throw failure(errc::io_failed, "In an answer.");
            },
            [this](const failure& problem) { open.deliver(problem); });
    }

    careless_actor::pointer self;
    config_actor config;
    actors::promised<std::string> open;
    std::shared_ptr<int> while_alive;
};

struct careless_fixture {
    actors::runtime runtime{"/nonexistent", 1};
    caf::scoped_actor self{runtime.system()};
    std::shared_ptr<int> alive = std::make_shared<int>();
    careless_actor careless = actors::make_actor<careless_state>(runtime.system(), runtime.actors().config, alive);

    ~careless_fixture() { self->send_exit(careless, caf::exit_reason::user_shutdown); }

    /// Waits for ever when the promise is forgotten: CTest ends that.
    errc answer_of(fate what, bool ends = false) {
        errc code = errc::none;
        auto answer = self->request(careless, caf::infinite, what);
        if (ends)
            self->send(careless, end_progress{});
        answer.receive(
            [](const std::string&) {}, [&](caf::error& problem) { code = actors::to_failure(problem).code(); });
        return code;
    }
};

} // namespace

TEST_CASE_METHOD(careless_fixture, "a promise that is dropped answers internal") {
    CHECK(answer_of(fate::dropped) == errc::internal);
    CHECK(answer_of(fate::replaced) == errc::internal);
    CHECK(answer_of(fate::dropped) == errc::internal); // it lives on
}

TEST_CASE_METHOD(careless_fixture, "a promise that its actor still has when it ends answers internal") {
    CHECK(answer_of(fate::kept_until_the_end, true) == errc::internal);
    self->wait_for(careless);
    CHECK(alive.use_count() == 1); // the state went with the actor
}

TEST_CASE_METHOD(careless_fixture, "a crash between taking and delivering answers internal") {
    CHECK(answer_of(fate::crash_before) == errc::internal);
}

TEST_CASE_METHOD(careless_fixture, "any other exception in the answer to another question is one, too") {
    CHECK(answer_of(fate::crash_in_answer) == errc::internal);
    CHECK(answer_of(fate::failure_in_answer) == errc::io_failed); // it lives on
}

TEST_CASE_METHOD(
    careless_fixture, "a failure in the answer to another question is the answer, and the actor lives on") {
    CHECK(answer_of(fate::failure_in_answer) == errc::io_failed);
    CHECK(answer_of(fate::failure_in_answer) == errc::io_failed);
}

TEST_CASE_METHOD(careless_fixture, "an actor has the name of its state") {
    const auto* actor = dynamic_cast<caf::local_actor*>(caf::actor_cast<caf::abstract_actor*>(careless));
    REQUIRE(actor != nullptr);
    CHECK(std::string{actor->name()} == "careless");
}
