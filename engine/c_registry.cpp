#include "engine/c_registry.hpp"

#include <condition_variable>
#include <mutex>
#include <unordered_map>

namespace omegasafe::engine {

namespace {

struct registry {
    std::mutex lock;
    std::condition_variable returned; // a call has
    std::uintptr_t last_ticket = 0;
    std::unordered_map<const omegasafe_client*, std::shared_ptr<client>> clients;
    std::unordered_map<const void*, std::shared_ptr<const void>> memory;
};

/// Never destroyed: other threads may still be in the library when the process ends.
registry& given_out() {
    static auto& only = *new registry;
    return only;
}

failure no_client(const omegasafe_client* ticket) {
    return {errc::usage, ticket == nullptr ? "No client was given; open one with omegasafe_open."
                                           : "The client was closed, or never opened."};
}

struct kept_error {
    omegasafe_error shown{};
    std::string name, sentence, hint, detail;
};

void give_error(omegasafe_error** error, const failure& problem) {
    const auto kept = std::make_shared<kept_error>();
    kept->name = to_string(problem.code());
    kept->sentence = problem.what();
    kept->hint = hint(problem.code());
    kept->detail = problem.detail();
    const auto code = exit_code(problem.code());
    kept->shown = {code, code, kept->name.c_str(), kept->sentence.c_str(),
        kept->hint.empty() ? nullptr : kept->hint.c_str(), kept->detail.c_str()};
    give(error, kept, &kept->shown);
}

std::shared_ptr<client> shared_client(const omegasafe_client* ticket) {
    auto& all = given_out();
    const std::lock_guard guard(all.lock);
    const auto found = all.clients.find(ticket);
    if (found == all.clients.end())
        throw no_client(ticket);
    return found->second;
}

int give_failure(omegasafe_error** error, const failure& problem) noexcept {
    static omegasafe_error no_memory{
        OMEGASAFE_INTERNAL, OMEGASAFE_INTERNAL, "internal", "There is not enough memory.", nullptr, ""};
    try {
        give_error(error, problem);
    } catch (const std::bad_alloc&) {
        if (error != nullptr)
            *error = &no_memory;
    }
    return exit_code(problem.code());
}

} // namespace

omegasafe_client* add_client(client opened) {
    auto shared = std::make_shared<client>(std::move(opened));
    auto& all = given_out();
    const std::lock_guard guard(all.lock);
    // A number, never an address: one that was closed is never given out again.
    // NOLINTNEXTLINE(performance-no-int-to-ptr): nothing is ever behind it
    auto* const ticket = reinterpret_cast<omegasafe_client*>(all.last_ticket + 1);
    all.clients.emplace(ticket, std::move(shared));
    ++all.last_ticket;
    return ticket;
}

std::shared_ptr<client> find_client(const omegasafe_client* ticket) {
    auto owner = shared_client(ticket);
    auto* const opened = owner.get();
    // What the caller gets tells close when it is done with it. Made outside the lock, which it takes when it fails.
    return {opened, [owner = std::move(owner)](client*) mutable {
                owner.reset();
                auto& registry = given_out();
                const std::lock_guard done(registry.lock);
                registry.returned.notify_all();
            }};
}

void close_client(const omegasafe_client* ticket) {
    auto& all = given_out();
    std::unique_lock guard(all.lock);
    auto found = all.clients.extract(ticket);
    if (!found)
        throw no_client(ticket);
    all.returned.wait(guard, [&] { return found.mapped().use_count() == 1; });
    guard.unlock(); // its threads may still have something to say
    found.mapped().reset();
}

void keep(const void* address, std::shared_ptr<const void> owner) {
    auto& all = given_out();
    const std::lock_guard guard(all.lock);
    all.memory.emplace(address, std::move(owner));
}

int failed(omegasafe_error** error) noexcept {
    try {
        throw;
    } catch (const failure& problem) {
        return give_failure(error, problem);
    } catch (const std::bad_alloc&) {
        return give_failure(error, {errc::internal, "There is not enough memory."});
    } catch (const std::exception& problem) {
        return give_failure(
            error, {errc::internal, std::string{"An internal part of the library stopped: "} + problem.what()});
    } catch (...) {
        return give_failure(error, {errc::internal, "An internal part of the library stopped."});
    }
}

void require(bool given, const char* what) {
    if (!given)
        throw failure(errc::usage, std::string{"NULL was given for "} + what + ".");
}

} // namespace omegasafe::engine

void omegasafe_free(const void* memory) {
    using namespace omegasafe::engine;
    std::shared_ptr<const void> owner; // dropped after the lock
    auto& all = given_out();
    const std::lock_guard guard(all.lock);
    if (auto found = all.memory.extract(memory))
        owner = std::move(found.mapped());
}
